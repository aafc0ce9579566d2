/**
 * What differs between the SQL of two warehouses, as spelled pieces. The renderer (`compile/render.ts`) writes
 * everything else. The only place where identifiers are quoted and literals are written.
 */
import type { Instant } from '../instant.ts';

/** The closed list of column types that segsync tells apart. */
export type SqlType =
  | 'text'
  | 'integer'
  | 'decimal'
  | 'float'
  | 'boolean'
  /** A point in time with zone. */
  | 'instant'
  /** Date and time without zone. */
  | 'timestamp'
  | 'date'
  | 'json'
  | 'uuid'
  | 'other';

/** A value that becomes a literal. Instants are rendered for a column of the type they are compared with. */
export type SqlValue =
  | { readonly type: 'text'; readonly text: string }
  /** Decimal text as written, `-12.50`; never through a double. */
  | { readonly type: 'number'; readonly text: string }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'instant'; readonly instant: Instant }
  /** Wall-clock date and time without zone, `2026-11-22 10:00:00.000000`. */
  | { readonly type: 'timestamp'; readonly text: string }
  /** `2026-11-22`. */
  | { readonly type: 'date'; readonly text: string }
  | { readonly type: 'uuid'; readonly text: string }
  | { readonly type: 'null'; readonly of: SqlType };

/**
 * The closed list of functions, with their meaning on every warehouse:
 * - `text_of(x)`: the value as text, as identifiers and keys are stored; integers without sign or point padding
 * - `text_of_boolean(b)`: what `text_of` says of a boolean: `true` or `false`; some engines cast none to text
 * - `starts_with(s, prefix)`, `ends_with(s, suffix)`, `contains(s, part)`: case-sensitive, by code point; an empty part is in every text
 * - `binary_order(s)`: the text such that `<` compares code points, whatever the column's collation
 * - `exact(x)`: a float as decimal with 9 places; NULL for NaN, infinity and magnitudes of 1e28 and more
 * - `hash_text(s)`: MD5 in lower-case hexadecimal of the UTF-8 bytes
 * - `row_hash(...)`: a hash of texts in order; NULL differs from every text, and no text can imitate a boundary
 * - `bucket(s)`: the first 7 hexadecimal digits of `hash_text(s)` as an integer, 0 to 268,435,455
 * - `instant_of(ts, zone)`: wall-clock time in a zone (text literal) -> instant
 * - `instant_of_date(d, zone)`: first instant of the day in a zone
 * - `micros_of(i)`: microseconds since 1970 of an instant, as an integer
 * - `add_micros(i, n)`: the instant `n` microseconds later
 * - `json_text(j, name)`: a member of a JSON object as text; NULL when there is none
 * - `try_integer(s)`: text -> integer, NULL when it is not one
 * - `try_uuid(s)`: text -> uuid, NULL when it is not one in the usual form of 8-4-4-4-12 digits
 * - `coalesce(...)`, `greatest(...)`, `least(...)` (both ignore NULL), `concat(...)` (any NULL makes NULL)
 */
export type SqlFunction =
  | 'text_of'
  | 'text_of_boolean'
  | 'starts_with'
  | 'ends_with'
  | 'contains'
  | 'binary_order'
  | 'exact'
  | 'hash_text'
  | 'row_hash'
  | 'bucket'
  | 'instant_of'
  | 'instant_of_date'
  | 'micros_of'
  | 'add_micros'
  | 'try_integer'
  | 'try_uuid'
  | 'coalesce'
  | 'greatest'
  | 'least'
  | 'concat'
  | 'json_text';

export interface Dialect {
  /** The adapter's folder name. For labels and golden files; nobody compares it. */
  readonly name: string;
  /** The one quoting function. Throws E302 for a name the warehouse cannot hold (empty, NUL). */
  quote(identifier: string): string;
  /** The one literal function. Throws E303 for a value the warehouse cannot hold (NUL in text on some). */
  literal(value: SqlValue): string;
  /** Type names for CAST and CREATE TABLE. */
  readonly types: Readonly<Record<Exclude<SqlType, 'other'>, string>>;
  /** A spelling for each function; the arguments are rendered SQL. */
  readonly functions: Readonly<Record<SqlFunction, (...args: string[]) => string>>;
  /**
   * The value (of `type`, not NULL) of the row that comes first in an order, of the rows that pass `when`: an aggregate.
   * NULL of none. `keys`: the order's own parts, none of them NULL in those rows; what is in descending order is a time.
   */
  readonly firstOf: (
    value: string,
    order: string,
    when: string,
    type: SqlType,
    keys: readonly (readonly [of: string, way: 'ASC' | 'DESC'])[],
  ) => string;
  /** FROM-able: a table's rows that changed between two instants, as they were and as they are. */
  readonly changesOf?: (table: string, from: Instant, to: Instant, of: 'all' | 'additions') => string;
  /** A file as a relation (`read_csv(...)`); undefined where files cannot be read. */
  readonly file?: (path: string) => string;
  /** Whether a condition holds for some row: an aggregate. */
  readonly anyTrue: (of: string) => string;
  /** What stands after an ascending order's expression so that NULL comes last. */
  readonly ascending: string;
  /** True or false, for NULL too. */
  readonly distinctFrom: (left: string, right: string) => string;
  /** How a common table expression is kept from being inlined: what stands before its parenthesis. */
  readonly materialized: string;
  /** FROM-able: rows of rendered expressions, the first one's fully typed; at least one. */
  readonly rowsAs: (rows: readonly (readonly string[])[], as: string, columns: readonly string[]) => string;
  /** FROM-able: a relation whose first columns get other names; `were`: those that they have, where they are known. */
  readonly columnsAs: (
    relation: string,
    as: string,
    columns: readonly string[],
    were?: readonly string[],
  ) => string;
  /**
   * Where a LIMIT tells the planner more than its statistics do: how many keys are looked up rather than found by reading
   * whole tables.
   */
  readonly fewKeys?: number;
  /** Between two queries whose equal rows are to be one. */
  readonly union: string;
  /** A literal as a column of a query, where the engine would make it as narrow as its text. */
  readonly textColumn?: (literal: string) => string;
  /** A statement: changes the rows of `table` for which `when` finds a row (one at most) of `from`, a FROM-able that calls itself `by`. */
  readonly updateFrom: (
    table: string,
    as: string,
    set: readonly (readonly [column: string, value: string])[],
    from: string,
    by: string,
    when: string,
  ) => string;
}
