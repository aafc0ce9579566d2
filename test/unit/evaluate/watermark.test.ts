import { describe, expect, test } from 'vitest';
import { arrivedSince, earlier, nextWatermarks } from '../../../src/evaluate/watermark.ts';
import { HOUR, MINUTE, SECOND } from '../../../src/instant.ts';
import type { ReadTable } from '../../../src/segment/reads.ts';

const place = { file: '/p/segsync.yaml', line: 1, column: 1 };
const read = (overlap?: NonNullable<ReadTable['table']['cursor']>['overlap']): ReadTable => ({
  id: 'shop.events.ingested_at',
  role: 'source',
  table: {
    relation: { kind: 'table', parts: ['shop', 'events'] },
    key: 'customer_id',
    cursor: { column: 'ingested_at', ...(overlap ? { overlap } : {}) },
    place,
  },
});
const NOW = 1_000_000n * SECOND;

describe('from where on rows count as arrived', () => {
  test('the default overlap before the watermark, its end included', () => {
    const since = arrivedSince(read(), 'time', { at: NOW.toString(), since: NOW.toString() }, NOW);
    expect(since).toMatchObject({ kind: 'instant', at: NOW - MINUTE, inclusive: true });
  });

  test('past the watermark only, once it had stood still for the overlap', () => {
    const watermark = { at: (NOW - HOUR).toString(), since: (NOW - MINUTE).toString() };
    expect(arrivedSince(read(), 'time', watermark, NOW)).toMatchObject({ at: NOW - HOUR, inclusive: false });
    expect(arrivedSince(read(), 'time', watermark, NOW - 1n)).toMatchObject({ inclusive: true });
  });

  test('a declared overlap replaces the default; a date needs at least 26 hours', () => {
    const watermark = { at: NOW.toString(), since: NOW.toString() };
    expect(arrivedSince(read({ duration: HOUR }), 'time', watermark, NOW)).toMatchObject({ at: NOW - HOUR });
    expect(arrivedSince(read({ duration: HOUR }), 'date', watermark, NOW)).toMatchObject({
      at: NOW - 26n * HOUR,
    });
  });

  test('an integer cursor looks back a distance, and never settles', () => {
    const watermark = { at: '25000', since: '0' };
    expect(arrivedSince(read(), 'integer', watermark, NOW)).toMatchObject({
      kind: 'integer',
      at: '15000',
      inclusive: true,
    });
    expect(arrivedSince(read({ distance: 7n }), 'integer', watermark, NOW)).toMatchObject({ at: '24993' });
  });

  test('every row, where nothing was shown yet', () => {
    expect(arrivedSince(read(), 'time', { at: null, since: '0' }, NOW)).toEqual({ kind: 'all' });
  });

  test('of two, the one that makes more rows count', () => {
    const at = (micros: bigint, inclusive: boolean) =>
      ({ kind: 'instant', at: micros, inclusive, reason: '' }) as const;
    expect(earlier(at(5n, true), at(3n, false))).toEqual(at(3n, false));
    expect(earlier(at(5n, false), at(5n, true))).toEqual(at(5n, true));
    expect(earlier(at(5n, true), { kind: 'all' })).toEqual({ kind: 'all' });
  });
});

describe('the next watermarks', () => {
  test('a value that did not move keeps the instant it was first seen at', () => {
    const before = { a: { at: '5', since: '1' }, b: { at: '5', since: '1' } };
    const shown = new Map([
      ['a', '5'],
      ['b', '6'],
      ['c', null],
    ]);
    const seen = {
      t: 9n,
      watermarks: shown,
      marks: new Map(),
      made: new Map([['b', 'x']]),
      empty: new Map<string, string>(),
    };
    expect(nextWatermarks(seen, before)).toEqual({
      a: { at: '5', since: '1' },
      b: { at: '6', since: '9', made: 'x' },
      c: { at: null, since: '9' },
    });
  });

  test('a table that loses all its rows is remembered as emptied until it has some again', () => {
    const seen = (at: string | null) => ({
      t: 9n,
      watermarks: new Map([['a', at]]),
      marks: new Map<string, string>(),
      made: new Map<string, string>(),
      empty: new Map(at === null ? [['a', 'shop.a']] : []),
    });
    const emptied = nextWatermarks(seen(null), { a: { at: '5', since: '1' } });
    expect(emptied.a).toEqual({ at: null, since: '9', emptied: 'shop.a' });
    expect(nextWatermarks(seen(null), emptied).a).toMatchObject({ emptied: 'shop.a' });
    expect(nextWatermarks(seen('7'), emptied).a).toEqual({ at: '7', since: '9' });
    expect(nextWatermarks(seen(null), {}).a).toEqual({ at: null, since: '9' });
  });
});

describe('a transaction that was open at the last tick', () => {
  const watermark = { at: NOW.toString(), since: (NOW - HOUR).toString() };
  test('takes the range back to its start, which is included', () => {
    const open = (NOW - 5n * HOUR).toString();
    expect(arrivedSince(read(), 'time', { ...watermark, open }, NOW)).toMatchObject({
      at: NOW - 5n * HOUR,
      inclusive: true,
    });
  });

  test('narrows nothing when it began later than the range', () => {
    const open = (NOW + 5n).toString();
    expect(arrivedSince(read(), 'time', { ...watermark, open }, NOW)).toMatchObject({
      at: NOW,
      inclusive: false,
    });
  });
});
