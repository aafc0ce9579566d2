/** `segsync init`: what it writes runs at once, and nothing that was there is touched. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../src/commands/main.ts';
import { realWorld } from '../../src/world.ts';
import { kindOf, refusals } from '../unit/config/json-schema/schemas.ts';
import { build, folderOf, segsync, segsyncProcess } from './segsync.ts';

beforeAll(build);

const SHOP_FILES = [
  '.gitignore',
  'README.md',
  'destinations/crm_file.yaml',
  'segments/lapsed_buyers.yaml',
  'segments/recent_buyers.yaml',
  'segsync.yaml',
  'shop.sql',
];
const SCHEMAS = ['destination', 'project', 'segment', 'test'].map((kind) => `.segsync/schemas/${kind}.json`);

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** Every YAML file passes the schema that its first line names, which is there. */
function expectModelines(folder: string): void {
  for (const file of filesIn(folder).filter((each) => each.endsWith('.yaml'))) {
    const text = readFileSync(join(folder, file), 'utf8');
    const schema = /^# yaml-language-server: \$schema=(.+)\n/.exec(text)?.[1];
    const path = join(folder, file, '..', schema!);
    expect(JSON.parse(readFileSync(path, 'utf8')).title).toBe(`segsync ${kindOf(file)}`);
    expect(refusals(kindOf(file)!, text), text).toEqual([]);
  }
}

describe('the shop that is made without a server', () => {
  it('is valid, is planned and runs at once, with the built program', async () => {
    await using folder = await folderOf({});
    const made = await segsyncProcess(folder.path, ['init', 'my shop', '--yes']);
    expect(made.stderr).toBe('');
    expect(made.stdout).toBe(
      [
        'Project my_shop is in my shop:',
        ...SHOP_FILES.map((file) => `  ${file}`),
        '  .segsync/schemas/   (what editors know the files by)',
        '',
        'Next:',
        "  cd 'my shop'",
        '  segsync validate',
        '  segsync plan',
        '  segsync run',
        '',
      ].join('\n'),
    );
    const shop = join(folder.path, 'my shop');
    expect(filesIn(shop)).toEqual([...SCHEMAS, ...SHOP_FILES].sort());
    expectModelines(shop);
    expect(await segsyncProcess(shop, ['validate'])).toEqual({
      stdout: 'Valid: 2 segments, 2 syncs and 1 destination in project my_shop.\n',
      stderr: '',
      exit: 0,
    });
    const plan = JSON.parse((await segsyncProcess(shop, ['plan', '--json'])).stdout);
    expect(filesIn(shop)).toEqual([...SCHEMAS, ...SHOP_FILES].sort());
    const run = JSON.parse((await segsyncProcess(shop, ['run', '--json'])).stdout);
    for (const [index, { members, entered }] of plan.segments.entries()) {
      expect(entered).toBe(members);
      expect(entered).toBeGreaterThan(10);
      expect(run.segments[index].entered).toBe(entered);
    }
    expect(filesIn(shop).filter((file) => file.startsWith('out/'))).toHaveLength(2);
  });

  it('is written into the working folder when none is named', async () => {
    await using folder = await folderOf({});
    const { stdout, exit } = await segsync(folder.path, [
      'init',
      '--project',
      'here',
      '--timezone',
      'Europe/Berlin',
    ]);
    expect(exit).toBe(0);
    expect(stdout).toContain('Project here is in this folder:');
    expect(readFileSync(join(folder.path, 'segsync.yaml'), 'utf8')).toContain('timezone: Europe/Berlin');
    expect((await segsync(folder.path, ['validate'])).exit).toBe(0);
  });

  it('is told as one JSON document', async () => {
    await using folder = await folderOf({ 'README.md': 'mine\n' });
    const { stdout } = await segsync(folder.path, ['init', '--json']);
    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      folder: '.',
      files: [...SCHEMAS, ...SHOP_FILES].filter((file) => file !== 'README.md').sort(),
      kept: ['README.md'],
    });
    expect(readFileSync(join(folder.path, 'README.md'), 'utf8')).toBe('mine\n');
  });
});

describe('a table of one’s own', () => {
  it.each(['bigquery', 'databricks', 'duckdb', 'postgres', 'redshift', 'snowflake'])(
    'in %s: a target that reads the environment, and what it reads',
    async (warehouse) => {
      await using folder = await folderOf({});
      const args = [
        'init',
        '--warehouse',
        warehouse,
        '--table',
        'crm.people',
        '--key',
        'id',
        '--cursor',
        'changed',
      ];
      const made = await segsync(folder.path, args);
      expect(made.exit, made.stderr).toBe(0);
      expect(made.stdout).toMatch(
        /cp \.env\.example \.env .*\n {2}segsync validate --connect .*\n {2}segsync plan /,
      );
      expectModelines(folder.path);
      const example = readFileSync(join(folder.path, '.env.example'), 'utf8');
      const names = [...example.matchAll(/^(\w+)=/gm)].map(([, name]) => name!);
      expect(names.length).toBeGreaterThan(0);
      const environment = Object.fromEntries(names.map((name) => [name, VALUES[name] ?? 'x']));
      const checked = await segsync(folder.path, ['validate'], environment);
      expect(checked, checked.stderr).toMatchObject({ exit: 0, stderr: '' });
      const unset = await segsync(folder.path, ['validate']);
      expect(unset.stderr).toContain('error[E107]');
    },
  );

  const VALUES: Readonly<Record<string, string>> = {
    DATABASE_URL: 'postgres://a@b/c',
    REDSHIFT_URL: 'redshift://a@b/c',
    DATABRICKS_HTTP_PATH: '/sql/1.0/warehouses/x',
  };
});

describe('what cannot be', () => {
  async function expectRefused(files: Record<string, string>, args: string[], stderr: string, exit = 64) {
    await using folder = await folderOf(files);
    const before = filesIn(folder.path);
    expect(await segsync(folder.path, ['init', ...args])).toEqual({ stdout: '', stderr, exit });
    expect(filesIn(folder.path)).toEqual(before);
  }

  it('a project where one is', () =>
    expectRefused(
      { 'shop/segsync.yaml': 'version: 1\n' },
      ['shop'],
      'error[E683]: shop is a project already: it has a segsync.yaml\n  hint: `segsync init DIR` makes one in another folder; `segsync validate` checks this one\n',
    ));

  it('files over others', () =>
    expectRefused(
      { 'segments/recent_buyers.yaml': 'mine\n', 'shop.sql': 'mine\n' },
      [],
      'error[E684]: these files are there already, and nothing is overwritten: segments/recent_buyers.yaml, shop.sql\n  hint: move them away, or make the project in another folder: `segsync init DIR`\n',
    ));

  it('files where a file is in the way of a folder', () =>
    expectRefused(
      { segments: 'a file\n' },
      [],
      'error[E681]: cannot write segments/recent_buyers.yaml: EEXIST\n  hint: nothing was left half-written\n',
      1,
    ));

  it('a warehouse, a zone and a name that there are not', async () => {
    await expectRefused(
      {},
      ['--warehouse', 'postgre'],
      'error[E604]: `--warehouse` takes one of bigquery, databricks, duckdb, postgres, redshift, snowflake, not `postgre`\n  hint: did you mean `postgres`?\n',
    );
    await expectRefused(
      {},
      ['--timezone', 'Berlin'],
      'error[E604]: `--timezone` takes a time zone such as Europe/Berlin, not `Berlin`\n',
    );
    await expectRefused(
      {},
      ['--project', 'My Shop'],
      'error[E604]: `--project` takes a name of lower-case letters, digits, `_` and `-`, not `My Shop`\n',
    );
  });

  it('a key of the shop that is made', () =>
    expectRefused(
      {},
      ['--key', 'id'],
      'error[E691]: `--key` means nothing without `--table` or `--from-dbt`\n',
    ));
});

describe('on a terminal', () => {
  /** Types the lines, one an answer; what is asked goes to stderr. */
  async function typed(folder: string, args: string[], lines: string[]) {
    const answers = [...lines];
    const told = { stdout: '', stderr: '' };
    const output = (name: keyof typeof told) => ({
      isTerminal: true,
      columns: 80,
      write(text: string) {
        told[name] += text;
      },
    });
    const world = realWorld();
    const process = {
      ...world.process,
      arguments: ['init', ...args],
      environment: { NO_COLOR: '1' },
      workingFolder: folder,
      stdin: { isTerminal: true, line: async () => answers.shift() },
      stdout: output('stdout'),
      stderr: output('stderr'),
    };
    const exit = await main({ ...world, process });
    return { ...told, exit, left: answers.length };
  }

  it('asks for what no option says, and again after an answer that will not do', async () => {
    await using folder = await folderOf({});
    const args = ['audiences', '--timezone', 'UTC'];
    const told = await typed(folder.path, args, ['', 'oracle', 'postgres', '', 'crm.people', 'id', '']);
    expect(told).toMatchObject({ exit: 0, left: 0 });
    expect(told.stderr).toBe(
      [
        'Name of the project [audiences]:   bigquery    BigQuery',
        '  databricks  Databricks',
        '  duckdb      DuckDB: a file, no server; it brings a small shop to try things with',
        '  postgres    PostgreSQL',
        '  redshift    Amazon Redshift',
        '  snowflake   Snowflake',
        'Warehouse [duckdb]:   needed: one of bigquery, databricks, duckdb, postgres, redshift, snowflake',
        'Warehouse [duckdb]: Segments are sets of [customer]: Their table [shop.customers]: Its key [customer_id]: A column that grows with every change, or none [none]: ',
      ].join('\n'),
    );
    const text = readFileSync(join(folder.path, 'audiences/segsync.yaml'), 'utf8');
    expect(text).toContain('    table: crm.people\n    key: id\n    # cursor:');
  });

  it('asks nothing with --yes', async () => {
    await using folder = await folderOf({});
    expect(await typed(folder.path, ['--yes', '--project', 'p'], [])).toMatchObject({ stderr: '', exit: 0 });
  });

  it('writes nothing when the input ends', async () => {
    await using folder = await folderOf({});
    const told = await typed(folder.path, [], ['p']);
    expect(told.stderr).toContain('error[E622]: interrupted before there was anything to report');
    expect(told).toMatchObject({ stdout: '', exit: 130 });
    expect(filesIn(folder.path)).toEqual([]);
  });
});
