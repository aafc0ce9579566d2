import { describe, expect, it } from 'vitest';
import { DAY, MINUTE, parseInstant } from '../../../src/instant.ts';
import { number, parsed, rows, text } from './parsed.ts';

const trait = (test: object) => ({ kind: 'trait', trait: 'x', test });
const instant = (value: string) => `${parseInstant(value, 'Europe/Berlin')}`;

const OPERATORS: [string, object][] = [
  ['eq: gold', { op: 'eq', value: text('gold') }],
  ['ne: true', { op: 'ne', value: { type: 'boolean', value: true } }],
  ['gt: -5', { op: 'gt', value: number('-5') }],
  ['gte: 1e3', { op: 'gte', value: number('1000') }],
  ['lt: 0x10', { op: 'lt', value: number('16') }],
  ['lte: 12345678901234567890.10', { op: 'lte', value: number('12345678901234567890.10') }],
  ['eq: "01067"', { op: 'eq', value: text('01067') }],
  ['eq: 2026-01-31', { op: 'eq', value: text('2026-01-31') }],
  ['eq: yes', { op: 'eq', value: text('yes') }],
  ['in: [a, 2]', { op: 'in', values: [text('a'), number('2')] }],
  ['not_in: [a]', { op: 'not_in', values: [text('a')] }],
  ['between: [1, 2.5]', { op: 'between', from: number('1'), to: number('2.5') }],
  ['contains: "%"', { op: 'contains', text: '%' }],
  ['starts_with: a', { op: 'starts_with', text: 'a' }],
  ['ends_with: z', { op: 'ends_with', text: 'z' }],
  ['is_null: false', { op: 'is_null', value: false }],
];

const WINDOWS: [string, object][] = [
  ['within: 30m', { kind: 'within', duration: `${30n * MINUTE}` }],
  ['older_than: 30d', { kind: 'older_than', duration: `${30n * DAY}` }],
  ['between: {from: 2w, to: 7d}', { kind: 'between', from: `${14n * DAY}`, to: `${7n * DAY}` }],
  ['next: 7d', { kind: 'next', duration: `${7n * DAY}` }],
  ['this: quarter', { kind: 'this', unit: 'quarter' }],
  ['previous: week', { kind: 'previous', count: 1, unit: 'week' }],
  ['previous: {count: 1000, unit: year}', { kind: 'previous', count: 1000, unit: 'year' }],
  ['after: 2026-07-01', { kind: 'after', instant: instant('2026-06-30T22:00:00Z') }],
  ['before: "2026-01-01T08:00:00+01:00"', { kind: 'before', instant: instant('2026-01-01T07:00:00Z') }],
];

describe('a trait', () => {
  it.each(OPERATORS)('is tested by %s', (yaml, test) => {
    expect(parsed(`trait: x\n${yaml}`)).toEqual(trait(test));
  });
  it.each(WINDOWS)('is tested by the window %s', (yaml, window) => {
    expect(parsed(`trait: x\n${yaml}`)).toEqual(trait({ op: 'window', window }));
  });
});

describe('rows', () => {
  it.each(['did', 'has'])('%s means at least one', (head) => {
    expect(parsed(`${head}: x`)).toEqual(rows({}));
  });
  it.each(['did_not', 'has_no'])('%s is exactly the complement, with a measure too', (head) => {
    expect(parsed(`${head}: x\ncount: {gte: 3}`)).toEqual({
      kind: 'not',
      of: rows({ test: { op: 'gte', value: number('3') } }),
    });
  });
  it.each(WINDOWS)('lie in the window %s', (yaml, window) => {
    expect(parsed(`did: x\n${yaml}`)).toEqual(rows({ window }));
  });
  it.each(['sum', 'avg', 'min', 'max', 'distinct', 'first', 'last'])('are measured by %s', (fn) => {
    expect(parsed(`did: x\n${fn}: {of: total, lt: 9.50}`)).toEqual(
      rows({ measure: { fn, of: 'total' }, test: { op: 'lt', value: number('9.50') } }),
    );
  });
  it('may have a smallest or last value that is text, and an average that is missing', () => {
    expect(parsed('did: x\nlast: {of: a, contains: b}')).toMatchObject({ test: { op: 'contains' } });
    expect(parsed('did: x\nfirst: {of: a, in: [b, c]}')).toMatchObject({ test: { op: 'in' } });
    expect(parsed('did: x\nmin: {of: a, starts_with: b}')).toMatchObject({ test: { op: 'starts_with' } });
    expect(parsed('did: x\navg: {of: a, is_null: true}')).toMatchObject({ test: { op: 'is_null' } });
  });
});

describe('a filter over rows', () => {
  const column = (name: string, test: object) => ({ kind: 'column', column: name, test });
  const one = { op: 'eq', value: number('1') };
  const filters: [string, object][] = [
    ['{a: 1}', column('a', one)],
    ['{a: [1, b]}', column('a', { op: 'in', values: [number('1'), text('b')] })],
    ['{a: 1, b: 1}', { kind: 'all', of: [column('a', one), column('b', one)] }],
    [
      '{a: {gte: 10, lt: 20}}',
      {
        kind: 'all',
        of: [column('a', { op: 'gte', value: number('10') }), column('a', { op: 'lt', value: number('20') })],
      },
    ],
    ['{a: {is_null: true}}', column('a', { op: 'is_null', value: true })],
    ['{a: {within: 30m}}', column('a', { op: 'window', window: WINDOWS[0]![1] })],
    ['{a: {this: quarter}}', column('a', { op: 'window', window: { kind: 'this', unit: 'quarter' } })],
    ['{a: {between: {from: 2w, to: 7d}}}', column('a', { op: 'window', window: WINDOWS[2]![1] })],
    [
      '{any: [{a: 1}, {not: {b: 1}}]}',
      { kind: 'any', of: [column('a', one), { kind: 'not', of: column('b', one) }] },
    ],
    [
      '{a: 1, all: [{b: 1}]}',
      { kind: 'all', of: [column('a', one), { kind: 'all', of: [column('b', one)] }] },
    ],
  ];
  it.each(filters)('%s', (yaml, where) => {
    expect(parsed(`did: x\nwhere: ${yaml}`)).toEqual(rows({ where }));
  });
});

describe('trees, references, SQL and shares', () => {
  it('nest to any sensible depth', () => {
    const condition = { kind: 'any', of: [rows({}), { kind: 'not', of: { kind: 'all', of: [rows({})] } }] };
    expect(parsed('any:\n  - did: x\n  - not:\n      all:\n        - has: x\n')).toEqual(condition);
    expect(() => parsed(`${'{not: '.repeat(100)}{did: x}${'}'.repeat(100)}`)).not.toThrow();
  });
  it('keep names and SQL as written', () => {
    expect(parsed('segment: gold')).toEqual({ kind: 'segment', segment: 'gold' });
    const sql = 'entity.a > 5 -- :T\n';
    expect(parsed('sql: |\n  entity.a > 5 -- :T\n')).toEqual({ kind: 'sql', sql });
    expect(parsed('share: {of: holdout, below: 12.5%}')).toEqual({
      kind: 'share',
      name: 'holdout',
      percent: '12.5',
    });
  });
});
