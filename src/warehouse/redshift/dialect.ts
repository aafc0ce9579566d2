/**
 * Redshift's spelling of SQL. Where it differs in meaning from other engines, by its documentation:
 * - Texts are compared by bytes, but blanks at the end do not count: 'a' = 'a '. Where a function here must tell them
 *   apart, lengths are compared too, which do count them.
 * - A VARCHAR holds 65,535 bytes; without a length it holds 256, and TEXT is that.
 * - A boolean cannot be cast to text.
 * - GREATEST and LEAST ignore NULL. NULL comes last in ascending order, first in a descending one.
 * - DATEDIFF counts boundaries crossed: of microseconds, that is the difference. DATEADD and DATEDIFF are documented for
 *   times without zone, so that instants pass through UTC.
 * - JSON_EXTRACT_PATH_TEXT of a member that is not there is an empty text (by newer pages NULL).
 * - There is no MATERIALIZED, VALUES in FROM, IS DISTINCT FROM, FILTER, ARRAY_AGG, alias in DELETE, SAVEPOINT, UUID; its
 *   JSON type (SUPER) cannot be compared with text, grouped or hashed: JSON is text here.
 *
 * Not told by its documentation, and never tried: what a float's cast to DECIMAL does beyond 15 digits; which of two
 * instants a time on the wall is that comes twice (asked for here, so that it does not matter) or is skipped (expected to
 * move forward, as in PostgreSQL); whether '$' in a pattern matches before a last line feed (expected not to matter
 * here); how wide a literal is as a column (always cast here); microseconds beyond 32 bits in DATEADD.
 */
import type { Dialect, SqlFunction } from '../dialect.ts';
import { decimal, firstInstant, literalsOf } from '../literal.ts';
import { standard } from '../standard.ts';
import { firstBy } from './first.ts';
import { quoteName, quoteString } from './quote.ts';

const TEXT = 'VARCHAR(65535)';

const TYPES: Dialect['types'] = {
  text: TEXT,
  integer: 'BIGINT',
  decimal: 'DECIMAL(38, 9)',
  float: 'DOUBLE PRECISION',
  boolean: 'BOOLEAN',
  instant: 'TIMESTAMPTZ',
  timestamp: 'TIMESTAMP',
  date: 'DATE',
  json: TEXT,
  uuid: TEXT,
};

const UUID = '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$';
const EPOCH = "TIMESTAMP '1970-01-01 00:00:00'";

const FUNCTIONS: Record<SqlFunction, (...args: string[]) => string> = {
  text_of: (x) => text(x!),
  text_of_boolean: (x) => `CASE WHEN ${x} THEN 'true' WHEN NOT (${x}) THEN 'false' END`,
  starts_with: (of, prefix) =>
    `(LEN(${text(of!)}) >= LEN(${prefix}) AND LEFT(${text(of!)}, LEN(${prefix})) = ${prefix})`,
  ends_with: (of, suffix) =>
    `(LEN(${text(of!)}) >= LEN(${suffix}) AND RIGHT(${text(of!)}, LEN(${suffix})) = ${suffix})`,
  // An empty part is told apart by its length: it equals every text of blanks.
  contains: (of, part) => `(STRPOS(${text(of!)}, ${part}) > 0 OR (${of} IS NOT NULL AND LEN(${part}) = 0))`,
  binary_order: (of) => text(of!),
  exact: (x) => `CASE WHEN ABS(${x}) < 1e28 THEN CAST(${x} AS DECIMAL(38, 9)) END`,
  hash_text: (of) => `MD5(${of})`,
  // Of hashes, each of one length: what a VARCHAR holds is never exceeded, and no text can imitate the mark of NULL.
  row_hash: (...texts) => `MD5(${texts.map((each) => `COALESCE(MD5(${each}), '-')`).join(' || ')})`,
  bucket: (of) => `STRTOL(SUBSTRING(MD5(${of}), 1, 7), 16)`,
  instant_of: (timestamp, zone) => instantOf(`CAST(${timestamp} AS TIMESTAMP)`, zone!),
  instant_of_date: (date, zone) => firstInstant(date!, zone!),
  micros_of: (instant) => microsOf(`timezone('UTC', ${instant})`),
  add_micros: (instant, n) => `timezone('UTC', DATEADD(microsecond, ${n}, timezone('UTC', ${instant})))`,
  try_integer: (of) => tryInteger(text(of!)),
  // Of exactly 36 characters, so that no line feed comes after them.
  try_uuid: (of) =>
    `CASE WHEN LEN(${text(of!)}) = 36 AND ${text(of!)} ~ '${UUID}' THEN LOWER(${text(of!)}) END`,
  coalesce: (...args) => `COALESCE(${args.join(', ')})`,
  greatest: (...args) => `GREATEST(${args.join(', ')})`,
  least: (...args) => `LEAST(${args.join(', ')})`,
  concat: (...args) => `(${args.map(text).join(' || ')})`,
  json_text: (json, name) => `NULLIF(JSON_EXTRACT_PATH_TEXT(${json}, ${name}), '')`,
};

function microsOf(timestamp: string): string {
  return `DATEDIFF(microsecond, ${EPOCH}, ${timestamp})`;
}

function text(of: string): string {
  return `CAST(${of} AS ${TEXT})`;
}

/** Of a time on the wall that comes twice the second, whichever the engine takes. */
function instantOf(timestamp: string, zone: string): string {
  const taken = `timezone(${zone}, ${timestamp})`;
  const again = (later: string): string => {
    const second = `(${taken} + INTERVAL '${later}')`;
    return ` WHEN timezone(${zone}, ${second}) = ${timestamp} THEN ${second}`;
  };
  return `CASE${again('1 hour')}${again('30 minutes')} ELSE ${taken} END`;
}

/** Nested, so that a cast waits for its test; no character but digits and signs, a last line feed neither. */
function tryInteger(of: string): string {
  const isInteger = `${of} ~ '^[+-]?0*[0-9]{1,19}$' AND ${of} !~ '[^0-9+-]'`;
  const inRange = `CAST(${of} AS DECIMAL(38, 0)) BETWEEN -9223372036854775808 AND 9223372036854775807`;
  return `CASE WHEN ${isInteger} THEN CASE WHEN ${inRange} THEN CAST(${of} AS BIGINT) END END`;
}

const literal = literalsOf({
  text: quoteString,
  number: decimal,
  instant: (text) => `TIMESTAMPTZ '${text}'`,
  timestamp: (text) => `TIMESTAMP ${text}`,
  date: (text) => `DATE ${text}`,
  types: TYPES,
});

/** A literal as a column would be as narrow as its text, and another row's text too long for it. */
function textColumn(rendered: string): string {
  return /^\(?'/.test(rendered) ? text(rendered) : rendered;
}

export const dialect: Dialect = {
  ...standard,
  name: 'redshift',
  quote: quoteName,
  literal,
  types: TYPES,
  functions: FUNCTIONS,
  materialized: '',
  firstOf: firstBy(microsOf),
  distinctFrom: (left, right) =>
    `CASE WHEN ${left} = ${right} OR (${left} IS NULL AND ${right} IS NULL) THEN FALSE ELSE TRUE END`,
  rowsAs: (rows, as, columns) => {
    const [first, ...more] = rows.map((row) => row.map(textColumn));
    const named = first!.map((value, index) => `${value} AS ${columns[index]}`).join(', ');
    return `(${[`SELECT ${named}`, ...more.map((row) => `SELECT ${row.join(', ')}`)].join(' UNION ALL ')}) AS ${as}`;
  },
  textColumn,
};
