/** Cells as comparable values, and the comparisons of the segment language on them. */

import { Temporal } from 'temporal-polyfill';
import { type Instant, parseInstant, startOfDay } from '../../src/instant.ts';
import type { Comparison, OrderOp, Scalar } from '../../src/segment/condition.ts';
import { compareRational, exactFloat, multiply, type Rational, rational, rationalText } from './rational.ts';
import type { Cell, ColumnType } from './tables.ts';

/** A known value; NULL is `null` beside it. */
export type Value =
  | { readonly kind: 'number'; readonly number: Rational }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'boolean'; readonly boolean: boolean }
  | { readonly kind: 'instant'; readonly instant: Instant };

export interface Zones {
  /** The project's: for dates. */
  readonly project: string;
  /** The table's: for its time stamps without zone. */
  readonly table: string;
}

/** What a cell is worth: NaN and infinity are unknown, dates and wall-clock times are instants. */
export function worth(cell: Cell | undefined, type: ColumnType, zones: Zones): Value | null {
  if (cell === null || cell === undefined) return null;
  switch (type) {
    case 'text':
      return { kind: 'text', text: cell as string };
    case 'integer':
    case 'decimal':
      return { kind: 'number', number: rational(cell as string) };
    case 'float': {
      const number = exactFloat(cell as string);
      return number && { kind: 'number', number };
    }
    case 'boolean':
      return { kind: 'boolean', boolean: cell as boolean };
    case 'instant':
      return { kind: 'instant', instant: cell as bigint };
    case 'timestamp':
      return { kind: 'instant', instant: fromWallClock(cell as bigint, zones.table) };
    case 'date':
      return { kind: 'instant', instant: firstInstant(cell as string, zones.project) };
  }
}

/** True when `value` is known and passes; `is_null` alone looks at NULL. */
export function passes(value: Value | null, test: Comparison, timezone: string): boolean {
  if (test.op === 'is_null') return (value === null) === test.value;
  if (value === null) return false;
  const against = (scalar: Scalar): number => order(value, scalarValue(scalar, value, timezone));
  switch (test.op) {
    case 'in':
      return test.values.some((scalar) => against(scalar) === 0);
    case 'not_in':
      return test.values.every((scalar) => against(scalar) !== 0);
    case 'between':
      return against(test.from) >= 0 && against(test.to) <= 0;
    case 'contains':
      return textIn(value).includes(test.text);
    case 'starts_with':
      return textIn(value).startsWith(test.text);
    case 'ends_with':
      return textIn(value).endsWith(test.text);
    default:
      return isInOrder(against(test.value), test.op);
  }
}

/** Two values of one entity; an unknown one makes every comparison false. */
export function ordered(left: Value | null, op: OrderOp, right: Value | null): boolean {
  return left !== null && right !== null && isInOrder(order(left, right), op);
}

/** A number multiplied by a decimal text, where there is one. */
export function multiplied(value: Value | null, factor: string | undefined): Value | null {
  if (value === null || factor === undefined) return value;
  if (value.kind !== 'number') throw new Error(`${value.kind} times ${factor}`);
  return { kind: 'number', number: multiply(value.number, rational(factor)) };
}

function isInOrder(difference: number, op: OrderOp): boolean {
  switch (op) {
    case 'eq':
      return difference === 0;
    case 'ne':
      return difference !== 0;
    case 'gt':
      return difference > 0;
    case 'gte':
      return difference >= 0;
    case 'lt':
      return difference < 0;
    case 'lte':
      return difference <= 0;
  }
}

/** Negative, zero or positive; text by code point. Throws for values of two kinds. */
export function order(a: Value, b: Value): number {
  if (a.kind === 'number' && b.kind === 'number') return compareRational(a.number, b.number);
  // UTF-8 bytes sort as code points do; JavaScript's own `<` compares halves of surrogate pairs.
  if (a.kind === 'text' && b.kind === 'text') return Buffer.compare(Buffer.from(a.text), Buffer.from(b.text));
  if (a.kind === 'boolean' && b.kind === 'boolean') return Number(a.boolean) - Number(b.boolean);
  if (a.kind === 'instant' && b.kind === 'instant')
    return a.instant < b.instant ? -1 : Number(a.instant > b.instant);
  throw new Error(`${a.kind} is not comparable with ${b.kind}`);
}

/** Equal values have equal text, for `distinct`. */
export function identity(value: Value): string {
  switch (value.kind) {
    case 'number':
      return rationalText(value.number);
    case 'text':
      return value.text;
    case 'boolean':
      return String(value.boolean);
    case 'instant':
      return String(value.instant);
  }
}

/** Wall-clock microseconds in a zone -> instant. */
export function fromWallClock(wall: bigint, zone: string): Instant {
  if (zone === 'UTC') return wall;
  return remembered(`${wall} ${zone}`, () => {
    const clock = Temporal.Instant.fromEpochNanoseconds(wall * 1000n)
      .toZonedDateTimeISO('UTC')
      .toPlainDateTime();
    return clock.toZonedDateTime(zone).epochNanoseconds / 1000n;
  });
}

/** A day's first instant in a zone. */
function firstInstant(date: string, zone: string): Instant {
  return remembered(`${date} ${zone}`, () => startOfDay(date, zone));
}

const instants = new Map<string, Instant>();

/** Every segment asks for the same cells at every tick, and calendars are slow. */
function remembered(name: string, find: () => Instant): Instant {
  const instant = instants.get(name) ?? find();
  if (instants.size > 100_000) instants.clear();
  instants.set(name, instant);
  return instant;
}

/** Instant -> wall-clock microseconds in a zone. */
export function toWallClock(instant: Instant, zone: string): bigint {
  if (zone === 'UTC') return instant;
  const clock = Temporal.Instant.fromEpochNanoseconds(instant * 1000n)
    .toZonedDateTimeISO(zone)
    .toPlainDateTime();
  return clock.toZonedDateTime('UTC').epochNanoseconds / 1000n;
}

function scalarValue(scalar: Scalar, like: Value, timezone: string): Value {
  if (scalar.type === 'number') return { kind: 'number', number: rational(scalar.text) };
  if (scalar.type === 'boolean') return { kind: 'boolean', boolean: scalar.value };
  if (like.kind !== 'instant') return { kind: 'text', text: scalar.text };
  const instant = parseInstant(scalar.text, timezone);
  if (instant === undefined) throw new Error(`no instant: ${scalar.text}`);
  return { kind: 'instant', instant };
}

function textIn(value: Value): string {
  if (value.kind !== 'text') throw new Error(`${value.kind} is no text`);
  return value.text;
}
