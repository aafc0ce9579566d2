/** The brute force is the judge of everything else in this folder: its own verdicts, checked by hand. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, formatInstant, HOUR, parseInstant } from '../../src/instant.ts';
import type {
  CalendarUnit,
  Condition,
  Measure,
  OrderOp,
  RowCondition,
  Scalar,
  SequenceStep,
  Value,
  Window,
} from '../../src/segment/condition.ts';
import { startOf } from '../brute-force/calendar.ts';
import { Dice } from '../brute-force/dice.ts';
import { audience, members } from '../brute-force/evaluate.ts';
import { segmentOf } from '../brute-force/random-play.ts';
import { add, compareRational, exactFloat, rational, rationalText } from '../brute-force/rational.ts';
import { type EntityName, PLACE, randomShop, type Shop, type TableName } from '../brute-force/shop.ts';
import { SQL_QUERIES } from '../brute-force/spoken-sql.ts';
import { projectOf, Stage } from '../brute-force/stage.ts';
import type { Row } from '../brute-force/tables.ts';
import { passes } from '../brute-force/value.ts';
import { inWindow } from '../brute-force/window.ts';

const NOW = parseInstant('2026-03-30T10:00', 'UTC')!;
const place = PLACE;

/** A shop in Berlin, whose occurrences and tickets are instants. */
function berlin(): Shop {
  const drawn = randomShop(new Dice(1));
  const events = { ...drawn.columns.events, occurred_at: 'instant' } as const;
  const tickets = { ...drawn.columns.tickets, opened_at: 'instant' } as const;
  return { ...drawn, timezone: 'Europe/Berlin', columns: { ...drawn.columns, events, tickets } };
}

type RowsByTable = Partial<Record<TableName, readonly Row[]>>;

function stageOf(shop: Shop, rows: RowsByTable): Stage {
  const stage = new Stage({ shop });
  let last = 0;
  for (const [table, list] of Object.entries(rows)) {
    for (const row of list) {
      last += 1;
      stage.apply([{ table: table as TableName, row: { row_id: String(last), ...row }, added: true }]);
    }
  }
  return stage;
}

/** Who is in a segment over rows by hand. */
function verdict(where: Condition, rows: RowsByTable, entity: EntityName = 'customer'): string[] {
  const shop = berlin();
  const segments = new Map([['s', segmentOf('s', where, entity)]]);
  return [...members(projectOf({ shop, segments, syncs: new Map() }), stageOf(shop, rows).tables, 's', NOW)];
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
    // A Monday, the day after clocks went forward in Berlin.
    ...calendar('this', 'day', '2026-03-29T22:00'),
    ...calendar('this', 'week', '2026-03-29T22:00'),
    ...calendar('this', 'month', '2026-02-28T23:00'),
    ...calendar('this', 'quarter', '2025-12-31T23:00'),
    ...calendar('this', 'year', '2025-12-31T23:00'),
    ...calendar('previous', 'day', '2026-03-28T23:00', '2026-03-29T22:00'),
    ...calendar('previous', 'week', '2026-03-22T23:00', '2026-03-29T22:00'),
    ...calendar('previous', 'month', '2026-01-31T23:00', '2026-02-28T23:00'),
    ...calendar('previous', 'quarter', '2025-09-30T22:00', '2025-12-31T23:00'),
    ...calendar('previous', 'year', '2024-12-31T23:00', '2025-12-31T23:00'),
  ];
  it.each(cases)('$0.kind $0.unit', (window, inside, outside) => {
    expect(inside.map((at) => inWindow(window, at, NOW, 'Europe/Berlin'))).toEqual(inside.map(() => true));
    expect(outside.map((at) => inWindow(window, at, NOW, 'Europe/Berlin'))).toEqual(outside.map(() => false));
  });

  it('previous reaches as many units back as it says', () => {
    const starts = (unit: CalendarUnit): string[] =>
      [1, 2, 5].map((back) => formatInstant(startOf(unit, back, NOW, 'Europe/Berlin')).slice(0, 16));
    expect(starts('day')).toEqual(['2026-03-28T23:00', '2026-03-27T23:00', '2026-03-24T23:00']);
    expect(starts('week')).toEqual(['2026-03-22T23:00', '2026-03-15T23:00', '2026-02-22T23:00']);
    expect(starts('month')).toEqual(['2026-01-31T23:00', '2025-12-31T23:00', '2025-09-30T22:00']);
    expect(starts('quarter')).toEqual(['2025-09-30T22:00', '2025-06-30T22:00', '2024-09-30T22:00']);
    expect(starts('year')).toEqual(['2024-12-31T23:00', '2023-12-31T23:00', '2020-12-31T23:00']);
  });
});

/** A window of whole units with instants on and beside its ends: `this` ends at `NOW`. */
function calendar(
  kind: 'this' | 'previous',
  unit: CalendarUnit,
  from: string,
  to?: string,
): [Window, readonly bigint[], readonly bigint[]][] {
  const start = parseInstant(from, 'UTC')!;
  const end = to === undefined ? NOW + 1n : parseInstant(to, 'UTC')!;
  const window = kind === 'this' ? { kind, unit, place } : { kind, unit, count: 1, place };
  return [[window, [start, end - 1n], [start - 1n, end]]];
}

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

describe('first and last', () => {
  const outermost = (fn: 'first' | 'last', of: string, value: Scalar, more = {}): Condition =>
    did({ measure: { fn, of }, test: { op: 'eq', value, place }, ...more });
  const text = (value: string): Scalar => ({ type: 'text', text: value });

  it('go by the time of rows that have a value and a time', () => {
    const events = [
      viewed('1', NOW - DAY, { channel: null }),
      viewed('1', NOW - HOUR, { channel: 'web' }),
      viewed('1', NOW + HOUR, { channel: 'app' }),
      viewed('1', null, { channel: 'shop' }),
      viewed('2', null, { channel: 'web' }),
    ];
    const tables = { customers: people('1', '2', '3'), events };
    expect(verdict(outermost('first', 'channel', text('web')), tables)).toEqual(['1']);
    expect(verdict(outermost('last', 'channel', text('app')), tables)).toEqual(['1']);
    const window: Window = { kind: 'within', duration: DAY, place };
    expect(verdict(outermost('last', 'channel', text('web'), { window }), tables)).toEqual(['1']);
    const unknown: Condition = did({
      measure: { fn: 'last', of: 'channel' },
      test: { op: 'is_null', value: true, place },
    });
    expect(verdict(unknown, tables)).toEqual(['2', '3']);
  });

  it('take the smaller value of rows at one instant', () => {
    const events = [
      viewed('1', NOW, { channel: '\u{1f600}', flagged: true, qty: '10' }),
      viewed('1', NOW, { channel: '\uff5e', flagged: false, qty: '9' }),
    ];
    const tables = { customers: people('1'), events };
    for (const fn of ['first', 'last'] as const) {
      expect(verdict(outermost(fn, 'channel', text('\uff5e')), tables)).toEqual(['1']);
      expect(verdict(outermost(fn, 'flagged', { type: 'boolean', value: false }), tables)).toEqual(['1']);
      expect(verdict(outermost(fn, 'qty', { type: 'number', text: '9' }), tables)).toEqual(['1']);
    }
  });
});

describe('two values', () => {
  const trait = (name: string): Value => ({ kind: 'trait', trait: name, place });
  const measure = (of: Measure, window?: Window): Value => ({
    kind: 'measure',
    measured: { source: 'viewed', measure: of, ...(window ? { window } : {}), place },
  });
  const compare = (left: Value, op: OrderOp, right: Value, times?: string): Condition => ({
    kind: 'compare',
    left,
    op,
    right,
    ...(times === undefined ? {} : { times }),
    place,
  });
  const person = (key: string, more: Row): Row => ({ customer_id: key, ...more });

  it('are compared exactly, the right one multiplied', () => {
    const customers = [person('1', { spend: '0.3', score: '0.1' }), person('2', { spend: '3', score: '1' })];
    expect(verdict(compare(trait('spend'), 'eq', trait('score'), '3'), { customers })).toEqual(['1', '2']);
    expect(verdict(compare(trait('spend'), 'gt', trait('score'), '2.9999999'), { customers })).toEqual([
      '1',
      '2',
    ]);
    expect(verdict(compare(trait('score'), 'lt', trait('spend'), '0.3333333'), { customers })).toEqual([]);
  });

  it('are unknown when a side is, whatever the operator', () => {
    const customers = [
      person('1', { spend: null, balance: '1' }),
      person('2', { spend: '1', balance: 'NaN' }),
      person('3', { spend: '1', balance: '-Infinity' }),
    ];
    for (const op of ['eq', 'ne', 'gt', 'gte', 'lt', 'lte'] as const) {
      expect(verdict(compare(trait('spend'), op, trait('balance')), { customers })).toEqual([]);
    }
  });

  it('of time are instants, and those of text stand in the order of code points', () => {
    // In Berlin the 29th begins at 23:00 UTC of the 28th.
    const start = parseInstant('2026-03-28T23:00', 'UTC')!;
    const customers = [
      person('1', { born: '2026-03-29', renews_at: start, name: '\u{1f600}', plan: '\uff5e' }),
      person('2', { born: '2026-03-29', renews_at: start + 1n, name: 'a', plan: 'b' }),
    ];
    expect(verdict(compare(trait('born'), 'eq', trait('renews_at')), { customers })).toEqual(['1']);
    expect(verdict(compare(trait('born'), 'lt', trait('renews_at')), { customers })).toEqual(['2']);
    expect(verdict(compare(trait('name'), 'gt', trait('plan')), { customers })).toEqual(['1']);
  });

  it('may be measures: an average is a fraction, a sum of none 0, a maximum of none unknown', () => {
    const customers = [person('1', { logins: '1' }), person('2', { logins: '0' })];
    const events = ['0', '0', '1'].map((qty) => viewed('1', NOW, { qty }));
    const tables = { customers, events };
    const third = compare(measure({ fn: 'avg', of: 'qty' }), 'lt', trait('logins'), '0.333333333333334');
    expect(verdict(third, tables)).toEqual(['1']);
    const lately: Window = { kind: 'within', duration: DAY, place };
    const earlier: Window = { kind: 'older_than', duration: DAY, place };
    const halved = compare(measure({ fn: 'count' }, earlier), 'lt', measure({ fn: 'count' }, lately), '0.5');
    expect(verdict(halved, tables)).toEqual(['1']);
    const sum = measure({ fn: 'sum', of: 'qty' });
    expect(verdict(compare(sum, 'eq', trait('logins')), tables)).toEqual(['1', '2']);
    const max = measure({ fn: 'max', of: 'qty' });
    expect(verdict(compare(max, 'eq', trait('logins')), tables)).toEqual(['1']);
  });
});

describe('sequences', () => {
  const M = 60_000_000n;
  /** `viewed 10` is a view ten minutes before now. */
  const holds = (steps: readonly SequenceStep[], happened: readonly string[], window?: Window): boolean => {
    const events = happened.map((text) => {
      const [name, ago] = text.split(' ') as [string, string];
      return { customer_id: '1', name, occurred_at: ago === 'never' ? null : NOW - BigInt(ago) * M };
    });
    const sequence: Condition = { kind: 'sequence', steps, ...(window ? { window } : {}), place };
    return verdict(sequence, { customers: people('1'), events }).length === 1;
  };
  const step = (source: string, more: { within?: bigint; where?: RowCondition } = {}): SequenceStep => ({
    kind: 'did',
    source,
    ...more,
    place,
  });
  const not = (source: string, more: { for?: bigint } = {}): SequenceStep => ({
    kind: 'not',
    source,
    ...more,
    place,
  });

  it('want each did step strictly later than the one before', () => {
    const steps = [step('viewed'), step('carted')];
    expect(holds(steps, ['viewed 2', 'carted 1'])).toBe(true);
    expect(holds(steps, ['viewed 1', 'carted 2'])).toBe(false);
    expect(holds(steps, ['viewed 1', 'carted 1'])).toBe(false);
    expect(holds(steps, ['viewed never', 'carted 1'])).toBe(false);
    expect(holds([step('viewed'), step('viewed')], ['viewed 1'])).toBe(false);
    expect(holds([step('viewed'), step('viewed')], ['viewed 1', 'viewed 2'])).toBe(true);
    expect(holds(steps, ['viewed -1', 'carted -2'])).toBe(true);
  });

  it('count within from the did step before, end included', () => {
    const steps = [step('viewed'), step('carted', { within: 5n * M })];
    expect(holds(steps, ['viewed 10', 'carted 5'])).toBe(true);
    expect(holds(steps, ['viewed 10', 'carted 4'])).toBe(false);
    expect(holds(steps, ['viewed 20', 'viewed 6', 'carted 4', 'carted 1'])).toBe(true);
  });

  it('forbid a row strictly between the neighbours of a not, and try other rows', () => {
    const steps = [step('viewed'), not('ordered'), step('carted', { within: 5n * M })];
    expect(holds(steps, ['viewed 10', 'ordered 7', 'carted 5'])).toBe(false);
    expect(holds(steps, ['viewed 10', 'ordered 10', 'carted 5'])).toBe(true);
    expect(holds(steps, ['viewed 10', 'ordered 5', 'carted 5'])).toBe(true);
    expect(holds(steps, ['viewed 10', 'ordered 7', 'viewed 6', 'carted 5'])).toBe(true);
    // The first chosen must not be the only one tried: its successor is out of reach of the next step.
    const three = [step('viewed'), step('viewed', { within: 5n * M }), step('carted', { within: 5n * M })];
    expect(holds(three, ['viewed 20', 'viewed 16', 'viewed 12', 'carted 8'])).toBe(true);
    expect(holds(three, ['viewed 20', 'viewed 16', 'carted 8'])).toBe(false);
  });

  it('end with a not: none since', () => {
    const steps = [step('viewed'), not('ordered')];
    expect(holds(steps, ['viewed 10'])).toBe(true);
    expect(holds(steps, ['viewed 10', 'ordered 10'])).toBe(true);
    expect(holds(steps, ['viewed 10', 'ordered 9'])).toBe(false);
    expect(holds(steps, ['viewed 10', 'ordered -9'])).toBe(false);
    expect(holds(steps, ['viewed 10', 'ordered 9', 'viewed 8'])).toBe(true);
  });

  it('end with a not for a time, end included, once that is over', () => {
    const steps = [step('viewed'), not('ordered', { for: 5n * M })];
    expect(holds(steps, ['viewed 5'])).toBe(true);
    expect(holds(steps, ['viewed 4'])).toBe(false);
    expect(holds(steps, ['viewed 10', 'ordered 5'])).toBe(false);
    expect(holds(steps, ['viewed 10', 'ordered 4'])).toBe(true);
    expect(holds(steps, ['viewed 10', 'ordered 10'])).toBe(true);
  });

  it('look only at rows in the window, the forbidden ones too', () => {
    const window: Window = { kind: 'within', duration: 10n * M, place };
    const steps = [step('viewed'), not('ordered'), step('carted')];
    expect(holds(steps, ['viewed 10', 'carted 5'], window)).toBe(false);
    expect(holds(steps, ['viewed 9', 'carted -1'], window)).toBe(false);
    expect(holds(steps, ['viewed 9', 'carted 0'], window)).toBe(true);
    expect(holds([step('viewed'), not('ordered')], ['viewed 9', 'ordered -1'], window)).toBe(true);
  });

  it('mix sources of other tables, and filter them', () => {
    const tables = {
      customers: people('1'),
      members: [{ customer_id: '1', account_id: '7' }],
      events: [viewed('1', NOW - DAY, { qty: '3' })],
      tickets: [{ account_id: '7', opened_at: NOW - HOUR }],
    };
    const filtered = (text: string): Condition => {
      const test = { op: 'eq', value: { type: 'number', text }, place } as const;
      const where: RowCondition = { kind: 'column', column: 'qty', test, place };
      return { kind: 'sequence', steps: [step('viewed', { where }), step('tickets')], place };
    };
    expect(verdict(filtered('3'), tables)).toEqual(['1']);
    expect(verdict(filtered('4'), tables)).toEqual([]);
  });
});

describe('rows a second hop away', () => {
  const tickets = (op: 'eq' | 'gte', count: string): Condition =>
    did({ source: 'tickets', test: { op, value: { type: 'number', text: count }, place } });
  const member = (customer: string | null, account: string | null): Row => ({
    customer_id: customer,
    account_id: account,
  });

  it('belong to every key that the join table links, and count once', () => {
    const rows = {
      customers: people('1', '2', '3'),
      members: [member('1', '7'), member('1', '7'), member('1', '8'), member('2', '7')],
      tickets: [{ account_id: '7' }, { account_id: '7' }, { account_id: '8' }],
    };
    expect(verdict(tickets('eq', '3'), rows)).toEqual(['1']);
    expect(verdict(tickets('eq', '2'), rows)).toEqual(['2']);
    expect(verdict(tickets('eq', '0'), rows)).toEqual(['3']);
  });

  it('are nobody’s where a key is NULL', () => {
    const rows = {
      customers: people('1'),
      members: [member('1', null), member(null, '7')],
      tickets: [{ account_id: '7' }, { account_id: null }],
    };
    expect(verdict(tickets('gte', '1'), rows)).toEqual([]);
  });

  it('are an account’s own', () => {
    const rows = { accounts: [{ account_id: '7' }, { account_id: '8' }], tickets: [{ account_id: '7' }] };
    expect(verdict(tickets('gte', '1'), rows, 'account')).toEqual(['7']);
  });
});

describe('SQL', () => {
  const customers = [
    { customer_id: '1', logins: '4', plan: 'pro', opt_in: null, renews_at: NOW },
    { customer_id: '2', logins: '4', plan: null, opt_in: false, renews_at: NOW + 1n },
    { customer_id: '3', logins: null, plan: 'pro', opt_in: true, renews_at: null },
  ];
  const sql = (text: string): Condition => ({ kind: 'sql', sql: text, place });
  const negated = (of: Condition): Condition => ({ kind: 'not', of, place });

  it('that is unknown is false, so that its negation is the complement', () => {
    const both = sql("entity.logins > 3 AND entity.plan = 'pro'");
    expect(verdict(both, { customers })).toEqual(['1']);
    expect(verdict(negated(both), { customers })).toEqual(['2', '3']);
    const either = sql('entity.opt_in OR entity.logins > 5');
    expect(verdict(either, { customers })).toEqual(['3']);
    expect(verdict(negated(either), { customers })).toEqual(['1', '2']);
  });

  it('knows the tick’s instant', () => {
    expect(verdict(sql('entity.renews_at > :T'), { customers })).toEqual(['2']);
  });

  it('of a query yields keys, of which entities are members', () => {
    const refunds = [
      { customer_id: '1', amount: '20' },
      { customer_id: '2', amount: '20.0001' },
      { customer_id: '9', amount: '30' },
      { customer_id: null, amount: '30' },
    ];
    const query: Condition = {
      kind: 'query',
      sql: 'SELECT customer_id FROM shop.refunds WHERE amount > 20',
      place,
    };
    expect(verdict(query, { customers, refunds })).toEqual(['2']);
  });

  it('of a query that is referred to stands as of its own last tick', () => {
    const shop = berlin();
    const query = SQL_QUERIES.find(({ entity }) => entity === 'customer')!;
    const segments = new Map([
      ['q', segmentOf('q', { kind: 'query', sql: query.sql, place })],
      ['s', segmentOf('s', negated({ kind: 'segment', segment: 'q', place }))],
    ]);
    const project = projectOf({ shop, segments, syncs: new Map() });
    const { tables } = stageOf(shop, { customers });
    const settled = new Map([['q', new Set(['1'])]]);
    expect([...members(project, tables, 's', NOW, { settled })]).toEqual(['2', '3']);
    expect([...members(project, tables, 's', NOW)]).toEqual(['1', '2', '3']);
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
  const { customer } = shop.entities;
  const reachable: Shop = {
    ...shop,
    entities: { ...shop.entities, customer: { ...customer, identifiers: new Map([['plan', identifier]]) } },
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
