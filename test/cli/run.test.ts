import { readdir, readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { build, folderOf, SHOP, segsync } from './segsync.ts';

beforeAll(build);

/** Times differ from run to run: `1.2s`, `340ms` -> `TIME`, at the width of the column. */
const timeless = (text: string): string => text.replace(/ *\b\d+(\.\d+)?(ms|s)\b/g, ' TIME');
const lines = (...texts: string[]): string => `${texts.join('\n')}\n`;

describe('plan', () => {
  it('tells what a first run would do, and leaves nothing behind', async () => {
    await using folder = await folderOf(SHOP);
    const before = await readdir(folder.path, { recursive: true });
    const { stdout, stderr, exit } = await segsync(folder.path, ['plan']);
    expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 });
    // The figures are DuckDB's own, and the table is older every day.
    const alike = stdout
      .replace(/^(Estimated cost:).*$/m, '$1')
      .replace(/ is \d+d \d+h old/, ' is <age> old');
    expect(alike).toBe(
      lines(
        '+ segment big_spenders: new',
        '+ segment buyers: new',
        '+ segment opted_in: new',
        '+ sync buyers.files: new',
        '+ sync opted_in.files: new',
        '',
        'segment       members           enter  exit        full',
        'big_spenders        0  ->    6     +6    -0  first tick',
        'buyers              0  ->   30    +30    -0  first tick',
        'opted_in            0  ->  600   +600    -0  first tick',
        '',
        'sync            add  remove  update  requests',
        'buyers.files     30       0       0         1',
        'opted_in.files  600       0       0         1',
        '',
        'slow        big_spenders, buyers: shop.orders is <age> old; its tier promises 26h',
        '',
        'Plan: 5 definition changes; +636 -0 in 3 segments;',
        '      630 operations in 2 requests to 2 syncs.',
        'Estimated cost:',
        'Nothing was sent.',
      ),
    );
    expect(await readdir(folder.path, { recursive: true })).toEqual(before);
  });

  it('exits with 2 when asked to tell whether something is pending', async () => {
    await using folder = await folderOf(SHOP);
    expect((await segsync(folder.path, ['plan', '--detailed-exitcode'])).exit).toBe(2);
    expect((await segsync(folder.path, ['run'])).exit).toBe(0);
    expect((await segsync(folder.path, ['plan', '--detailed-exitcode'])).exit).toBe(0);
  });

  it('is what `run --dry-run` gives', async () => {
    await using folder = await folderOf(SHOP);
    const { stdout, exit } = await segsync(folder.path, ['run', '--dry-run', '--all']);
    expect({ stdout, exit }).toEqual({ stdout: (await segsync(folder.path, ['plan'])).stdout, exit: 0 });
  });

  it('prints the documented JSON document', async () => {
    await using folder = await folderOf(SHOP);
    const { stdout, exit } = await segsync(folder.path, ['plan', '--json', '-s', 'buyers']);
    const document = JSON.parse(stdout);
    expect(exit).toBe(0);
    expect(document).toMatchObject({
      version: 1,
      status: 'done',
      definition_changes: [
        { kind: 'segment', name: 'buyers', change: 'new' },
        { kind: 'sync', name: 'buyers.files', change: 'new' },
      ],
      segments: [{ segment: 'buyers', mode: 'full', members: 30, entered: 30, exited: 0 }],
      syncs: [{ sync: 'buyers.files', planned: { add: 30, remove: 0, update: 0 }, requests: 1 }],
    });
    expect(document.syncs[0]).not.toHaveProperty('delivered');
  });
});

describe('run', () => {
  it('evaluates, delivers, and has nothing to do at once afterwards', async () => {
    await using folder = await folderOf(SHOP);
    const first = await segsync(folder.path, ['run']);
    expect({ exit: first.exit, stdout: timeless(first.stdout) }).toEqual({
      exit: 0,
      stdout: lines(
        'sync            added  removed  updated TIME',
        'buyers.files       30        0        0 TIME',
        'opted_in.files    600        0        0 TIME',
        '',
        'Done in TIME: 3 segments evaluated, 636 entered, 0 exited; 630 changes delivered to 2 syncs.',
      ).replace('updated TIME', 'updated  time'),
    });
    expect(first.stderr).toMatch(/^evaluated {2}buyers +30 members {2}\+30 -0 {2}\S+ {2}full: first tick$/m);
    expect(first.stderr).toMatch(/^delivered {2}buyers\.files +\+30 -0 ~0 {2}\S+$/m);
    const sent = await readFile(`${folder.path}/out/buyers.ndjson`, 'utf8');
    expect(sent.trimEnd().split('\n')).toHaveLength(30);

    const second = await segsync(folder.path, ['run']);
    expect(timeless(second.stdout)).toMatch(
      /^Done in TIME: nothing was due \(`--all` runs everything\); next is [a-z]+ at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\.\n$/,
    );
    const third = await segsync(folder.path, ['run', '--all', '--full']);
    expect(timeless(third.stdout)).toContain('3 segments evaluated, 0 entered, 0 exited.\n');
  });

  it('looks only at what is selected', async () => {
    await using folder = await folderOf(SHOP);
    const run = async (...args: string[]): Promise<{ segments: string[]; syncs: string[] }> => {
      const { stdout } = await segsync(folder.path, ['run', '--json', '--all', ...args]);
      const { segments, syncs } = JSON.parse(stdout) as {
        segments: { segment: string; mode: string }[];
        syncs: { sync: string; skipped?: string }[];
      };
      return {
        segments: segments.filter(({ mode }) => mode !== 'skipped').map(({ segment }) => segment),
        syncs: syncs.filter(({ skipped }) => !skipped).map(({ sync }) => sync),
      };
    };
    expect(await run('--select', 'path:segments/money')).toEqual({ segments: ['big_spenders'], syncs: [] });
    expect(await run('-s', 'tag:consent')).toEqual({ segments: ['opted_in'], syncs: ['opted_in.files'] });
    expect(await run('-s', 'b*', '--exclude', 'big*')).toEqual({
      segments: ['buyers'],
      syncs: ['buyers.files'],
    });
    expect(await run('-s', 'tier:daily,dest:files')).toEqual({
      segments: ['buyers'],
      syncs: ['buyers.files'],
    });
    expect(await run('-s', 'buyers', '--exclude', 'dest:files')).toEqual({ segments: ['buyers'], syncs: [] });
    expect(await run('--tier', 'hourly')).toEqual({ segments: ['opted_in'], syncs: ['opted_in.files'] });
  });

  it('says nothing with --quiet when all is well', async () => {
    await using folder = await folderOf(SHOP);
    expect(await segsync(folder.path, ['run', '--quiet'])).toEqual({ stdout: '', stderr: '', exit: 0 });
  });

  it('prints one JSON document on stdout and writes events to a file', async () => {
    await using folder = await folderOf(SHOP);
    const { stdout, exit } = await segsync(folder.path, ['run', '--json', '--events', 'log/events.ndjson']);
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ version: 1, status: 'done' });
    const events = (await readFile(`${folder.path}/log/events.ndjson`, 'utf8')).trimEnd().split('\n');
    const names = events.map((line) => (JSON.parse(line) as { at: string; event: string }).event);
    expect(names[0]).toBe('run_started');
    expect(names.filter((name) => name === 'segment_evaluated')).toHaveLength(3);
    expect(names.filter((name) => name === 'sync_finished')).toHaveLength(2);
  });

  it('refuses an instant after the warehouse’s clock', async () => {
    await using folder = await folderOf(SHOP);
    const { stdout, stderr, exit } = await segsync(folder.path, ['run', '--now', '2999-01-01']);
    expect({ stdout, exit }).toEqual({ stdout: '', exit: 64 });
    expect(stderr).toMatch(/^error\[E701\]: --now 2999-01-01T00:00:00/);
  });

  it('does the rest when one segment fails, and names it', async () => {
    await using folder = await folderOf({
      ...SHOP,
      'segments/broken.yaml': 'entity: customer\ntier: daily\nwhere: { trait: no_such_column, eq: 1 }\n',
    });
    const { stdout, stderr, exit } = await segsync(folder.path, ['run'], { GITHUB_ACTIONS: 'true' });
    expect([1, 78]).toContain(exit);
    expect(stderr).toMatch(/^error\[E\d+\]: segment broken: .*no_such_column/m);
    expect(stderr).toMatch(/^::error title=E\d+::segment broken: .*no_such_column/m);
    expect(stdout).toMatch(/^Failed after \S+: 1 segment failed; 3 segments evaluated/m);
    expect(stdout).toContain('630 changes delivered to 2 syncs. The rest is done; running again is safe.\n');
  });
});

describe('members', () => {
  it('prints who is in a segment since its last tick, as asked', async () => {
    await using folder = await folderOf(SHOP);
    await segsync(folder.path, ['run', '-s', 'big_spenders']);
    const keys = ['25', '26', '27', '28', '29', '30'];
    const print = async (...args: string[]): Promise<string> => {
      const { stdout, stderr, exit } = await segsync(folder.path, ['members', 'big_spenders', ...args]);
      expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 });
      return stdout;
    };
    expect(await print()).toBe(lines(...keys));
    expect(await print('--format', 'csv')).toMatch(
      /^entity_key,entered_at\n25,\d{4}-\d\d-\d\dT[\d:.]+Z\n26,/,
    );
    expect(
      JSON.parse(await print('--json')).members.map((member: { entity_key: string }) => member.entity_key),
    ).toEqual(keys);
  });

  it('evaluates one key, before any run too', async () => {
    await using folder = await folderOf(SHOP);
    const asked = (key: string, ...args: string[]) =>
      segsync(folder.path, ['members', 'big_spenders', '--key', key, ...args]);
    expect(await asked('25')).toEqual({ stdout: '25 is in big_spenders\n', stderr: '', exit: 0 });
    expect(await asked('24')).toEqual({ stdout: '24 is not in big_spenders\n', stderr: '', exit: 0 });
    expect(await asked("'; drop table shop.orders --")).toMatchObject({ exit: 0 });
    expect(JSON.parse((await asked('25', '--json')).stdout)).toEqual({
      version: 1,
      segment: 'big_spenders',
      key: '25',
      member: true,
    });
  });
});

describe('compile', () => {
  it('prints SQL for the target, or for another warehouse', async () => {
    await using folder = await folderOf(SHOP);
    const { stdout, stderr, exit } = await segsync(folder.path, ['compile', 'big_spenders', '--full']);
    expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 });
    expect(stdout).toMatch(/^-- .*big_spenders/m);
    expect(stdout).toMatch(/^ *SELECT$|^ *SELECT /m);
    expect(stdout).not.toContain('opted_in');
    const other = await segsync(folder.path, ['compile', 'big_spenders', '--dialect', 'postgres', '--json']);
    expect(JSON.parse(other.stdout)).toMatchObject({ version: 1, sql: expect.stringContaining('SELECT') });
  });
});
