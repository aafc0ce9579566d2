import { describe, expect, it } from 'vitest';
import { DAY, MINUTE } from '../../../src/instant.ts';
import { number, parsed, parsedWithPlaces } from './parsed.ts';

const did = (source: string, parts: object = {}) => ({ kind: 'did', source, ...parts });
const not = (source: string, parts: object = {}) => ({ kind: 'not', source, ...parts });
const sequence = (...steps: object[]) => ({ kind: 'sequence', steps });
const minutes = (count: bigint) => `${count * MINUTE}`;

describe('a sequence', () => {
  it('has steps that did and did not happen, and a deadline at the end', () => {
    const yaml = `sequence:
  - did: added_to_cart
  - not: {did: removed}
  - did: checkout
    within: 30m
  - not: {did: order}
    for: 5m
`;
    expect(parsed(yaml)).toEqual(
      sequence(
        did('added_to_cart'),
        not('removed'),
        did('checkout', { within: minutes(30n) }),
        not('order', { for: minutes(5n) }),
      ),
    );
  });
  it('filters each step', () => {
    const where = { kind: 'column', column: 'a', test: { op: 'eq', value: number('1') } };
    expect(parsed('sequence: [{did: x, where: {a: 1}}, {not: {did: y, where: {a: 1}}}]')).toEqual(
      sequence(did('x', { where }), not('y', { where })),
    );
  });
  it('may be one step, or twenty', () => {
    expect(parsed('sequence: [{did: x}]')).toEqual(sequence(did('x')));
    const twenty = Array.from({ length: 20 }, () => did('x'));
    expect(parsed(`sequence: [${'{did: x}, '.repeat(20)}]`)).toEqual(sequence(...twenty));
  });
  it.each([
    ['within: 1d', { kind: 'within', duration: `${DAY}` }],
    ['between: {from: 2d, to: 1d}', { kind: 'between', from: `${2n * DAY}`, to: `${DAY}` }],
    ['this: month', { kind: 'this', unit: 'month' }],
    ['previous: {count: 3, unit: month}', { kind: 'previous', count: 3, unit: 'month' }],
  ])('has the window %s around it', (yaml, window) => {
    expect(parsed(`sequence: [{did: x}]\n${yaml}`)).toEqual({ ...sequence(did('x')), window });
  });
  it('points at its sources', () => {
    expect(parsedWithPlaces('sequence: [{did: x}, {not: {did: y}}]')).toMatchObject({
      steps: [{ place: { line: 1, column: 18 } }, { place: { line: 1, column: 34 } }],
      place: { line: 1, column: 11 },
    });
  });
});
