/** The page on cost says what its script prints, and the script answers to its flags. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/warehouses/cost.md'), 'utf8');

interface Ended {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

function cost(...args: readonly string[]): Promise<Ended> {
  return new Promise((done) => {
    execFile(process.execPath, [join(ROOT, 'bench/cost.mjs'), ...args], (error, stdout, stderr) => {
      done({ stdout, stderr, exit: error ? Number(error.code) : 0 });
    });
  });
}

/** US dollars a day of a warehouse, all tiers together. */
async function dayOf(name: string, ...args: readonly string[]): Promise<number> {
  const { stdout } = await cost(...args);
  const line = stdout.split('\n').find((each) => each.startsWith(`| ${name} | **together**`))!;
  return Number(/\*\*([\d.,e+-]+)\*\* \|$/.exec(line)![1]!.replaceAll(',', ''));
}

test('the page has the tables of today', async () => {
  const { exit, stdout } = await cost();
  expect(exit).toBe(0);
  const [, within] = /<!-- by [^\n]* -->\n(.*)<!-- end -->/s.exec(PAGE)!;
  expect(within).toBe(stdout);
});

test('rows that one flush writes are those of the program', async () => {
  const rhythm = readFileSync(join(ROOT, 'src/deliver/rhythm.ts'), 'utf8');
  const [, rows] = /\nconst ROWS = ([\d_]+)/.exec(rhythm)!;
  expect((await cost()).stdout).toContain(`| \`--flush-rows\` | ${rows!.replaceAll('_', '')} |`);
});

test.each(['BigQuery, blocks billed', 'BigQuery, partitions billed'])(
  '%s: prices and sizes count',
  async (name) => {
    const usual = await dayOf(name);
    expect(await dayOf(name, '--bigquery-usd-tib', '0')).toBe(0);
    expect((await dayOf(name, '--bigquery-usd-tib', '12.5')) / usual).toBeCloseTo(2, 0);
    expect(await dayOf(name, '--memberships', '5000000')).toBeLessThan(usual);
    expect(await dayOf(name, '--share-realtime', '0')).toBeLessThan(usual);
  },
);

test('whole partitions billed are never cheaper than blocks', async () => {
  expect(await dayOf('BigQuery, partitions billed')).toBeGreaterThanOrEqual(
    await dayOf('BigQuery, blocks billed'),
  );
});

test('where seconds are billed, no day costs more than one that never stops', async () => {
  expect(await dayOf('Snowflake', '--memberships', '5000000000')).toBeCloseTo(580, -1);
  expect(
    await dayOf('Snowflake', '--share-realtime', '0', '--share-frequent', '0', '--share-hourly', '0'),
  ).toBeLessThan(100);
});

test.each([[['--nonsense', '1']], [['--memberships', 'many']], [['--memberships']], [['memberships', '1']]])(
  '%j is wrong usage',
  async (args) => {
    const { exit, stdout, stderr } = await cost(...args);
    expect({ exit, stdout }).toEqual({ exit: 64, stdout: '' });
    expect(stderr).toMatch(/^(there is no|--memberships takes a figure)/);
    expect(stderr).not.toMatch(/^ {4}at /m);
  },
);

test('every price says where it is from, or that it is assumed', async () => {
  const rows = (await cost()).stdout.split('\n').filter((line) => /^\| `--\w+-usd-/.test(line));
  expect(rows).toHaveLength(4);
  for (const row of rows) expect(row).not.toMatch(/\| assumed \|$/);
});
