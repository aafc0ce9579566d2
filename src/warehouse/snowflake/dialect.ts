/**
 * Snowflake's spelling of SQL, in sessions that are set to UTC (`settings.ts`). Where it differs in meaning from other
 * engines: names fold to upper case (`quote.ts`); `GREATEST` and `LEAST` of a NULL are NULL; `COALESCE` wants two
 * arguments; a backslash in a text is an escape; integers are NUMBER with up to 38 digits; timestamps have nanoseconds,
 * of which segsync's instants leave the last three; regular expressions match the whole text; `ARRAY_AGG` makes VARIANTs.
 *
 * There is no snapshot over several statements: each sees what was committed when it began. A tick reads the watermarks
 * first, so that whatever shows later is above them, and is looked at by the next tick; until then, a key that is written
 * to during the tick may be judged by rows of before and of after. Sources are not pinned by time travel: it needs
 * retention on every table, and views and own SQL cannot be pinned.
 */
import type { Dialect, SqlFunction, SqlType } from '../dialect.ts';
import { decimal, literalsOf } from '../literal.ts';
import { standard } from '../standard.ts';
import { quoteName, quoteString } from './quote.ts';

const TYPES: Dialect['types'] = {
  text: 'VARCHAR',
  integer: 'NUMBER(38, 0)',
  decimal: 'NUMBER(38, 9)',
  float: 'DOUBLE',
  boolean: 'BOOLEAN',
  // An instant without an offset beside it: two of one moment are equal in every way.
  instant: 'TIMESTAMP_LTZ',
  timestamp: 'TIMESTAMP_NTZ',
  date: 'DATE',
  // A VARIANT cannot be written by VALUES, and two that are equal may differ as text.
  json: 'VARCHAR',
  uuid: 'VARCHAR',
};

const UUID = '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}';

const FUNCTIONS: Record<SqlFunction, (...args: string[]) => string> = {
  text_of: (x) => text(x!),
  text_of_boolean: (x) => text(x!),
  starts_with: (of, prefix) => `(LEFT(${binary(of!)}, LENGTH(${prefix})) = ${prefix})`,
  ends_with: (of, suffix) => `(RIGHT(${binary(of!)}, LENGTH(${suffix})) = ${suffix})`,
  // What it answers for an empty part is not documented.
  contains: (of, part) =>
    `(CONTAINS(${binary(of!)}, ${part}) OR (LENGTH(${part}) = 0 AND ${of} IS NOT NULL))`,
  binary_order: (of) => binary(of!),
  // By way of text from a million on: a direct cast shows digits that no one wrote.
  exact: (x) =>
    `CASE WHEN ABS(${x}) < 1e6 THEN CAST(${x} AS NUMBER(38, 9))` +
    ` WHEN ABS(${x}) < 1e28 THEN TRY_CAST(CAST(${x} AS VARCHAR) AS NUMBER(38, 9)) END`,
  hash_text: (of) => md5(of!),
  // Each text behind its length, so that none can imitate a boundary; `-` for NULL.
  row_hash: (...texts) =>
    md5(texts.map((of) => `COALESCE(TO_VARCHAR(LENGTH(${of})) || ':' || ${of}, '-')`).join(' || ')),
  bucket: (of) => `TO_NUMBER(UPPER(SUBSTR(${md5(of!)}, 1, 7)), 'XXXXXXX')`,
  instant_of: (timestamp, zone) => instantOf(utcOf(timestamp!, zone!)),
  instant_of_date: (date, zone) => instantOf(firstMoment(date!, zone!)),
  micros_of: (instant) => `DATE_PART(EPOCH_MICROSECOND, ${instant})`,
  add_micros: (instant, n) => `TIMESTAMPADD(MICROSECOND, ${n}, ${instant})`,
  // The regular expression first: the function alone takes '1.5', '1e3' and blanks for integers.
  try_integer: (of) =>
    `CASE WHEN REGEXP_LIKE(${text(of!)}, '[+-]?[0-9]+') THEN TRY_TO_NUMBER(${text(of!)}, 38, 0) END`,
  try_uuid: (of) => `CASE WHEN REGEXP_LIKE(${text(of!)}, '${UUID}') THEN LOWER(${text(of!)}) END`,
  coalesce: (...args) => several('COALESCE', args),
  greatest: (...args) => several('GREATEST_IGNORE_NULLS', args),
  least: (...args) => several('LEAST_IGNORE_NULLS', args),
  concat: (...args) => `(${args.map(text).join(' || ')})`,
  json_text: (json, name) => `CAST(GET(PARSE_JSON(${text(json!)}), ${name}) AS VARCHAR)`,
};

function text(of: string): string {
  return `CAST(${of} AS VARCHAR)`;
}

/** Compares bytes of UTF-8, which is the order of code points, whatever the column's collation. */
function binary(of: string): string {
  return `COLLATE(${text(of)}, 'utf8')`;
}

function md5(of: string): string {
  return `MD5(${of})`;
}

function several(name: string, args: readonly string[]): string {
  return args.length === 1 ? args[0]! : `${name}(${args.join(', ')})`;
}

/** Wall-clock time in a zone -> wall-clock time in UTC. */
function utcOf(timestamp: string, zone: string): string {
  return `CONVERT_TIMEZONE(${zone}, 'UTC', CAST(${timestamp} AS TIMESTAMP_NTZ))`;
}

/** A wall-clock time without zone becomes an instant by the session's zone, which is UTC. */
function instantOf(utc: string): string {
  return `CAST(${utc} AS TIMESTAMP_LTZ)`;
}

/**
 * The first moment of a date in a zone, in UTC. Where clocks go back at 01:00 to midnight, that midnight comes twice, and
 * where they go forward at midnight it never comes: which moment is meant is settled by the date that it is of.
 */
function firstMoment(date: string, zone: string): string {
  const midnight = utcOf(date, zone);
  const earlier = `TIMESTAMPADD(HOUR, -1, ${midnight})`;
  const dateOf = (utc: string): string => `CAST(CONVERT_TIMEZONE('UTC', ${zone}, ${utc}) AS DATE)`;
  const own = `CAST(${date} AS DATE)`;
  return (
    `CASE WHEN ${dateOf(earlier)} = ${own} THEN ${earlier}` +
    ` WHEN ${dateOf(midnight)} < ${own} THEN TIMESTAMPADD(HOUR, 1, ${midnight}) ELSE ${midnight} END`
  );
}

/** Its aggregate of values makes VARIANTs, which have to be made what they were. Others cannot be told, and stay. */
function typed(of: string, type: SqlType): string {
  return type === 'other' ? of : `CAST(${of} AS ${TYPES[type]})`;
}

const literal = literalsOf({
  text: quoteString,
  number: decimal,
  instant: (text) => `'${text}:00'::TIMESTAMP_LTZ`,
  timestamp: (text) => `${text}::TIMESTAMP_NTZ`,
  date: (text) => `${text}::DATE`,
  types: TYPES,
});

export const dialect: Dialect = {
  ...standard,
  name: 'snowflake',
  quote: quoteName,
  literal,
  types: TYPES,
  functions: FUNCTIONS,
  // Until now, whatever the end: what is told too early is told again by the next one.
  changesOf: (table, from) =>
    `(SELECT * FROM ${table} CHANGES(INFORMATION => DEFAULT)` +
    ` AT(TIMESTAMP => ${literal({ type: 'instant', instant: from })}))`,
  anyTrue: (of) => `BOOLOR_AGG(${of})`,
  ascending: ' NULLS LAST',
  materialized: '',
  firstOf: (value, order, when, type) =>
    typed(`GET(ARRAY_AGG(CASE WHEN ${when} THEN ${value} END) WITHIN GROUP (ORDER BY ${order}), 0)`, type),
  // Names beside the alias are documented for VALUES only. Unknown names are those of the first query of a union, whose NULL equals nobody.
  columnsAs: (relation, as, columns, were) =>
    were
      ? `(SELECT ${columns.map((name, index) => `${were[index]} AS ${name}`).join(', ')} FROM ${relation}) AS ${as}`
      : `(SELECT ${columns.map((name) => `NULL AS ${name}`).join(', ')} UNION ALL SELECT * FROM ${relation}) AS ${as}`,
};
