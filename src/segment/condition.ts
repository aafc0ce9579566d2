/**
 * A segment's condition as the YAML says it, after parsing and before anything is resolved.
 *
 * Glossary: a *trait* is a value of one entity row; a *source* is a table of rows that belong to an entity;
 * a *measure* is a number made of a source's rows (`count`, `sum`, ...); a *window* keeps the rows whose time
 * lies between two edges; an *edge* is an instant that moves forward as the tick's instant `T` does.
 */
import type { Place } from '../diagnostics/diagnostic.ts';
import type { Duration, Instant } from '../instant.ts';

/** A value from YAML. Numbers keep the text they were written in, so that no double rounds them. */
export type Scalar =
  | { readonly type: 'number'; readonly text: string }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'boolean'; readonly value: boolean };

/** Calendar units of the project's time zone; weeks begin on Monday. */
export type CalendarUnit = 'day' | 'week' | 'month' | 'quarter' | 'year';

/** One value against constants. An unknown (NULL) value makes every comparison false, `is_null` apart. */
export type Comparison =
  | { readonly op: OrderOp; readonly value: Scalar; readonly place: Place }
  | { readonly op: 'in' | 'not_in'; readonly values: readonly Scalar[]; readonly place: Place }
  /** Both ends included. */
  | { readonly op: 'between'; readonly from: Scalar; readonly to: Scalar; readonly place: Place }
  /** Case-sensitive. */
  | { readonly op: 'contains' | 'starts_with' | 'ends_with'; readonly text: string; readonly place: Place }
  | { readonly op: 'is_null'; readonly value: boolean; readonly place: Place };

/**
 * Which instants count. `within` (T-d, T]; `older_than` (..., T-d]; `between` (T-from, T-to]; `next` (T, T+d];
 * `after` [instant, ...); `before` (..., instant); `this` [start of the unit that T lies in, T]; `previous` the `count`
 * whole units before that one, [start of the first, start of this one).
 */
export type Window =
  | { readonly kind: 'within' | 'older_than' | 'next'; readonly duration: Duration; readonly place: Place }
  | { readonly kind: 'between'; readonly from: Duration; readonly to: Duration; readonly place: Place }
  | { readonly kind: 'this'; readonly unit: CalendarUnit; readonly place: Place }
  | { readonly kind: 'previous'; readonly count: number; readonly unit: CalendarUnit; readonly place: Place }
  | { readonly kind: 'after' | 'before'; readonly instant: Instant; readonly place: Place };

export type OrderOp = 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte';

/** What a trait's or column's value is tested by. */
export type Test = Comparison | { readonly op: 'window'; readonly window: Window };

/** A filter over a source's rows (`where:` inside `did`/`has`, or declared on the source). */
export type RowCondition =
  | { readonly kind: 'all' | 'any'; readonly of: readonly RowCondition[] }
  | { readonly kind: 'not'; readonly of: RowCondition }
  | { readonly kind: 'column'; readonly column: string; readonly test: Test; readonly place: Place };

/** `count` counts rows; the others take a column. `first` and `last` go by the source's time. */
export type Measure =
  | { readonly fn: 'count' }
  | { readonly fn: 'sum' | 'avg' | 'min' | 'max' | 'distinct' | 'first' | 'last'; readonly of: string };

/** A measure of a source's rows that pass the filter and lie in the window. */
export interface Measured {
  readonly source: string;
  readonly where?: RowCondition;
  readonly window?: Window;
  readonly measure: Measure;
  readonly place: Place;
}

/** What stands on either side of a comparison between two values of an entity. */
export type Value =
  | { readonly kind: 'trait'; readonly trait: string; readonly place: Place }
  | { readonly kind: 'measure'; readonly measured: Measured };

/**
 * A step of a sequence. `within` counts from the `did` step before, end included. A `not` forbids a row strictly
 * between its neighbours, as the last step any later one; `for`, of a last `not` only, one in that time after
 * (end included), which must be over.
 */
export type SequenceStep =
  | {
      readonly kind: 'did';
      readonly source: string;
      readonly where?: RowCondition;
      readonly within?: Duration;
      readonly place: Place;
    }
  | {
      readonly kind: 'not';
      readonly source: string;
      readonly where?: RowCondition;
      readonly for?: Duration;
      readonly place: Place;
    };

export type Condition =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Condition[]; readonly place: Place }
  | { readonly kind: 'not'; readonly of: Condition; readonly place: Place }
  | { readonly kind: 'trait'; readonly trait: string; readonly test: Test; readonly place: Place }
  /** `did` and `has`; `did_not` and `has_no` arrive as `not` around one. */
  | (Measured & {
      readonly kind: 'rows';
      /** On the measure; without one in YAML `count: {gte: 1}`. */
      readonly test: Comparison;
    })
  /** Two values of one entity; the right one, a number, may be multiplied by `times` (decimal text) first. */
  | {
      readonly kind: 'compare';
      readonly left: Value;
      readonly op: OrderOp;
      readonly right: Value;
      readonly times?: string;
      readonly place: Place;
    }
  /** `did` steps, each strictly later than the one before; only rows in the window are looked at. */
  | {
      readonly kind: 'sequence';
      readonly steps: readonly SequenceStep[];
      readonly window?: Window;
      readonly place: Place;
    }
  /** A boolean expression over the entity row's columns, alias `entity`; `:T` in it is the tick's instant. */
  | { readonly kind: 'sql'; readonly sql: string; readonly place: Place }
  /** A whole SELECT of keys (its first column), alone in a segment: what `query:` instead of `where:` says. */
  | { readonly kind: 'query'; readonly sql: string; readonly place: Place }
  /** Another segment's condition, pasted in at the same `T`. */
  | { readonly kind: 'segment'; readonly segment: string; readonly place: Place }
  /** Keys whose published hash with `name` falls below `percent` (a decimal text, `12.5`) of the range. */
  | { readonly kind: 'share'; readonly name: string; readonly percent: string; readonly place: Place };
