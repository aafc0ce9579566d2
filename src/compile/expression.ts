/**
 * The relational plan: what segsync asks of a warehouse, before any dialect spells it. Expressions here, queries in
 * `query.ts`. The kinds form a closed list: a new one does not compile until the renderer writes it.
 */

import type { Instant } from '../instant.ts';
import type { SqlFunction, SqlType, SqlValue } from '../warehouse/dialect.ts';
import type { Query } from './query.ts';

export type CompareOp = '=' | '<>' | '<' | '<=' | '>' | '>=';

export type AggregateFn = 'count' | 'count_distinct' | 'sum' | 'min' | 'max' | 'bool_or';

export type Expression =
  | { readonly kind: 'column'; readonly table?: string; readonly name: string }
  /** Every column of a table: alone in a list of columns. */
  | { readonly kind: 'star'; readonly table: string }
  | { readonly kind: 'value'; readonly value: SqlValue }
  | { readonly kind: 'constant'; readonly value: boolean }
  | {
      readonly kind: 'compare';
      readonly op: CompareOp;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Expression[] }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'is_null'; readonly of: Expression; readonly negated?: boolean }
  | { readonly kind: 'distinct_from'; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: 'in';
      readonly of: Expression;
      readonly values: readonly Expression[];
      readonly negated?: boolean;
    }
  | { readonly kind: 'in_query'; readonly of: Expression; readonly query: Query }
  | { readonly kind: 'call'; readonly fn: SqlFunction; readonly args: readonly Expression[] }
  | {
      readonly kind: 'aggregate';
      readonly fn: AggregateFn;
      readonly of?: Expression;
      readonly when?: Expression;
    }
  | { readonly kind: 'cast'; readonly of: Expression; readonly to: Exclude<SqlType, 'other'> }
  | {
      readonly kind: 'case';
      readonly branches: readonly (readonly [when: Expression, then: Expression])[];
      readonly otherwise?: Expression;
    }
  | { readonly kind: 'times'; readonly left: Expression; readonly right: Expression }
  /** The value of the row that comes first in an order, of those that pass; NULL of none. */
  | {
      readonly kind: 'first_of';
      readonly of: Expression;
      readonly type: SqlType;
      readonly orderBy: readonly OrderBy[];
      readonly when: Expression;
    }
  /** The least value among the rows before this one in an order. */
  | {
      readonly kind: 'min_before';
      readonly of: Expression;
      readonly partitionBy: readonly Expression[];
      readonly orderBy: readonly OrderBy[];
    }
  /** Somebody's own SQL, as it is, in parentheses; `:T` in it is the instant `t`. */
  | { readonly kind: 'raw'; readonly sql: string; readonly t: Instant }
  /** SQL that the warehouse's adapter wrote. */
  | { readonly kind: 'native'; readonly sql: string }
  | {
      readonly kind: 'row_number';
      readonly partitionBy: readonly Expression[];
      readonly orderBy: readonly OrderBy[];
    };

export interface OrderBy {
  readonly by: Expression;
  readonly descending?: boolean;
}

export const TRUE: Expression = { kind: 'constant', value: true };
export const FALSE: Expression = { kind: 'constant', value: false };

export function column(name: string, table?: string): Expression {
  return { kind: 'column', name, ...(table === undefined ? {} : { table }) };
}

export function value(of: SqlValue): Expression {
  return { kind: 'value', value: of };
}

export function text(of: string): Expression {
  return value({ type: 'text', text: of });
}

export function number(of: string): Expression {
  return value({ type: 'number', text: of });
}

export function compare(left: Expression, op: CompareOp, right: Expression): Expression {
  return { kind: 'compare', op, left, right };
}

export function call(fn: SqlFunction, ...args: Expression[]): Expression {
  return { kind: 'call', fn, args };
}

/** A value of some type as text. */
export function asText(of: Expression, type: SqlType): Expression {
  return call(type === 'boolean' ? 'text_of_boolean' : 'text_of', of);
}

/** `IS DISTINCT FROM`: true or false, for NULL too. */
export function distinct(left: Expression, right: Expression): Expression {
  return { kind: 'distinct_from', left, right };
}

/** All of them; constants fold away, nested `and`s merge. No condition at all is true. */
export function and(of: readonly Expression[]): Expression {
  return junction('and', of);
}

/** Any of them; constants fold away, nested `or`s merge. No condition at all is false. */
export function or(of: readonly Expression[]): Expression {
  return junction('or', of);
}

export function not(of: Expression): Expression {
  if (of.kind === 'constant') return of.value ? FALSE : TRUE;
  if (of.kind === 'not') return of.of;
  return { kind: 'not', of };
}

/** An unknown comparison is false: collapsed before any `not` can see it, so that `not` is the exact complement. */
export function known(of: Expression): Expression {
  return of.kind === 'constant' ? of : call('coalesce', of, FALSE);
}

function junction(kind: 'and' | 'or', of: readonly Expression[]): Expression {
  const neutral = kind === 'and';
  const parts = of
    .flatMap((part) => (part.kind === kind ? part.of : [part]))
    .filter((part) => !(part.kind === 'constant' && part.value === neutral));
  if (parts.some((part) => part.kind === 'constant')) return neutral ? FALSE : TRUE;
  if (parts.length === 0) return neutral ? TRUE : FALSE;
  return parts.length === 1 ? parts[0]! : { kind, of: parts };
}
