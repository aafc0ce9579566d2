/** The relational plan's queries. `comment` lines become SQL comments: why, for the person who reads the statement. */
import type { Relation } from '../config/project.ts';
import type { Instant } from '../instant.ts';
import type { Expression, OrderBy } from './expression.ts';

export type From =
  /** A table, file or query of the customer's. */
  | { readonly kind: 'relation'; readonly relation: Relation }
  /** An intermediate result of this statement or tick. */
  | { readonly kind: 'step'; readonly name: string }
  /** One of segsync's own tables, or what stands for it in a dry run. SQL text made by `state/`. */
  | { readonly kind: 'state'; readonly sql: string; readonly sliced?: boolean }
  | { readonly kind: 'query'; readonly query: Query }
  /** Somebody's own SELECT, as it is; `:T` in it is the instant `t`. */
  | { readonly kind: 'raw'; readonly sql: string; readonly t: Instant };

/** Texts, a row each; the column has the name that the select gives it. */
export interface Values {
  readonly kind: 'values';
  readonly texts: readonly string[];
}

export interface Join {
  readonly type: 'join' | 'left join' | 'full join' | 'lateral';
  readonly from: From;
  readonly as: string;
  /** Absent for `lateral`. */
  readonly on?: Expression;
}

export interface SelectColumn {
  readonly expression: Expression;
  readonly as: string;
  readonly comment?: string;
}

export interface Select {
  readonly kind: 'select';
  readonly comment?: readonly string[];
  readonly with?: readonly (readonly [name: string, query: Query])[];
  readonly distinct?: boolean;
  readonly columns: readonly SelectColumn[];
  readonly from?: From | Values;
  readonly as?: string;
  /** Names for its first columns, beside `as`. */
  readonly asColumns?: readonly string[];
  /** What these columns are called in `from`, where that is known. */
  readonly wereColumns?: readonly string[];
  readonly joins?: readonly Join[];
  /** All must hold. */
  readonly where?: readonly Expression[];
  readonly groupBy?: readonly Expression[];
  readonly having?: readonly Expression[];
  readonly orderBy?: readonly OrderBy[];
  /** At most so many rows. */
  readonly limit?: number;
}

export interface Union {
  readonly kind: 'union';
  readonly comment?: readonly string[];
  /** `UNION ALL`. */
  readonly of: readonly Query[];
}

export type Query = Select | Union;

/** A named intermediate result: a temporary table where those may be made, else a common table expression. */
export interface Step {
  readonly name: string;
  readonly comment: string;
  readonly query: Query;
}
