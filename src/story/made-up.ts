/** Values that stand for a person's own in a recorded test: made up, and with the same answer to every test. */
import type { Scalar, Test } from '../segment/condition.ts';
import { BUCKETS, sliceOf } from '../warehouse/layout.ts';
import type { RecordedColumn } from './recorded-tables.ts';

export class MadeUp {
  readonly #known = new Map<string, string>();
  readonly #used = new Set<string>();
  readonly #counts = new Map<string, number>();

  /** A text of a column: the same one wherever the same text stands. */
  text(value: string, column: RecordedColumn): string {
    if (constantsOf(column.tests).includes(value)) return value;
    const known = this.#known.get(value);
    if (known !== undefined && fits(known, value, column.tests)) return known;
    const made = this.#make(value, column);
    this.#known.set(value, made);
    this.#used.add(made);
    return made;
  }

  #make(value: string, { tests, identifier, key }: RecordedColumn): string {
    const kind = identifier ?? (key === 'joined' ? 'group' : 'text');
    const n = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, n);
    const candidates = BASES.flatMap((base) => framed(shaped(kind, base, n), value, tests));
    const found = candidates.find((each) => !this.#used.has(each) && fits(each, value, tests));
    // What no made-up text can stand for decides the verdict by itself; an identifier goes out nowhere.
    return found ?? (identifier === undefined ? value : candidates[0]!);
  }
}

/** A whole number as a key, with the same answer to every test. */
export function madeUpNumber(key: string, { tests }: RecordedColumn): string {
  if (constantsOf(tests).includes(key)) return key;
  for (let n = 1; n < 10_000; n++) if (fits(String(n), key, tests)) return String(n);
  return '1';
}

/** A key that lies as its own does on the side of each share. */
export function madeUpKey(
  key: string,
  shares: readonly { readonly name: string; readonly percent: string }[],
): string {
  const sides = (of: string): string =>
    shares.map(({ name, percent }) => isBelow(name, of, percent)).join(' ');
  for (let n = 1; n < 10_000; n++) if (sides(`person_${n}`) === sides(key)) return `person_${n}`;
  return 'person_1';
}

/** The published hash of `share`. */
function isBelow(name: string, key: string, percent: string): boolean {
  return sliceOf(`${name}:${key}`) * 100 < Number(percent) * BUCKETS;
}

const BASES = ['', 'x', 'q', 'zz', '0', '~'];

function shaped(kind: string, base: string, n: number): string {
  if (base !== '') return `${base}${n}`;
  if (kind === 'email') return `person_${n}@example.com`;
  if (kind === 'phone') return `+1555010${String(n).padStart(4, '0')}`;
  return `${kind}_${n}`;
}

/** Alone, and within what the value begins with, holds and ends with that is asked for. */
function framed(text: string, value: string, tests: readonly Test[]): string[] {
  const held = (op: string): string =>
    tests
      .flatMap((test) => ('text' in test && test.op === op && holds(value, test) ? [test.text] : []))
      .at(-1) ?? '';
  return [text, `${held('starts_with')}${text}${held('contains')}${text}${held('ends_with')}`];
}

function fits(made: string, value: string, tests: readonly Test[]): boolean {
  return tests.every((test) => holds(made, test) === holds(value, test));
}

function constantsOf(tests: readonly Test[]): string[] {
  return tests.flatMap((test) => {
    if ('values' in test) return test.values.map(textOf);
    if ('from' in test) return [textOf(test.from), textOf(test.to)];
    return 'value' in test && typeof test.value === 'object' ? [textOf(test.value)] : [];
  });
}

function textOf(scalar: Scalar): string {
  return scalar.type === 'boolean' ? String(scalar.value) : scalar.text;
}

function holds(value: string, test: Test): boolean {
  switch (test.op) {
    case 'contains':
      return value.includes(test.text);
    case 'starts_with':
      return value.startsWith(test.text);
    case 'ends_with':
      return value.endsWith(test.text);
    case 'in':
      return test.values.map(textOf).includes(value);
    case 'not_in':
      return !test.values.map(textOf).includes(value);
    case 'between':
      return order(value, textOf(test.from)) >= 0 && order(value, textOf(test.to)) <= 0;
    case 'is_null':
    case 'window':
      return false;
    default:
      return ORDER[test.op](order(value, textOf(test.value)));
  }
}

const WHOLE = /^-?\d+$/;

/** Whole numbers by their size, other texts by code points, as every warehouse compares. */
function order(one: string, other: string): number {
  if (WHOLE.test(one) && WHOLE.test(other)) return Number(BigInt(one) - BigInt(other));
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

const ORDER = {
  eq: (by: number) => by === 0,
  ne: (by: number) => by !== 0,
  gt: (by: number) => by > 0,
  gte: (by: number) => by >= 0,
  lt: (by: number) => by < 0,
  lte: (by: number) => by <= 0,
} as const;
