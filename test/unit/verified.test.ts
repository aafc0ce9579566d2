/**
 * What is said of a warehouse's tests is so: `verified` where a conformance run passed whole on the engine itself, by the
 * file that it left, and nowhere else; by its adapter and in the README alike.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadWarehouse, warehouseNames } from '../../src/adapters.ts';
import { realWorld } from '../../src/world.ts';
import { GROUPS } from '../conformance/live/check.ts';
import type { Result } from '../conformance/live/result.ts';
import { DIFFERING } from '../conformance/warehouse/differing.ts';
import { functionCases } from '../conformance/warehouse/functions-cases.ts';

/** Made once: it listens to the process's own streams. */
const real = realWorld();

const ROOT = join(import.meta.dirname, '../..');
const RESULTS = join(ROOT, 'docs/warehouses/verified');
const LEAST_PLAYS = 5;
const names = await warehouseNames(real);
const table = new Map(
  [
    ...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/^\| [^|]+ \| `(\w+)` \| `(\w+)`:([^|]*)\|$/gm),
  ].map(([, name, word, more]) => [name!, { word: word!, more: more! }]),
);

function resultOf(name: string): Result | undefined {
  const path = join(RESULTS, `${name}.json`);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Result) : undefined;
}

/** Whether a run was a whole one, and nothing in it failed. */
function isWhole({ groups, plays, failures }: Result): boolean {
  const all = GROUPS.every((group) => (groups[group]?.passed ?? 0) > 0 && groups[group]!.failed === 0);
  return all && failures.length === 0 && plays.seeds.length >= LEAST_PLAYS && plays.incremental > 0;
}

test('the table of warehouses lists every adapter once', () => {
  expect([...table.keys()].sort()).toEqual([...names].sort());
});

test('every result is of an adapter that there is', () => {
  const files = readdirSync(RESULTS).map((file) => file.replace('.json', ''));
  expect(files.filter((name) => !names.includes(name))).toEqual([]);
});

describe.each(names)('%s', (name) => {
  test('is `verified` by a result, or says that it is not', async () => {
    const { verified } = (await loadWarehouse(real, name))!;
    const result = resultOf(name);
    expect(verified === 'verified').toBe(result !== undefined && isWhole(result));
    expect(table.get(name)!.word).toBe(verified);
    if (verified !== 'verified') expect(table.get(name)!.more).toContain('never on the service');
  });

  test('its result, if there is one, is of this adapter, with every function, and tells the day', async () => {
    const result = resultOf(name);
    if (!result) return;
    const { dialect } = (await loadWarehouse(real, name))!;
    const cases = functionCases(dialect, async () => [], DIFFERING[name]);
    expect(result.warehouse).toBe(name);
    expect(result.date).toMatch(/^\d{4}-\d\d-\d\d$/);
    // A case that was added since was never run there.
    expect(result.groups.functions!.passed + result.groups.functions!.failed).toBe(cases.length);
    expect(table.get(name)!.more).toContain(result.date);
    expect(table.get(name)!.more).toContain(`docs/warehouses/verified/${name}.json`);
  });
});
