/** The file destination on a real file system: what it writes, and what it does after a write was cut short. */
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DestinationSession } from '../../../src/destination/destination.ts';
import { parseCsv } from './csv.ts';
import { batch, change, kindsOf, openDestination } from './harness.ts';

const HEADER = 'op,key,segment,caused_at,identifiers,fields\n';

let root: string;
let session: DestinationSession | undefined;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'segsync-file-'));
});

afterEach(async () => {
  await session?.close();
  session = undefined;
  await rm(root, { recursive: true, force: true });
});

async function open(format: 'ndjson' | 'csv', directory = 'out'): Promise<DestinationSession> {
  await session?.close();
  session = await openDestination('file', root, { directory, format });
  return session;
}

const textOf = (name: string) => readFile(join(root, 'out', name), 'utf8');

async function place(name: string, text: string): Promise<void> {
  await mkdir(join(root, 'out'), { recursive: true });
  await writeFile(join(root, 'out', name), text);
}

describe('a line', () => {
  const full = change('add', '42', { email: 'a"b@x.test' }, { name: 'A, "b"\nc', n: { number: '1.50' } });

  it('of NDJSON has its members in the documented order', async () => {
    await (await open('ndjson')).send(batch([full]), {});
    expect(await textOf('vip.ndjson')).toBe(
      '{"op":"add","key":"42","segment":"vip","caused_at":"2026-11-22T09:59:58.123456Z",' +
        '"identifiers":{"email":"a\\"b@x.test"},"fields":{"name":"A, \\"b\\"\\nc","n":1.50}}\n',
    );
  });

  it('of CSV is quoted where it must be, below one header', async () => {
    const opened = await open('csv');
    await opened.send(batch([full]), {});
    await opened.send(batch([change('remove', '42')]), {});
    await (await open('csv')).send(batch([change('remove', '4,2')]), {});
    expect(await textOf('vip.csv')).toBe(
      `${HEADER}add,42,vip,2026-11-22T09:59:58.123456Z,` +
        '"{""email"":""a\\""b@x.test""}","{""name"":""A, \\""b\\""\\nc"",""n"":1.50}"\n' +
        'remove,42,vip,2026-11-22T09:59:58.123456Z,{},{}\n' +
        'remove,"4,2",vip,2026-11-22T09:59:58.123456Z,{},{}\n',
    );
  });
});

describe('a name', () => {
  it.each([
    ['Cart abandoners', 'Cart%20abandoners'],
    ['../../etc/passwd', '%2E%2E%2F%2E%2E%2Fetc%2Fpasswd'],
    ['ä_-9', '%C3%A4_-9'],
    ['.', '%2E'],
    ['nul\0', 'nul%00'],
  ])('of %j is percent-encoded', async (audience, expected) => {
    const opened = await open('ndjson');
    await opened.send(batch([change('add', '1')], audience), {});
    expect(await readdir(join(root, 'out'))).toEqual([`${expected}.ndjson`]);
    expect(await opened.ensureAudience({ name: audience, dryRun: true })).toBe(`out/${expected}.ndjson`);
  });

  it('too long for a file system is cut, and stays one audience’s own', async () => {
    const opened = await open('csv');
    const names = ['a', 'b'].map((end) => `${'ü'.repeat(200)}${end}`);
    for (const name of names) await opened.send(batch([change('add', '1')], name), {});
    const files = await readdir(join(root, 'out'));
    expect(files).toHaveLength(2);
    for (const file of files) {
      expect(file.length).toBeLessThanOrEqual(255);
      expect(decodeURIComponent(file.replace('.csv', ''))).toMatch(/^ü+.?-[0-9a-f]{16}$/);
    }
  });
});

describe('after a write that was cut short', () => {
  it('NDJSON leaves the torn line alone, at every place it can be torn', async () => {
    const whole = `{"op":"add","key":"ä","segment":"vip"}\n`;
    const bytes = Buffer.from(whole + whole);
    for (let cut = 1; cut <= bytes.length; cut += 1) {
      await rm(join(root, 'out'), { recursive: true, force: true });
      await place('vip.ndjson', '');
      await appendFile(join(root, 'out', 'vip.ndjson'), bytes.subarray(0, cut));
      await (await open('ndjson')).send(batch([change('add', '1')]), {});
      const lines = (await textOf('vip.ndjson')).split('\n');
      expect(lines.pop()).toBe('');
      expect(JSON.parse(lines.pop()!)).toMatchObject({ op: 'add', key: '1' });
      const isWhole = cut === bytes.length || cut === bytes.length / 2;
      expect(lines.length, `cut at ${cut}`).toBe(cut > bytes.length / 2 ? 2 : 1);
      if (isWhole) for (const line of lines) expect(JSON.parse(line)).toMatchObject({ key: 'ä' });
    }
  });

  it('CSV leaves the torn line alone, at every place it can be torn', async () => {
    await (await open('csv')).send(
      batch([change('add', 'k"1\nadd,2', { email: 'a"b,c' }, { f: 'x\ny' }), change('add', '2')]),
      {},
    );
    const whole = Buffer.from(await textOf('vip.csv'));
    for (let cut = 1; cut < whole.length; cut += 1) {
      await rm(join(root, 'out'), { recursive: true, force: true });
      await place('vip.csv', '');
      await appendFile(join(root, 'out', 'vip.csv'), whole.subarray(0, cut));
      await (await open('csv')).send(batch([change('remove', '9')]), {});
      const rows = parseCsv(await textOf('vip.csv'));
      expect(rows[0]!.join(), `cut at ${cut}`).toBe(HEADER.trim());
      expect(rows.at(-1), `cut at ${cut}`).toEqual([
        'remove',
        '9',
        'vip',
        '2026-11-22T09:59:58.123456Z',
        '{}',
        '{}',
      ]);
    }
  });

  it('adds nothing to a file that is whole', async () => {
    await place('vip.csv', `${HEADER}add,1,vip,x,{},{}\n`);
    await (await open('csv')).send(batch([change('add', '2')]), {});
    expect((await textOf('vip.csv')).split('\n')).toHaveLength(4);
  });
});

describe('a refusal of the file system is a diagnostic', () => {
  const failure = (code: string, text: string) => ({
    diagnostics: [{ code, message: expect.stringContaining(text) }],
  });

  it('when the disk is full, and the sync goes on once there is room', async () => {
    const opened = await open('ndjson');
    await mkdir(join(root, 'out'));
    await symlink('/dev/full', join(root, 'out', 'vip.ndjson'));
    await expect(opened.send(batch([change('add', '1')]), {})).rejects.toMatchObject(
      failure('E411', 'cannot write out/vip.ndjson: the disk is full'),
    );
    await rm(join(root, 'out', 'vip.ndjson'));
    expect(kindsOf(await opened.send(batch([change('add', '1')]), {}))).toEqual(['delivered']);
    expect((await textOf('vip.ndjson')).split('\n')).toHaveLength(2);
  });

  it('when the file is a folder', async () => {
    await mkdir(join(root, 'out', 'vip.ndjson'), { recursive: true });
    const opened = await open('ndjson');
    await expect(opened.send(batch([change('add', '1')]), {})).rejects.toMatchObject(
      failure('E411', 'folder'),
    );
  });

  it('when the folder is a file', async () => {
    await writeFile(join(root, 'out'), '');
    const opened = await open('ndjson');
    await expect(opened.send(batch([change('add', '1')]), {})).rejects.toMatchObject(
      failure('E411', 'a file, not'),
    );
    await expect(opened.check()).rejects.toMatchObject(failure('E412', 'a file, not'));
  });
});

it('writes batches that come at once one after the other', async () => {
  const opened = await open('csv');
  const batches = Array.from({ length: 50 }, (_, index) =>
    batch([change('add', `${index}`, {}, { v: 'x'.repeat(5_000) })], index % 2 ? 'odd' : 'even'),
  );
  await Promise.all(batches.map((each) => opened.send(each, {})));
  for (const name of ['odd', 'even']) {
    const rows = parseCsv(await textOf(`${name}.csv`));
    expect(rows).toHaveLength(26);
    expect(new Set(rows.map((row) => row[1])).size).toBe(26);
  }
});

it('writes outside the project when told an absolute folder', async () => {
  const other = await mkdtemp(join(tmpdir(), 'segsync-file-'));
  await (await open('ndjson', other)).send(batch([change('add', '1')]), {});
  expect(await readdir(other)).toEqual(['vip.ndjson']);
  await rm(other, { recursive: true });
});
