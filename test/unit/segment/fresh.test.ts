/** How old tables may be, are, and what is said of it: without any warehouse. */
import { describe, expect, it, test } from 'vitest';
import type { Contract, OnStale, Segment } from '../../../src/config/project.ts';
import { formatAge, HOUR, MINUTE, SECOND } from '../../../src/instant.ts';
import { judgeOnStale, judgeSlowTables } from '../../../src/segment/judge-freshness.ts';
import { type ReadTable, readsOf } from '../../../src/segment/reads.ts';
import { resolveSegment } from '../../../src/segment/resolve.ts';
import { slowest, slowReads } from '../../../src/segment/slow.ts';
import { staleReads } from '../../../src/segment/stale.ts';
import { load } from '../config/fixture.ts';
import { inOneLine } from './judged.ts';

const place = { file: '/p/segsync.yaml', line: 1, column: 1 };
const contract = (within: bigint, onStale: OnStale = 'warn'): Contract => ({ within, onStale, place });
const read = (name: string, ...contracts: Contract[]): ReadTable => ({
  id: name,
  role: 'source',
  table: {
    relation: { kind: 'table', parts: ['ml', name] },
    key: 'id',
    cursor: { column: 'at' },
    place,
  },
  ...(contracts.length > 0 ? { contracts } : {}),
});

const T = 1_000n * HOUR;
const aged = (age: bigint) => () => (T - age).toString();
const segment = (onStale?: OnStale): Segment => ({ name: 'it', ...(onStale ? { onStale } : {}) }) as Segment;
const told = (reads: ReadTable[], newest: (id: string) => string | null | undefined, onStale?: OnStale) =>
  staleReads({ segment: segment(onStale), reads }, newest, T).map(
    ({ table, age, expected, onStale: does }) => [
      ...[table, age === undefined ? 'no row' : formatAge(age), formatAge(expected), does],
    ],
  );

describe('a table is stale', () => {
  const scores = read('scores', contract(6n * HOUR, 'hold'));

  test('when its newest row is older than expected, by a microsecond', () => {
    expect(told([scores], aged(6n * HOUR))).toEqual([]);
    expect(told([scores], aged(6n * HOUR + 1n))).toEqual([['ml.scores', '6h 00m', '6h 00m', 'hold']]);
  });

  test('when it shows no row; not when it was never looked at, or promises nothing', () => {
    expect(told([scores], () => null)).toEqual([['ml.scores', 'no row', '6h 00m', 'hold']]);
    expect(told([scores], () => undefined)).toEqual([]);
    expect(told([read('scores')], () => null)).toEqual([]);
  });

  test('by the gravest contract that is broken, unless the segment says what it does', () => {
    const both = read('scores', contract(HOUR), contract(8n * HOUR, 'fail'), contract(2n * HOUR));
    expect(told([both], aged(3n * HOUR))).toEqual([['ml.scores', '3h 00m', '1h 00m', 'warn']]);
    expect(told([both], aged(9n * HOUR))).toEqual([['ml.scores', '9h 00m', '8h 00m', 'fail']]);
    expect(told([both], aged(9n * HOUR), 'hold')).toEqual([['ml.scores', '9h 00m', '1h 00m', 'hold']]);
  });
});

describe('a table is slow', () => {
  const slow = (reads: ReadTable[], age: bigint | null, promise: bigint) =>
    slowReads(reads, age === null ? () => null : aged(age), { t: T, promise }).map(({ table }) => table);

  test('by its contract, however new its rows are; by its rows, where it has none', () => {
    expect(slow([read('a', contract(26n * HOUR))], 0n, 2n * HOUR)).toEqual(['ml.a']);
    expect(slow([read('a', contract(HOUR))], 0n, 2n * HOUR)).toEqual([]);
    expect(slow([read('a', contract(HOUR))], 90n * MINUTE, 2n * HOUR)).toEqual(['ml.a']);
    expect(slow([read('a')], 3n * HOUR, 2n * HOUR)).toEqual(['ml.a']);
    expect(slow([read('a')], null, 2n * HOUR)).toEqual([]);
    // When nobody changes, the entity's own table does not.
    expect(slow([{ ...read('a'), role: 'entity' }], 3n * HOUR, 2n * HOUR)).toEqual([]);
    const bound = { ...read('a', contract(HOUR)), role: 'entity' } as const;
    expect(slow([bound], 3n * HOUR, 2n * HOUR)).toEqual(['ml.a']);
  });

  test('but not for being quiet for less than an hour, where nobody promised anything', () => {
    expect(slow([read('a')], HOUR, 10n * SECOND)).toEqual([]);
    expect(slow([read('a')], HOUR + 1n, 10n * SECOND)).toEqual(['ml.a']);
  });

  test('and the slowest of them is told of', () => {
    const all = [read('a'), read('b', contract(26n * HOUR)), read('c', contract(5n * HOUR))];
    const found = slowReads(all, aged(12n * HOUR), { t: T, promise: 2n * HOUR });
    expect(found.map(({ table }) => table)).toEqual(['ml.a', 'ml.b', 'ml.c']);
    expect(slowest(found)?.table).toBe('ml.b');
    expect(slowest([])).toBeUndefined();
  });
});

it.each([
  [0n, '0s'],
  [59n * SECOND + 999_999n, '59s'],
  [MINUTE, '1m 00s'],
  [HOUR - 1n, '59m 59s'],
  [47n * HOUR + 59n * MINUTE, '47h 59m'],
  [76n * HOUR, '3d 04h'],
])('%d microseconds are %s old', (age, text) => {
  expect(formatAge(age)).toBe(text);
});

const PROJECT = `version: 1
project: fresh
targets:
  dev: { type: duckdb, path: shop.duckdb }
entities:
  customer:
    table: shop.customers
    key: id
    cursor: updated_at
    traits:
      score: { table: ml.scores, key: id, column: value, cursor: scored_at, expect_fresh_within: 26h }
      decile: { table: ml.scores, key: id, column: decile, cursor: scored_at, expect_fresh_within: 3h, on_stale: fail }
    sources:
      orders: { table: shop.orders, key: id, time: at, cursor: updated_at }
`;
const projectOf = async (segments: Readonly<Record<string, string>>) => {
  const files = Object.entries(segments).map(([name, text]) => [
    `segments/${name}.yaml`,
    `entity: customer\n${text}\n`,
  ]);
  return (await load({ 'segsync.yaml': PROJECT, ...Object.fromEntries(files) })).project;
};

describe('a segment', () => {
  it('has each contract of a table once, however it is come by', async () => {
    const project = await projectOf({
      one: 'where: { all: [{ trait: score, gt: 1 }, { trait: decile, gt: 8 }, { segment: two }] }',
      two: 'where: { trait: score, gt: 2 }',
    });
    const one = project.segments.get('one')!;
    const reads = readsOf(project, project.entities.get('customer')!, 'one', resolveSegment(project, one));
    expect(
      reads.map(({ contracts = [] }) => contracts.map(({ within, onStale }) => [within, onStale])),
    ).toEqual([
      [],
      [
        [26n * HOUR, 'warn'],
        [3n * HOUR, 'fail'],
      ],
    ]);
  });

  it('that says `on_stale` in vain is told so (W154)', async () => {
    const project = await projectOf({
      vain: 'on_stale: hold\nwhere: { did: orders }',
      fine: 'on_stale: hold\nwhere: { trait: score, gt: 1 }',
    });
    const said = [...project.segments.values()].flatMap((each) => judgeOnStale(project, each));
    expect(said.map(inOneLine)).toEqual([
      'W154 1:1 segment `vain` says `on_stale`, but no table that it reads is expected to be fresh | say `expect_fresh_within: 6h` on the table that is meant, in segsync.yaml',
    ]);
  });

  it('of a faster tier than a table is told once for all (W155)', async () => {
    const where = 'where: { trait: score, gt: 1 }';
    const project = await projectOf({
      a: `tier: hourly\n${where}`,
      b: `tier: realtime\n${where}`,
      c: `tier: hourly\n${where}`,
      d: `tier: frequent\n${where}`,
      slow: `tier: daily\n${where}`,
      other: 'tier: realtime\nwhere: { did: orders }',
    });
    const said = judgeSlowTables(project, [...project.segments.values()]);
    expect(said.map(inOneLine)).toEqual([
      'W155 11:98 ml.scores may be 26h old, so what reads it can be no fresher, whatever its tier promises: a (hourly: 2h), b (realtime: 10s), c (hourly: 2h) and 1 more | give such a segment a slower tier; or shorten `expect_fresh_within`, if rows do come more often',
    ]);
  });
});
