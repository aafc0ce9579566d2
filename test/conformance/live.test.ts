/**
 * `npm run conformance` as somebody with an account of a warehouse runs it: as a process of its own, on the engines that
 * are here, and over the doubles of those that are not. There it proves the command, not the warehouse.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type CompiledProgram, compileProgram, ROOT } from '../compiled-program.ts';
import { asAdministrator, engines, type Opened } from '../engines.ts';
import { bigqueryEngine, snowflakeEngine } from '../warehouses/engines.ts';
import { PAIRS } from '../warehouses/pairs.ts';
import { GROUPS } from './live/check.ts';
import type { Result } from './live/result.ts';

const SCRIPT = join(ROOT, 'scripts/conformance.mjs');
const FOUND: Readonly<Record<string, string>> = {
  duckdb: 'SELECT schema_name AS name FROM duckdb_schemas() WHERE NOT internal',
  postgres: 'SELECT nspname AS name FROM pg_namespace',
};
const LIMIT = { timeout: 300_000 };

const opened: Opened[] = [];
const children: ChildProcess[] = [];
let program: CompiledProgram;

beforeAll(async () => {
  program = await compileProgram();
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const each of opened.splice(0)) await each.drop();
});

interface Ended {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project of two targets: the engine's own, and one where nobody is. */
async function projectOf(own: Opened, target: Record<string, unknown> = own.target): Promise<string> {
  const folder = join(own.folder, 'mine');
  await mkdir(folder);
  const nobody = { type: 'postgres', url: 'postgres://me:hidden@127.0.0.1:1/nobody' };
  const text = `version: 1\nproject: mine\ndefault_target: own\ntargets: ${JSON.stringify({ own: target, nobody })}\nentities: {}\n`;
  await writeFile(join(folder, 'segsync.yaml'), text);
  return folder;
}

function start(folder: string, args: readonly string[], node: readonly string[] = [], env: object = {}) {
  const all = [...node, SCRIPT, '--project', folder, ...args];
  const child = spawn(process.execPath, all, {
    cwd: folder,
    env: { PATH: process.env.PATH, CI: 'true', ...env },
  });
  children.push(child);
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const ended = new Promise<Ended>((done) => child.on('close', (exit) => done({ exit, ...output })));
  return { child, output, ended };
}

async function resultIn(folder: string): Promise<Result & { readonly text: string }> {
  const text = await readFile(join(folder, 'result.json'), 'utf8');
  return { ...(JSON.parse(text) as Result), text };
}

function expectWhole({ groups, failures, plays }: Result): void {
  expect(failures).toEqual([]);
  expect(Object.keys(groups).sort()).toEqual([...GROUPS].sort());
  for (const [group, { passed, failed }] of Object.entries(groups)) {
    expect(passed, group).toBeGreaterThan(0);
    expect(failed, group).toBe(0);
  }
  expect(plays.incremental).toBeGreaterThan(0);
}

describe.each(engines)('$name', (engine) => {
  test('all passes, the result says so and not whose it is, and nothing is left', LIMIT, async () => {
    const own = await engine.open();
    opened.push(own);
    await own.session.close();
    const folder = await projectOf(own);
    const { exit, stdout, stderr } = await start(folder, ['--plays', '3', '--out', 'result.json']).ended;
    expect({ exit, stderr }, stdout).toEqual({ exit: 0, stderr: '' });
    const result = await resultIn(folder);
    expectWhole(result);
    // Chance may give one play none, and not three.
    expect(result.plays.audiences).toBeGreaterThan(0);
    expect(result).toMatchObject({
      warehouse: engine.name,
      date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    });
    for (const secret of secretsOf(own.target)) expect(result.text).not.toContain(secret);
    const session = await own.connect();
    const names = (await session.query(FOUND[engine.name]!)).map(({ name }) => name!);
    expect(names.filter((name) => name.startsWith('segsync'))).toEqual([]);
  });
});

describe.each([bigqueryEngine, snowflakeEngine])('the double of $name', (engine) => {
  test('every check says what its double can answer, over the real client', LIMIT, async () => {
    const own = await engine.open();
    opened.push(own);
    const folder = await projectOf(own);
    const pairs = join(own.folder, 'pairs');
    await mkdir(pairs);
    own.double.standIn.listen(pairs);
    const node = ['--import', program.preload];
    const args = ['--plays', '1', '--out', 'result.json'];
    const { exit, stdout, stderr } = await start(folder, args, node, { [PAIRS]: pairs }).ended;
    expect({ exit, stderr }, stdout).toEqual({ exit: 0, stderr: '' });
    const result = await resultIn(folder);
    expectWhole(result);
    for (const secret of secretsOf(own.target)) expect(result.text).not.toContain(secret);
    const { rows } = await own.double.standIn.run(FOUND.duckdb!);
    expect(rows.filter(({ name }) => name!.startsWith('segsync'))).toEqual([]);
  });
});

const postgres = engines.find(({ name }) => name === 'postgres')!;

describe('what goes wrong', () => {
  const open = async (): Promise<{ own: Opened; folder: string }> => {
    const own = await postgres.open();
    opened.push(own);
    return { own, folder: await projectOf(own) };
  };
  const left = async ({ session }: Opened): Promise<string[]> =>
    (await session.query(FOUND.postgres!))
      .map(({ name }) => name!)
      .filter((name) => name.startsWith('segsync'));

  test(
    'a check that fails is told and written down, the exit code says so, and nothing is left',
    LIMIT,
    async () => {
      const own = await postgres.open();
      opened.push(own);
      const url = new URL(String(own.target.url));
      const database = url.pathname.slice(1);
      const role = `poor_${database}`;
      await asAdministrator(async (client) => {
        await client.query(`CREATE ROLE ${role} LOGIN PASSWORD '${role}'`);
        await client.query(`REVOKE TEMPORARY ON DATABASE ${database} FROM PUBLIC`);
        await client.query(`GRANT CREATE ON DATABASE ${database} TO ${role}`);
      }, database);
      try {
        url.username = role;
        url.password = role;
        const folder = await projectOf(own, { type: 'postgres', url: url.toString() });
        const { exit, stdout } = await start(folder, ['--plays', '1', '--out', 'result.json']).ended;
        expect(exit, stdout).toBe(1);
        const { failures, text, groups } = await resultIn(folder);
        expect(failures.map(({ group, name }) => `${group}: ${name}`)).toContain(
          'transactions: the temporary tables of a transaction are gone for the next',
        );
        expect(groups.functions?.failed).toBe(0);
        for (const secret of [role, database]) expect(text).not.toContain(secret);
        expect(await left(own)).toEqual([]);
      } finally {
        await own.session.close();
        await asAdministrator(async (client) => {
          await client.query(`DROP OWNED BY ${role}`);
          await client.query(`DROP ROLE ${role}`);
        }, database);
      }
    },
  );

  test.each([
    ['functions', 'SIGINT'],
    ['failures', 'SIGTERM'],
    ['state', 'SIGINT'],
  ] as const)(
    'interrupted after the %s by %s: nothing is left, and nothing written',
    LIMIT,
    async (group, signal) => {
      const { own, folder } = await open();
      const { child, output, ended } = start(folder, ['--plays', '50', '--out', 'result.json']);
      await expect.poll(() => output.stdout, { timeout: 120_000 }).toContain(`${group}: `);
      expect(await left(own)).not.toEqual([]);
      child.kill(signal);
      const { exit, stderr } = await ended;
      expect({ exit, stderr }).toEqual({ exit: 130, stderr: 'interrupted: what was made is taken away\n' });
      expect(await left(own)).toEqual([]);
      await expect(resultIn(folder)).rejects.toThrow('ENOENT');
    },
  );

  test.each([
    [['--target', 'elsewhere'], 78, /^error\[E609\]: .*`elsewhere`/],
    [['--target', 'nobody'], 75, /^error\[E308\]: /],
    [['--plays', 'many'], 64, /^error: --plays takes a whole number/],
    [['--frequency', '1'], 64, /^error: Unknown option '--frequency'/],
    [['--project', '/nowhere/at/all'], 78, /^error\[E\d+\]: /],
  ])('%j', LIMIT, async (args, code, told) => {
    const { own, folder } = await open();
    const { exit, stdout, stderr } = await start(folder, args).ended;
    expect({ exit, stdout }, stderr).toEqual({ exit: code, stdout: '' });
    expect(stderr).toMatch(told);
    expect(stderr).not.toMatch(/^ {4}at |hidden/m);
    expect(await left(own)).toEqual([]);
  });
});

/** What a target's options say and nobody else is to know. */
function secretsOf(target: Readonly<Record<string, unknown>>): string[] {
  const { type: _, url, ...options } = target;
  const parts =
    url === undefined ? [] : [String(url), new URL(String(url)).pathname.slice(1), new URL(String(url)).port];
  // The doubles' own names are words that stand there anyway: `play`.
  return [...parts, ...Object.values(options).map(String)].filter((text) => text.length > 4);
}
