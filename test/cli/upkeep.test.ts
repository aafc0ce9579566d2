/** What people do between runs: look at the state, pause, resume, retry, forget; and what a copied state does. */
import { cp, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { beforeAll, describe, expect, it } from 'vitest';
import type { HistoryReport, RunReport, SegmentHistory, StatusReport } from '../../src/report/results.ts';
import { build, folderOf, SHOP, segsync } from './segsync.ts';

beforeAll(build);

/** What is sent to `files`, by key: the last operation. */
async function audience(folder: string, name: string): Promise<Map<string, string>> {
  const text = await readFile(join(folder, 'out', `${name}.ndjson`), 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line !== '');
  return new Map(
    lines.map((line) => JSON.parse(line) as { key: string; op: string }).map(({ key, op }) => [key, op]),
  );
}

async function fieldsOf(folder: string): Promise<Map<string, unknown>> {
  const text = await readFile(join(folder, 'out', 'opted_in.ndjson'), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '');
  return new Map(
    lines
      .map((line) => JSON.parse(line) as { key: string; fields: unknown })
      .map(({ key, fields }) => [key, fields]),
  );
}

async function change(folder: string, ...statements: string[]): Promise<void> {
  const instance = await DuckDBInstance.create(join(folder, 'data.duckdb'));
  const connection = await instance.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

async function ok(folder: string, ...args: string[]): Promise<string> {
  const { stdout, stderr, exit } = await segsync(folder, args);
  expect({ exit, stderr: exit === 0 ? '' : stderr }).toEqual({ exit: 0, stderr: '' });
  return stdout;
}

const buy = (id: number): string => `INSERT INTO shop.orders VALUES ('${id}', 5, now())`;

it('a plan asks nothing of a destination that this target does not send to', async () => {
  const value = `"\${env:UNSET}"`;
  const unset = {
    meta: `account_id: "1"\naccess_token: ${value}`,
    braze: `endpoint: ${value}\napi_key: ${value}`,
    iterable: `api_key: ${value}`,
    sql: `url: ${value}`,
  };
  const files = Object.entries(unset).flatMap(([type, options]) => [
    [`destinations/${type}.yaml`, `type: ${type}\ntargets: [other]\n${options}\n`],
    [
      `segments/to_${type}.yaml`,
      `entity: customer\ntier: daily\nwhere: {did: orders}\nsync: [{to: ${type}, match: [email]}]\n`,
    ],
  ]);
  await using folder = await folderOf({ ...SHOP, ...Object.fromEntries(files) });
  const { syncs } = JSON.parse(await ok(folder.path, 'plan', '--json')) as RunReport;
  const told = syncs.filter(({ sync }) => sync.startsWith('to_'));
  expect(told.map(({ planned, error }) => ({ add: planned.add, error }))).toEqual(
    Object.keys(unset).map(() => ({ add: 30 })),
  );
});

describe('pause and resume', () => {
  it('send nothing for a sync, then all that has changed meanwhile', async () => {
    await using folder = await folderOf(SHOP);
    await ok(folder.path, 'run');
    expect(await ok(folder.path, 'pause', 'buyers.files', '--reason', 'an audit')).toBe(
      'paused buyers.files: nothing is sent until `segsync resume buyers.files`\n',
    );
    await change(folder.path, buy(40));
    const report = JSON.parse(await ok(folder.path, 'run', '--all', '--json')) as RunReport;
    expect(report.syncs[0]).toMatchObject({ sync: 'buyers.files', skipped: 'paused' });
    expect((await audience(folder.path, 'buyers')).has('40')).toBe(false);
    expect(await ok(folder.path, 'status')).toMatch(
      /paused {6}buyers\.files since \S+: an audit; `segsync resume/,
    );
    expect(await ok(folder.path, 'resume', 'buyers.files')).toBe('resumed buyers.files\n');
    expect(await ok(folder.path, 'resume', 'buyers.files')).toBe('was not paused: buyers.files\n');
    await ok(folder.path, 'run', '--all');
    expect((await audience(folder.path, 'buyers')).get('40')).toBe('add');
  });

  it('hold before the first run, too', async () => {
    await using folder = await folderOf(SHOP);
    await ok(folder.path, 'pause', '--select', '*');
    await ok(folder.path, 'run');
    expect(await audience(folder.path, 'buyers')).toEqual(new Map());
    await ok(folder.path, 'resume', '--select', '*');
    await ok(folder.path, 'run', '--all');
    expect((await audience(folder.path, 'buyers')).size).toBe(30);
  });

  it('lift a guard for one delivery', async () => {
    await using folder = await folderOf(SHOP);
    await ok(folder.path, 'run');
    await change(folder.path, 'UPDATE shop.customers SET opt_in = FALSE, updated_at = now()');
    expect((await segsync(folder.path, ['run', '--all'])).exit).toBe(3);
    expect(await ok(folder.path, 'status')).toContain('held        opted_in.files: ');
    expect(await ok(folder.path, 'resume', '--allow-removal', 'opted_in.files')).toBe(
      'was not paused: opted_in.files; its next delivery may remove any number\n',
    );
    await ok(folder.path, 'run', '--all');
    expect(new Set((await audience(folder.path, 'opted_in')).values())).toEqual(new Set(['remove']));
    await change(
      folder.path,
      "UPDATE shop.customers SET opt_in = TRUE, updated_at = now() + INTERVAL '1 second'",
    );
    await ok(folder.path, 'resume', '--allow-add', 'opted_in.files');
    await ok(folder.path, 'run', '--all', '--allow-add', 'opted_in.files');
    await change(
      folder.path,
      "UPDATE shop.customers SET opt_in = FALSE, updated_at = now() + INTERVAL '2 seconds'",
    );
    expect((await segsync(folder.path, ['run', '--all'])).exit, 'lifted once, not for ever').toBe(3);
  });

  it.each([
    [['pause'], 'E611', 64],
    [['pause', 'buyers.file'], 'E610', 64],
    [['resume'], 'E611', 64],
    [['retry', 'nobody'], 'E610', 64],
  ] as const)('%j is refused', async (args, code, exit) => {
    await using folder = await folderOf(SHOP);
    const ended = await segsync(folder.path, args);
    expect(ended.stderr).toContain(code);
    expect(ended.exit).toBe(exit);
  });
});

describe('status', () => {
  it('tells ages, and exits with 1 once something is older than its tier promises', async () => {
    await using folder = await folderOf(SHOP);
    expect(await ok(folder.path, 'status')).toContain('never');
    await ok(folder.path, 'run');
    const fresh = JSON.parse(await ok(folder.path, 'status', '--json')) as StatusReport;
    expect(fresh.segments.map(({ segment, members, late }) => [segment, members, late])).toEqual([
      ['big_spenders', 6, false],
      ['buyers', 30, false],
      ['opted_in', 600, false],
    ]);
    expect(fresh.segments[0]).toMatchObject({ promise_ms: 93_600_000 });
    expect(fresh.last_run).toMatchObject({ status: 'done', command: 'run' });
    expect(fresh.syncs[0]).toMatchObject({
      sync: 'buyers.files',
      members: 30,
      rejected: 0,
      waiting: 0,
      late: false,
    });
    await change(
      folder.path,
      "UPDATE segsync.segments SET evaluated_at = evaluated_at - INTERVAL '3 hours' WHERE segment = 'opted_in'",
    );
    const { stdout, exit } = await segsync(folder.path, ['status', '--select', 'opted_in']);
    expect(stdout).toMatch(/^opted_in +hourly +600 +3h 00m ago +2h +late$/m);
    expect(stdout).toMatch(/^The last run ended \S+ ago: done\.$/m);
    expect(exit).toBe(1);
  });

  it('draws how segments grew, and tells why rows are rejected', async () => {
    await using folder = await folderOf(SHOP);
    await ok(folder.path, 'run');
    await change(
      folder.path,
      `INSERT INTO segsync.rejections (sync, entity_key, op, code, message) VALUES
        ('buyers.files', '2', 'add', '400', 'no such person'), ('buyers.files', '4', 'add', '400', 'no such person'),
        ('buyers.files', '6', 'remove', '409', 'busy')`,
    );
    const text = await ok(folder.path, 'status', '--verbose');
    expect(text).toMatch(/^buyers +daily +30 +▁{13}█ +\S+ ago +26h$/m);
    expect(text).toContain(
      'rejected    buyers.files: 3 rows, of them 1 removal (tried again daily); `segsync retry buyers.files`\n' +
        '            2 for 400 no such person\n            1 for 409 busy\n',
    );
    const report = JSON.parse(await ok(folder.path, 'status', '--json', '--verbose')) as StatusReport;
    expect(report.segments[0]!.sizes).toEqual([...Array(13).fill(0), 6]);
    expect(report.syncs[0]!.rejections).toEqual([
      { code: '400', message: 'no such person', rows: 2 },
      { code: '409', message: 'busy', rows: 1 },
    ]);
  });
});

describe('forget', () => {
  it('takes one person out of every audience and of the state, and says what would bring them back', async () => {
    await using folder = await folderOf(SHOP);
    await ok(folder.path, 'run');
    const told = await ok(folder.path, 'forget', '2');
    expect(told).toContain('removed     buyers.files\nremoved     opted_in.files\n');
    expect(told).toContain('Its row is still in the warehouse');
    expect((await audience(folder.path, 'buyers')).get('2')).toBe('remove');
    expect((await audience(folder.path, 'opted_in')).get('2')).toBe('remove');
    const left = await countOf(folder.path, '2');
    expect(left).toEqual({ membership: 0, changes: 0, ledger: 0, rejections: 0 });
    const status = JSON.parse(await ok(folder.path, 'status', '--json')) as StatusReport;
    expect(status.segments.map(({ members }) => members)).toEqual([6, 29, 599]);
    expect(await ok(folder.path, 'forget', '2')).not.toContain('removed');
    await change(folder.path, "DELETE FROM shop.customers WHERE customer_id = '2'");
    await ok(folder.path, 'run', '--full', '--quiet');
    expect(await countOf(folder.path, '2')).toEqual(left);
    expect((await audience(folder.path, 'buyers')).get('2')).toBe('remove');
  });

  it('says who may still have them, and exits with 1', async () => {
    await using folder = await folderOf(SHOP);
    await ok(folder.path, 'run');
    await rename(join(folder.path, 'segments/buyers.yaml'), join(folder.path, 'buyers.yaml'));
    const { stdout, exit } = await segsync(folder.path, ['forget', '2', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      removed: ['opted_in.files'],
      left: [{ sync: 'buyers.files', reason: 'the sync is no longer declared' }],
    });
    expect(exit).toBe(1);
  });
});

async function countOf(folder: string, key: string): Promise<Record<string, number>> {
  const instance = await DuckDBInstance.create(join(folder, 'data.duckdb'));
  const connection = await instance.connect();
  const counts: Record<string, number> = {};
  for (const table of ['membership', 'changes', 'ledger', 'rejections']) {
    const reader = await connection.runAndReadAll(
      `SELECT count(*) FROM segsync.${table} WHERE entity_key = '${key}'`,
    );
    counts[table] = Number(reader.getRows()[0]![0]);
  }
  connection.closeSync();
  instance.closeSync();
  return counts;
}

describe('`exclude:` and `allow:` of a destination', () => {
  const shop = {
    ...SHOP,
    'destinations/files.yaml': `${SHOP['destinations/files.yaml']}exclude: suppressed\n`,
    'segments/suppressed.yaml':
      'entity: customer\ntier: daily\nwhere: { did: orders, sum: { of: amount, gte: 290 } }\n',
  };

  it('keep people out, take them out, and let them in again', async () => {
    await using folder = await folderOf(shop);
    await ok(folder.path, 'run');
    expect((await audience(folder.path, 'buyers')).size).toBe(28);
    await change(folder.path, "INSERT INTO shop.orders VALUES ('2', 500, now())");
    await ok(folder.path, 'run', '--all');
    expect((await audience(folder.path, 'buyers')).get('2')).toBe('remove');
    expect((await audience(folder.path, 'opted_in')).get('2')).toBe('remove');
    await change(folder.path, 'DELETE FROM shop.orders WHERE amount = 500');
    await ok(folder.path, 'run', '--full');
    expect((await audience(folder.path, 'buyers')).get('2')).toBe('add');
    const idle = JSON.parse(await ok(folder.path, 'run', '--all', '--json')) as RunReport;
    expect(idle.syncs.map(({ planned }) => planned)).toEqual([
      { add: 0, remove: 0, update: 0 },
      { add: 0, remove: 0, update: 0 },
    ]);
  });

  it('send nothing while it is not known who is kept out', async () => {
    await using folder = await folderOf(shop);
    const { stdout, exit } = await segsync(folder.path, ['run', '--select', 'buyers', '--json']);
    expect((JSON.parse(stdout) as RunReport).syncs[0]!.error).toMatchObject({ code: 'E457' });
    expect(exit).toBe(1);
    expect(await audience(folder.path, 'buyers')).toEqual(new Map());
  });

  it.each([
    [
      { 'destinations/files.yaml': 'type: file\ndirectory: out\nexclude: supressed\n' },
      'E201',
      'did you mean `suppressed`',
    ],
    [
      { 'segments/buyers.yaml': `${SHOP['segments/buyers.yaml']}    adopt: true\n` },
      'E135',
      'sync buyers.files: `files` does not tell who is in an audience',
    ],
    [
      { 'destinations/files.yaml': 'type: file\ndirectory: out\nallow: [emial]\n' },
      'E110',
      'did you mean `email`',
    ],
    [
      {
        'destinations/files.yaml': 'type: file\ndirectory: out\nallow: [external_id]\n',
        'segments/buyers.yaml': `${SHOP['segments/buyers.yaml']}    match: [email]\n`,
      },
      'E133',
      'would send `email` to `files`, which may get only: external_id',
    ],
    [
      {
        'destinations/files.yaml': 'type: file\ndirectory: out\nallow: [external_id]\n',
        'segments/buyers.yaml': `${SHOP['segments/buyers.yaml']}    fields: { mail: email }\n`,
      },
      'E133',
      'would send `email` (as the field `mail`)',
    ],
  ])('%j is refused', async (files, code, words) => {
    await using folder = await folderOf({ ...shop, ...files });
    const { stderr, exit } = await segsync(folder.path, ['validate']);
    expect(stderr).toContain(code);
    expect(stderr).toContain(words);
    expect(exit).toBe(78);
  });
});

describe('a field that is SQL', () => {
  const withFields = (fields: string): Record<string, string> => ({
    ...SHOP,
    'segments/opted_in.yaml': `${SHOP['segments/opted_in.yaml']}    fields: ${fields}\n`,
  });

  it('is sent as its type, and again when a column behind it changes', async () => {
    await using folder = await folderOf(
      withFields(
        '{ n: { sql: "CAST(entity.customer_id AS INTEGER) * 2" }, host: { sql: "split_part(email, \'@\', 2)" } }',
      ),
    );
    await ok(folder.path, 'run');
    expect((await fieldsOf(folder.path)).get('8')).toEqual({ n: 16, host: 'example.com' });
    await change(
      folder.path,
      "UPDATE shop.customers SET email = 'a@b.test', updated_at = now() WHERE customer_id = '8'",
    );
    const report = JSON.parse(await ok(folder.path, 'run', '--all', '--json')) as RunReport;
    expect(report.syncs.find(({ sync }) => sync === 'opted_in.files')!.delivered).toEqual({
      add: 0,
      remove: 0,
      update: 1,
    });
    expect((await fieldsOf(folder.path)).get('8')).toEqual({ n: 16, host: 'b.test' });
    await ok(folder.path, 'validate', '--connect');
  });

  it.each([
    ['{ n: { sql: "entity.nothing" } }', ['validate', '--connect'], 'E219'],
    ['{ n: { sql: "now()" } }', ['validate'], 'E134'],
    ['{ n: { sql: "now()" } }', ['run'], 'E134'],
    ['{ n: { sql: "1", trait: email } }', ['validate'], 'E126'],
  ])('%s is refused by %j', async (fields, args, code) => {
    await using folder = await folderOf(withFields(fields));
    const { stderr, exit } = await segsync(folder.path, args);
    expect(stderr).toContain(code);
    expect(exit).toBeGreaterThan(0);
  });
});

describe('a state that was copied', () => {
  it('evaluates, but sends nothing until it is adopted', async () => {
    await using folder = await folderOf(SHOP);
    await ok(folder.path, 'run');
    await using clone = await folderOf({});
    await cp(folder.path, clone.path, { recursive: true });
    await change(clone.path, buy(40));
    const held = await segsync(clone.path, ['run', '--all', '--json']);
    const report = JSON.parse(held.stdout) as RunReport;
    expect(report.segments.find(({ segment }) => segment === 'buyers')).toMatchObject({ entered: 1 });
    expect(report.syncs.map(({ skipped }) => skipped)).toEqual(['foreign_state', 'foreign_state']);
    expect(held.stderr).toContain('W703');
    expect((await audience(clone.path, 'buyers')).has('40')).toBe(false);
    await ok(clone.path, 'run', '--all', '--adopt-state');
    expect((await audience(clone.path, 'buyers')).get('40')).toBe('add');
    await change(clone.path, buy(41));
    await ok(clone.path, 'run', '--all');
    expect((await audience(clone.path, 'buyers')).get('41')).toBe('add');
  });
});

describe('history', () => {
  it('tells what runs did, and how a segment grew', async () => {
    await using at = await folderOf(SHOP);
    const folder = at.path;
    expect(await ok(folder, 'history')).toBe('Nothing has run here yet.\n');
    await ok(folder, 'run');
    const runs = JSON.parse(await ok(folder, 'history', '--json')) as HistoryReport;
    expect(runs.runs).toMatchObject([{ status: 'done', command: 'run', totals: { exited: 0 } }]);
    const { totals } = runs.runs[0]!;
    expect(await ok(folder, 'history')).toMatch(
      /^started +took +status +entered +exited +sent +rejected\n\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ +\S+ +done +\d+ +0 +\d+ +0\n$/,
    );
    expect(totals.entered).toBeGreaterThan(0);
    const grown = JSON.parse(
      await ok(folder, 'history', 'opted_in', '--days', '3', '--json'),
    ) as SegmentHistory;
    expect(grown.days).toHaveLength(3);
    const { members } = grown;
    expect(members).toBeGreaterThan(0);
    expect(grown.days.map((day) => day.members)).toEqual([0, 0, members]);
    expect(grown.days.at(-1)).toMatchObject({ entered: members, exited: 0 });
    const text = await ok(folder, 'history', 'opted_in', '--days', '3');
    expect(text).toContain('▁▁█  ');
    expect(text).toMatch(/day +entered +exited +members\n/);
  });

  it('says what it does not understand', async () => {
    await using at = await folderOf(SHOP);
    const folder = at.path;
    for (const [args, message] of [
      [
        ['history', 'opted_inn'],
        'error[E607]: there is no segment `opted_inn` in this project\n  hint: did you mean `opted_in`?\n',
      ],
      [
        ['history', '--last', 'ten'],
        'error[E604]: `--last` takes a whole number from 1 to 10000, not `ten`\n',
      ],
      [['history', '--days', '0'], 'error[E604]: `--days` takes a whole number from 1 to 1000, not `0`\n'],
    ] as const)
      expect(await segsync(folder, [...args])).toMatchObject({ stdout: '', stderr: message, exit: 64 });
  });
});
