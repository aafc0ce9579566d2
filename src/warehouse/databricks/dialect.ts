/**
 * Databricks' spelling of SQL, in sessions that are set to UTC and to ANSI mode (`client.ts`). Where it differs in
 * meaning from other engines: names have no case; a backslash in a text is an escape, and `''` is none; a cast that fails
 * is an error, `try_cast` gives NULL; a cast to STRING takes a collation away; TIMESTAMP is a moment, TIMESTAMP_NTZ a
 * time on the wall, and each becomes the other by the session's zone; of a time on the wall that comes twice it takes
 * the first; integers are BIGINT, and overflow is an error; `/` never divides integers whole; `greatest` and `least`
 * leave NULL out; NULL comes first in ascending order; an exponent makes a number a double; UPDATE has no FROM, which
 * MERGE stands in for, and fails where two rows would change one.
 *
 * A transaction reads each table as it was when it first read it. What a tick reads is read before its transaction
 * begins (`session.ts`), each statement seeing what was committed by then: watermarks first, so that whatever shows later
 * is above them, and is looked at by the next tick.
 */
import type { Instant } from '../../instant.ts';
import type { Dialect, SqlFunction } from '../dialect.ts';
import { decimal, literalsOf } from '../literal.ts';
import { standard } from '../standard.ts';
import { quoteName, quoteString } from './quote.ts';

const TYPES: Dialect['types'] = {
  text: 'STRING',
  integer: 'BIGINT',
  decimal: 'DECIMAL(38, 9)',
  float: 'DOUBLE',
  boolean: 'BOOLEAN',
  instant: 'TIMESTAMP',
  timestamp: 'TIMESTAMP_NTZ',
  date: 'DATE',
  // A VARIANT cannot be compared or grouped.
  json: 'STRING',
  uuid: 'STRING',
};

/** `\z`, not `$`: that stands before a last line feed, too. */
const INTEGER = quoteString('^[+-]?[0-9]+\\z');
const UUID = quoteString('^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\\z');

const FUNCTIONS: Record<SqlFunction, (...args: string[]) => string> = {
  text_of: (x) => text(x!),
  text_of_boolean: (x) => text(x!),
  starts_with: (of, prefix) => `startswith(${text(of!)}, ${prefix})`,
  ends_with: (of, suffix) => `endswith(${text(of!)}, ${suffix})`,
  contains: (of, part) => `contains(${text(of!)}, ${part})`,
  // Bytes of UTF-8, which is the order of code points.
  binary_order: (of) => text(of!),
  // By way of the shortest text that gives the float again: no digits that no one wrote.
  exact: (x) => `CASE WHEN abs(${x}) < 1e28 THEN try_cast(${text(x!)} AS DECIMAL(38, 9)) END`,
  hash_text: (of) => `md5(${of})`,
  // Each text behind its length, so that none can imitate a boundary; `-` for NULL.
  row_hash: (...texts) =>
    `md5(concat(${texts.map((of) => `coalesce(concat(CAST(char_length(${of}) AS STRING), ':', ${of}), '-')`).join(', ')}))`,
  bucket: (of) => `CAST(conv(substr(md5(${of}), 1, 7), 16, 10) AS BIGINT)`,
  instant_of: (timestamp, zone) => instantOf(timestamp!, zone!),
  // A midnight that comes twice is the first, and one that is skipped becomes the moment of the change.
  instant_of_date: (date, zone) => `to_utc_timestamp(CAST(CAST(${date} AS DATE) AS TIMESTAMP), ${zone})`,
  micros_of: (instant) => `unix_micros(${instant})`,
  // Not by `timestampadd`: it may take the number for 32 bits.
  add_micros: (instant, n) => `timestamp_micros(unix_micros(${instant}) + (${n}))`,
  // The regular expression first: a cast alone takes blanks.
  try_integer: (of) => `CASE WHEN ${text(of!)} RLIKE ${INTEGER} THEN try_cast(${text(of!)} AS BIGINT) END`,
  try_uuid: (of) => `CASE WHEN ${text(of!)} RLIKE ${UUID} THEN lower(${text(of!)}) END`,
  coalesce: (...args) => `coalesce(${args.join(', ')})`,
  greatest: (...args) => several('greatest', args),
  least: (...args) => several('least', args),
  concat: (...args) => `concat(${args.map(text).join(', ')})`,
  json_text: (json, name) => `try_element_at(from_json(${text(json!)}, 'MAP<STRING, STRING>'), ${name})`,
};

function text(of: string): string {
  return `CAST(${of} AS STRING)`;
}

function several(name: string, args: readonly string[]): string {
  return args.length === 1 ? args[0]! : `${name}(${args.join(', ')})`;
}

/** A time on the wall that comes twice, for clocks go back, is the second; the engine takes the first. */
function instantOf(timestamp: string, zone: string): string {
  const wall = `CAST(${timestamp} AS TIMESTAMP)`;
  const first = `to_utc_timestamp(${wall}, ${zone})`;
  const again = (later: string): string => {
    const second = `${first} + INTERVAL ${later}`;
    return ` WHEN from_utc_timestamp(${second}, ${zone}) = ${wall} THEN ${second}`;
  };
  return `CASE${again("'1' HOUR")}${again("'30' MINUTE")} ELSE ${first} END`;
}

const literal = literalsOf({
  text: quoteString,
  number: decimal,
  instant: (text) => `TIMESTAMP '${text}:00'`,
  timestamp: (text) => `TIMESTAMP_NTZ ${text}`,
  date: (text) => `DATE ${text}`,
  types: TYPES,
});

/** What comes last in descending order comes first by this: only times are ordered so. */
function backwards(time: string): string {
  return `-unix_micros(CAST(${time} AS TIMESTAMP))`;
}

export const dialect: Dialect = {
  ...standard,
  name: 'databricks',
  quote: quoteName,
  literal,
  types: TYPES,
  functions: FUNCTIONS,
  anyTrue: (of) => `bool_or(${of})`,
  ascending: ' NULLS LAST',
  materialized: '',
  firstOf: (value, _order, when, _type, keys) =>
    `min_by(${value}, struct(${keys.map(([of, way]) => (way === 'DESC' ? backwards(of) : of)).join(', ')})) FILTER (WHERE ${when})`,
  // Names beside the alias have to be all there are. Unknown ones are those of the first query of a union, whose NULL equals nobody.
  columnsAs: (relation, as, columns, were) =>
    were
      ? `(SELECT ${columns.map((name, index) => `${were[index]} AS ${name}`).join(', ')} FROM ${relation}) AS ${as}`
      : `(SELECT ${columns.map((name) => `NULL AS ${name}`).join(', ')} UNION ALL SELECT * FROM ${relation}) AS ${as}`,
  // As instants, for people: a tick names versions (`capture.ts`).
  changesOf: (table, from, to) => {
    const time = (instant: Instant): string => literal({ type: 'instant', instant });
    const name = literal({ type: 'text', text: table });
    return `(SELECT * EXCEPT (_change_type, _commit_version, _commit_timestamp) FROM table_changes(${name}, ${time(from)}, ${time(to)}))`;
  },
  // What it merges may not have names for its columns beside its own.
  updateFrom: (table, as, set, from, by, when) =>
    `MERGE INTO ${table} AS ${as}\nUSING (SELECT * FROM ${from}) AS ${by}\nON ${when}\n` +
    `WHEN MATCHED THEN UPDATE SET ${set.map(([column, value]) => `${as}.${column} = ${value}`).join(', ')}`,
};
