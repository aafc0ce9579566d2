import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { build, CLI, folderOf, SHOP, segsync, segsyncProcess } from './segsync.ts';

beforeAll(build);

/** Ends with 64, nothing on stdout, and on stderr these lines only: the error comes last, without a page of help. */
async function expectMisuse(args: readonly string[], stderr: string): Promise<void> {
  await using folder = await folderOf(SHOP);
  expect(await segsync(folder.path, args)).toEqual({ stdout: '', stderr, exit: 64 });
}

/** The files that a command loads, from the root of the repository. */
function loadedBy(args: readonly string[], cwd: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'segsync-loaded-'));
  spawnSync(process.execPath, [CLI, ...args], { cwd, env: { ...process.env, NODE_V8_COVERAGE: folder } });
  const reports = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  rmSync(folder, { recursive: true });
  const root = CLI.slice(0, CLI.indexOf('dist/cli.js'));
  const { result } = JSON.parse(reports[0]!) as { result: { url: string }[] };
  return result.flatMap(({ url }) => (url.includes(root) ? [url.split(root)[1]!] : [])).sort();
}

describe('wrong usage', () => {
  it('suggests the command that was meant', () =>
    expectMisuse(['rnu'], 'error[E601]: there is no command `rnu`\n  hint: did you mean `run`?\n'));

  it('knows no command of a later release', () =>
    expectMisuse(
      ['launch'],
      'error[E601]: there is no command `launch`\n  hint: `segsync --help` lists the commands\n',
    ));

  it('suggests the option that was meant', () =>
    expectMisuse(
      ['run', '--ful'],
      'error[E602]: `segsync run` has no option `--ful`\n  hint: did you mean `--full`?\n',
    ));

  it('refuses an option without its value', () =>
    expectMisuse(
      ['plan', '--tier'],
      'error[E603]: option `--tier <names...>` argument missing\n  hint: see `segsync plan --help`\n',
    ));

  it('refuses an argument too many', () =>
    expectMisuse(
      ['validate', 'x'],
      'error[E603]: too many arguments for `validate`. Expected 0 arguments but got 1.\n  hint: segments and syncs are named by an option: `segsync validate --select NAME`\n',
    ));

  it('asks for a missing argument', () =>
    expectMisuse(
      ['members'],
      'error[E603]: missing required argument `segment`\n  hint: see `segsync members --help`\n',
    ));

  it('asks for a missing command', () =>
    expectMisuse(['-t', 'dev'], 'error[E603]: a command is missing\n  hint: see `segsync --help`\n'));

  it('refuses a value that is none of the choices', () =>
    expectMisuse(
      ['members', 'buyers', '--format', 'xml'],
      'error[E603]: option `--format <format>` argument `xml` is invalid. Allowed choices are plain, csv, json.\n  hint: see `segsync members --help`\n',
    ));

  it('refuses a duration, an instant, a tier and a dialect that are none', async () => {
    await expectMisuse(
      ['run', '--wait', 'soon'],
      'error[E604]: `--wait` takes a duration such as 60s, not `soon`\n',
    );
    await expectMisuse(
      ['plan', '--now', 'yesterday'],
      'error[E604]: `--now` takes an instant such as 2026-11-22T10:00:00Z, or a date, not `yesterday`\n',
    );
    await expectMisuse(
      ['run', '--tier', 'hurly'],
      'error[E604]: `--tier` takes realtime, frequent, hourly or daily, not `hurly`\n  hint: did you mean `hourly`?\n',
    );
    await expectMisuse(
      ['compile', '--dialect', 'postgre'],
      'error[E604]: `--dialect` takes bigquery, databricks, duckdb, postgres, redshift or snowflake, not `postgre`\n  hint: did you mean `postgres`?\n',
    );
  });

  it('refuses a selector that selects nothing', async () => {
    await expectMisuse(
      ['plan', '-s', 'buyer'],
      'error[E605]: `--select buyer` selects nothing in this project\n  hint: did you mean `buyers`?\n',
    );
    await expectMisuse(
      ['plan', '--exclude', 'tag:consnt'],
      'error[E605]: `--exclude tag:consnt` selects nothing in this project\n  hint: did you mean `tag:consent`?\n',
    );
    await expectMisuse(
      ['run', '-s', 'tags:consent'],
      'error[E606]: `--select tags:consent` is not a way to select\n  hint: did you mean `tag:consent`?\n',
    );
  });

  it('names each segment that does not exist', async () => {
    await expectMisuse(
      ['compile', 'buyerz', 'zzz'],
      [
        'error[E607]: there is no segment `buyerz` in this project',
        '  hint: did you mean `buyers`?',
        'error[E607]: there is no segment `zzz` in this project',
        '2 errors',
        '',
      ].join('\n'),
    );
  });

  it('prints one JSON document on stdout when asked for JSON', async () => {
    await using folder = await folderOf({});
    const { stdout, stderr, exit } = await segsync(folder.path, ['run', '--ful', '--json']);
    expect({ document: JSON.parse(stdout), stderr, exit }).toEqual({
      document: {
        version: 1,
        errors: [
          { code: 'E602', message: '`segsync run` has no option `--ful`', hint: 'did you mean `--full`?' },
        ],
      },
      stderr: '',
      exit: 64,
    });
  });
});

describe('help and version', () => {
  it('prints the version of the package alone', async () => {
    const {
      default: { version },
    } = await import('../../package.json', { with: { type: 'json' } });
    for (const args of [['--version'], ['-V'], ['--quiet', '--version']]) {
      expect(await segsyncProcess('/', args)).toEqual({ stdout: `${version}\n`, stderr: '', exit: 0 });
    }
  });

  it('loads nothing for the version but what reads it: how long that takes is measured by `npm run bench:startup`', () => {
    expect(loadedBy(['--version'], '/')).toEqual(['dist/cli.js', 'dist/version.js', 'dist/world.js']);
  });

  it('loads a driver only for a warehouse that is used', async () => {
    await using folder = await folderOf(SHOP);
    const drivers = (args: readonly string[]): string[] =>
      ['@databricks', '@duckdb', '@google-cloud', 'knex', 'pg', 'snowflake-sdk', 'undici'].filter((name) =>
        loadedBy(args, folder.path).some((file) => file.startsWith(`node_modules/${name}/`)),
      );
    expect(drivers(['validate'])).toEqual([]);
    expect(drivers(['run'])).toEqual(['@duckdb']);
  });

  it('lists every command once, with what it does', async () => {
    const { stdout, stderr, exit } = await segsync('/', ['--help']);
    expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 });
    for (const verb of ['plan', 'run', 'validate', 'compile', 'members']) {
      expect(stdout.match(new RegExp(`^  ${verb}  +\\w`, 'gm'))).toHaveLength(1);
    }
    expect((await segsync('/', [])).stdout).toBe(stdout);
  });

  it.each(['plan', 'run', 'validate', 'compile', 'members', 'init', 'schema', 'completion'])(
    '%s --help fits 80 columns and has an example',
    async (verb) => {
      const { stdout, exit } = await segsync('/', [verb, '--help']);
      expect(exit).toBe(0);
      expect(stdout).toContain(`$ segsync ${verb}`);
      expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
      expect((await segsync('/', ['help', verb])).stdout).toBe(stdout);
    },
  );
});
