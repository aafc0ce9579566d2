/** The brute force is the judge of everything else in this folder: its own verdicts, checked by hand. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, parseInstant } from '../../src/instant.ts';
import type { Condition, Window } from '../../src/segment/condition.ts';
import { Dice } from '../brute-force/dice.ts';
import { audience, members } from '../brute-force/evaluate.ts';
import { segmentOf } from '../brute-force/random-play.ts';
import { add, compareRational, exactFloat, rational, rationalText } from '../brute-force/rational.ts';
import { PLACE, randomShop, type Shop } from '../brute-force/shop.ts';
import { projectOf, Stage } from '../brute-force/stage.ts';
import type { Row } from '../brute-force/tables.ts';
import { passes } from '../brute-force/value.ts';
import { inWindow } from '../brute-force/window.ts';

const NOW = parseInstant('2026-03-30T10:00', 'UTC')!;
const place = PLACE;

/** A shop in Berlin, its occurrences being instants, and rows by hand. */
function verdict(where: Condition, rows: Partial<Record<keyof Shop['columns'], readonly Row[]>>): string[] {
  const drawn = randomShop(new Dice(1));
  const events = { ...drawn.columns.events, occurred_at: 'instant' } as const;
  const shop: Shop = { ...drawn, timezone: 'Europe/Berlin', columns: { ...drawn.columns, events } };
  const stage = new Stage({ shop });
  let last = 0;
  for (const [table, list] of Object.entries(rows)) {
    for (const row of list) {
      last += 1;
      stage.apply([
        { table: table as keyof Shop['columns'], row: { row_id: String(last), ...row }, added: true },
      ]);
    }
  }
  const project = projectOf({ shop, segments: new Map([['s', segmentOf('s', where)]]), syncs: new Map() });
  return [...members(project, stage.tables, 's', NOW)];
}

const people = (...keys: string[]): Row[] => keys.map((key) => ({ customer_id: key }));
const viewed = (key: string | null, at: bigint | null, more: Row = {}): Row => ({
  customer_id: key,
  name: 'viewed',
  occurred_at: at,
  ...more,
});
const did = (more: Partial<Extract<Condition, { kind: 'rows' }>> = {}): Condition => ({
  kind: 'rows',
  source: 'viewed',
  measure: { fn: 'count' },
  test: { op: 'gte', value: { type: 'number', text: '1' }, place },
  place,
  ...more,
});

describe('windows', () => {
  const cases: readonly [Window, readonly bigint[], readonly bigint[]][] = [
    [{ kind: 'within', duration: HOUR, place }, [NOW, NOW - HOUR + 1n], [NOW - HOUR, NOW + 1n]],
    [{ kind: 'older_than', duration: HOUR, place }, [NOW - HOUR, 0n], [NOW - HOUR + 1n]],
    [
      { kind: 'between', from: DAY, to: HOUR, place },
      [NOW - HOUR, NOW - DAY + 1n],
      [NOW - DAY, NOW - HOUR + 1n],
    ],
    [{ kind: 'next', duration: HOUR, place }, [NOW + 1n, NOW + HOUR], [NOW, NOW + HOUR + 1n]],
    [{ kind: 'after', instant: NOW, place }, [NOW, NOW + DAY], [NOW - 1n]],
    [{ kind: 'before', instant: NOW, place }, [NOW - 1n], [NOW]],
  ];
  it.each(cases)('$0.kind', (window, inside, outside) => {
    expect(inside.map((at) => inWindow(window, at, NOW))).toEqual(inside.map(() => true));
    expect(outside.map((at) => inWindow(window, at, NOW))).toEqual(outside.map(() => false));
  });
});

describe('rows', () => {
  it('belong to entities only, and a NULL key is nobody', () => {
    const events = [viewed('1', NOW), viewed('9', NOW), viewed(null, NOW)];
    expect(verdict(did(), { customers: people('1', '2'), events })).toEqual(['1']);
    expect(verdict({ kind: 'not', of: did(), place }, { customers: people('1', '2'), events })).toEqual([
      '2',
    ]);
  });

  it('without a time lie in no window, and count without one', () => {
    const events = [viewed('1', null), viewed('2', NOW + DAY)];
    const tables = { customers: people('1', '2'), events };
    expect(verdict(did(), tables)).toEqual(['1', '2']);
    expect(verdict(did({ window: { kind: 'older_than', duration: HOUR, place } }), tables)).toEqual([]);
    expect(verdict(did({ window: { kind: 'next', duration: DAY, place } }), tables)).toEqual(['2']);
  });

  it('of a date are of its first instant in the project’s time zone', () => {
    // In Berlin the 29th begins at 23:00 UTC of the 28th.
    const start = parseInstant('2026-03-28T23:00', 'UTC')!;
    const visits = [{ customer_id: '1', visited_on: '2026-03-29' }];
    const within = (duration: bigint): Condition =>
      did({ source: 'visits', window: { kind: 'within', duration, place } });
    expect(verdict(within(NOW - start), { customers: people('1'), visits })).toEqual([]);
    expect(verdict(within(NOW - start + 1n), { customers: people('1'), visits })).toEqual(['1']);
  });

  it('are summed exactly, and a sum of none is 0 where an average is unknown', () => {
    const measure = (fn: 'sum' | 'avg', of: string, op: 'eq' | 'lte', text: string): Condition =>
      did({ measure: { fn, of }, test: { op, value: { type: 'number', text }, place } });
    const events = [
      viewed('1', NOW, { weight: '0.1' }),
      viewed('1', NOW, { weight: '0.2' }),
      viewed('1', NOW, { weight: 'NaN' }),
    ];
    const tables = { customers: people('1', '2'), events };
    expect(verdict(measure('sum', 'weight', 'eq', '0.3'), tables)).toEqual(['1']);
    expect(verdict(measure('avg', 'weight', 'eq', '0.15'), tables)).toEqual(['1']);
    expect(verdict(measure('sum', 'weight', 'lte', '0'), tables)).toEqual(['2']);
    expect(verdict(measure('avg', 'weight', 'lte', '1'), tables)).toEqual(['1']);
  });
});

describe('values', () => {
  it('unknown passes nothing but is_null, whatever the operator', () => {
    const value = { type: 'number', text: '1' } as const;
    for (const op of ['eq', 'ne', 'gt', 'gte', 'lt', 'lte'] as const) {
      expect(passes(null, { op, value, place }, 'UTC')).toBe(false);
    }
    expect(passes(null, { op: 'not_in', values: [value], place }, 'UTC')).toBe(false);
    expect(passes(null, { op: 'is_null', value: true, place }, 'UTC')).toBe(true);
  });

  it('text is ordered by code point', () => {
    const greater = { op: 'gt', value: { type: 'text', text: '\uff5e' }, place } as const;
    expect(passes({ kind: 'text', text: '\u{1f600}' }, greater, 'UTC')).toBe(true);
  });

  it('shares follow the published hash', () => {
    const share = (percent: string): Condition => ({ kind: 'share', name: 'holdout', percent, place });
    // md5('holdout:1') begins with bdae08c: 74.09 % of the range.
    expect(verdict(share('74.1'), { customers: people('1') })).toEqual(['1']);
    expect(verdict(share('74.0'), { customers: people('1') })).toEqual([]);
    expect(verdict(share('100'), { customers: people('1', '2') })).toEqual(['1', '2']);
  });

  it('fractions add up in any order', () => {
    const decimal = fc.integer().map((n) => rational(`${n}e-${Math.abs(n) % 7}`));
    fc.assert(
      fc.property(decimal, decimal, decimal, (a, b, c) => {
        const left = add(add(a, b), c);
        const right = add(a, add(b, c));
        expect(compareRational(left, right)).toBe(0);
        expect(rationalText(left)).toBe(rationalText(right));
      }),
    );
    expect(exactFloat('Infinity')).toBeNull();
    expect(rationalText(exactFloat('0.30000000000000004')!)).toBe('3/10');
  });
});

it('an audience holds members who consent and can be reached', () => {
  const shop = randomShop(new Dice(1));
  const stage = new Stage({ shop });
  const rows: readonly ['customers' | 'consents', Row][] = [
    ['customers', { row_id: '1', customer_id: '1', plan: 'pro' }],
    ['customers', { row_id: '2', customer_id: '2', plan: null }],
    ['customers', { row_id: '3', customer_id: '3', plan: 'pro' }],
    ['consents', { row_id: '4', customer_id: '1', ads: true, changed_at: 0n }],
    ['consents', { row_id: '5', customer_id: '2', ads: true, changed_at: 0n }],
    ['consents', { row_id: '6', customer_id: '3', ads: null, changed_at: 0n }],
  ];
  stage.apply(rows.map(([table, row]) => ({ table, row, added: true })));
  const everyone: Condition = { kind: 'share', name: 'all', percent: '100', place };
  const identifier = { name: 'plan', trait: 'plan', kind: 'external_id', place };
  const reachable: Shop = {
    ...shop,
    entity: { ...shop.entity, identifiers: new Map([['plan', identifier]]) },
  };
  const project = projectOf({
    shop: reachable,
    segments: new Map([['s', segmentOf('s', everyone)]]),
    syncs: new Map(),
  });
  const sync = {
    name: 's.files',
    segment: 's',
    destination: 'files',
    audience: 's',
    mode: 'mirror',
    match: ['plan'],
    fields: new Map(),
    consent: { trait: 'ads', test: { op: 'eq', value: { type: 'boolean', value: true }, place } },
    tier: 'hourly',
    guards: { maxRemove: '100', maxAdd: '100', minGuardedSize: 0 },
    place,
  } as const;
  expect([...audience(project, stage.tables, sync, NOW, { needsIdentifier: false })]).toEqual(['1', '2']);
  expect([...audience(project, stage.tables, sync, NOW, { needsIdentifier: true })]).toEqual(['1']);
});
