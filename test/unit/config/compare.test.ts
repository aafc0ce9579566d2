import { describe, expect, it } from 'vitest';
import { DAY } from '../../../src/instant.ts';
import { number, parsed, parsedWithPlaces, rows, text } from './parsed.ts';

const trait = (name: string) => ({ kind: 'trait', trait: name });
const measured = (parts: object) => ({ source: 'x', measure: { fn: 'count' }, ...parts });
const measure = (parts: object) => ({ kind: 'measure', measured: measured(parts) });
const compare = (left: object, op: string, right: object, parts: object = {}) => ({
  kind: 'compare',
  left,
  op,
  right,
  ...parts,
});
const within = { window: { kind: 'within', duration: `${7n * DAY}` } };

describe('a measure against a constant', () => {
  const functions: [string, object][] = [
    ['did: x', { fn: 'count' }],
    ['did: x, count: true', { fn: 'count' }],
    ['has: x, count: {}', { fn: 'count' }],
    ...['sum', 'avg', 'min', 'max', 'distinct', 'first', 'last'].flatMap((fn): [string, object][] => [
      [`did: x, ${fn}: total`, { fn, of: 'total' }],
      [`did: x, ${fn}: {of: total}`, { fn, of: 'total' }],
    ]),
  ];
  it.each(functions)('is {%s} as `did:` says it', (yaml, fn) => {
    const test = { op: 'lt', value: number('9.50') };
    expect(parsed(`measure: {${yaml}}\nlt: 9.50`)).toEqual(rows({ measure: fn, test }));
  });
  it('has a filter and a window', () => {
    const where = { kind: 'column', column: 'a', test: { op: 'eq', value: number('1') } };
    expect(parsed('measure: {did: x, where: {a: 1}, within: 7d}\nbetween: [1, 2]')).toEqual(
      rows({ where, ...within, test: { op: 'between', from: number('1'), to: number('2') } }),
    );
  });
  it('has the operators of its function', () => {
    expect(parsed('measure: {did: x, last: a}\nstarts_with: b')).toMatchObject({
      test: { op: 'starts_with' },
    });
    expect(parsed('measure: {did: x, avg: a}\nis_null: true')).toMatchObject({ test: { op: 'is_null' } });
  });
});

describe('a comparison with another value', () => {
  it.each(['eq', 'ne', 'gt', 'gte', 'lt', 'lte'])('is made by %s', (op) => {
    expect(parsed(`trait: a\n${op}: {trait: b}`)).toEqual(compare(trait('a'), op, trait('b')));
    expect(parsed(`measure: {did: x}\n${op}: {trait: b}`)).toEqual(compare(measure({}), op, trait('b')));
  });
  it('multiplies the other value, exactly', () => {
    const last = { fn: 'last', of: 'price' };
    expect(parsed('trait: a\nlt: {times: 0.50, measure: {did: x, within: 7d, last: price}}')).toEqual(
      compare(trait('a'), 'lt', measure({ ...within, measure: last }), { times: '0.50' }),
    );
    expect(parsed('trait: a\nlt: {trait: b, times: -1e1}')).toMatchObject({ times: '-10' });
  });
  it('takes any measure, and under `did_not` is the exact complement', () => {
    const left = measure({ measure: { fn: 'sum', of: 'total' } });
    const condition = compare(left, 'gte', trait('limit'));
    expect(parsed('did: x\nsum: {of: total, gte: {trait: limit}}')).toEqual(condition);
    expect(parsed('has_no: x\nsum: {of: total, gte: {trait: limit}}')).toEqual({
      kind: 'not',
      of: condition,
    });
  });
  it('points at both values and at the operand', () => {
    const places = parsedWithPlaces('trait: a\nlt: {times: 2, measure: {did: x}}\n');
    expect(places).toMatchObject({
      left: { place: { line: 1, column: 8 } },
      right: { measured: { place: { line: 2, column: 31 } } },
      place: { line: 2, column: 5 },
    });
  });
});

describe('lists that hold other values', () => {
  const a = trait('a');
  const isTested = (test: object) => ({ ...a, test });
  it('are any of them for `in`, none for `not_in`, constants as one test', () => {
    expect(parsed('trait: a\nin: [{trait: b}, p, {trait: c}, 5]')).toEqual({
      kind: 'any',
      of: [
        isTested({ op: 'in', values: [text('p'), number('5')] }),
        compare(a, 'eq', trait('b')),
        compare(a, 'eq', trait('c')),
      ],
    });
    expect(parsed('trait: a\nnot_in: [{trait: b}, p]')).toEqual({
      kind: 'all',
      of: [isTested({ op: 'not_in', values: [text('p')] }), compare(a, 'ne', trait('b'))],
    });
    expect(parsed('trait: a\nnot_in: [{trait: b}]')).toEqual(compare(a, 'ne', trait('b')));
  });
  it('are two bounds for `between`, both included', () => {
    expect(parsed('trait: a\nbetween: [1, {trait: b}]')).toEqual({
      kind: 'all',
      of: [isTested({ op: 'gte', value: number('1') }), compare(a, 'lte', trait('b'))],
    });
    expect(parsed('did: x\ncount: {between: [{times: 2, trait: a}, 9]}')).toEqual({
      kind: 'all',
      of: [compare(measure({}), 'gte', a, { times: '2' }), rows({ test: { op: 'lte', value: number('9') } })],
    });
  });
});
