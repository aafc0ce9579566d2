/**
 * BigQuery's spelling of SQL (GoogleSQL). Where it differs in meaning from other engines: strings compare by bytes;
 * `GREATEST` and `LEAST` of a NULL are NULL; NULL comes first in ascending order; a decimal literal is a double; `UNION`
 * and `EXCEPT` say DISTINCT or ALL; a time on the wall that comes twice is the first; integers are INT64 and overflow is an error.
 */
import { DAY, type Instant } from '../../instant.ts';
import type { Dialect, SqlFunction } from '../dialect.ts';
import { decimal, literalsOf } from '../literal.ts';
import { standard } from '../standard.ts';
import { quoteName, quoteString } from './quote.ts';

const TYPES: Dialect['types'] = {
  text: 'STRING',
  integer: 'INT64',
  decimal: 'BIGNUMERIC',
  float: 'FLOAT64',
  boolean: 'BOOL',
  instant: 'TIMESTAMP',
  timestamp: 'DATETIME',
  date: 'DATE',
  // Its JSON cannot be grouped, compared or cast to text.
  json: 'STRING',
  uuid: 'STRING',
};

const UUID = '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$';

const FUNCTIONS: Record<SqlFunction, (...args: string[]) => string> = {
  text_of: (x) => text(x!),
  text_of_boolean: (x) => text(x!),
  starts_with: (of, prefix) => `STARTS_WITH(${text(of!)}, ${prefix})`,
  ends_with: (of, suffix) => `ENDS_WITH(${text(of!)}, ${suffix})`,
  // STRPOS finds an empty part nowhere; of no text it is unknown whether it has one.
  contains: (of, part) => `(STRPOS(${text(of!)}, ${part}) > 0 OR (${part} = '' AND ${of} IS NOT NULL))`,
  // A cast takes the column's own collation away.
  binary_order: (of) => text(of!),
  // By way of the shortest text that gives the float again: a direct cast shows digits that no one wrote.
  exact: (x) =>
    `CASE WHEN ABS(${x}) < 1e28 THEN CAST(CAST(CAST(${x} AS STRING) AS NUMERIC) AS BIGNUMERIC) END`,
  hash_text: (of) => md5(of!),
  row_hash: (...texts) => md5(`TO_JSON_STRING([${texts.join(', ')}])`),
  bucket: (of) => `CAST(CONCAT('0x', SUBSTR(${md5(of!)}, 1, 7)) AS INT64)`,
  instant_of: (timestamp, zone) => instantOf(`CAST(${timestamp} AS DATETIME)`, zone!),
  instant_of_date: (date, zone) => firstInstant(date!, zone!),
  micros_of: (instant) => `UNIX_MICROS(${instant})`,
  add_micros: (instant, n) => `TIMESTAMP_ADD(${instant}, INTERVAL ${n} MICROSECOND)`,
  // The regular expression first: a cast alone takes '0x1F' and blanks for integers.
  try_integer: (of) =>
    `CASE WHEN REGEXP_CONTAINS(${text(of!)}, '^[+-]?[0-9]+$') THEN SAFE_CAST(${text(of!)} AS INT64) END`,
  try_uuid: (of) => `CASE WHEN REGEXP_CONTAINS(${text(of!)}, '${UUID}') THEN LOWER(${text(of!)}) END`,
  coalesce: (...args) => `COALESCE(${args.join(', ')})`,
  greatest: (...args) => `GREATEST(${withoutNulls(args)})`,
  least: (...args) => `LEAST(${withoutNulls(args)})`,
  concat: (...args) => `CONCAT(${args.map(text).join(', ')})`,
  json_text: (json, name) => `JSON_VALUE(${json}, ${memberPath(name!)})`,
};

function text(of: string): string {
  return `CAST(${of} AS STRING)`;
}

function md5(of: string): string {
  return `TO_HEX(MD5(${of}))`;
}

/** Each argument, or where it is NULL another one. */
function withoutNulls(args: readonly string[]): string {
  if (args.length === 1) return args[0]!;
  return args
    .map((each) => `COALESCE(${[each, ...args.filter((other) => other !== each)].join(', ')})`)
    .join(', ');
}

/** A time on the wall that comes twice, for clocks go back, is the second; the engine takes the first. */
function instantOf(timestamp: string, zone: string): string {
  const first = `TIMESTAMP(${timestamp}, ${zone})`;
  const again = (later: string): string => {
    const second = `TIMESTAMP_ADD(${first}, INTERVAL ${later})`;
    return ` WHEN DATETIME(${second}, ${zone}) = ${timestamp} THEN ${second}`;
  };
  return `CASE${again('1 HOUR')}${again('30 MINUTE')} ELSE ${first} END`;
}

/** Where clocks go back at 01:00 to midnight, that midnight comes twice; the engine takes one of them. */
function firstInstant(date: string, zone: string): string {
  const midnight = `TIMESTAMP(CAST(${date} AS DATE), ${zone})`;
  const earlier = `TIMESTAMP_SUB(${midnight}, INTERVAL 1 HOUR)`;
  return `CASE WHEN DATE(${earlier}, ${zone}) = CAST(${date} AS DATE) THEN ${earlier} ELSE ${midnight} END`;
}

/** A path has to be a literal; the name is one already. */
function memberPath(name: string): string {
  return `'$."${name.slice(1, -1).replaceAll('"', '\\\\"')}"'`;
}

/** A number with a point would be a double. */
function numberText(of: string): string {
  const plain = decimal(of);
  const [, whole, fraction = ''] = /^-?(\d+)(?:\.(\d+))?$/.exec(plain)!;
  if (fraction === '' && whole!.length <= 18) return plain;
  return `${fraction.length <= 9 && whole!.length <= 29 ? 'NUMERIC' : 'BIGNUMERIC'} '${plain}'`;
}

const literal = literalsOf({
  text: quoteString,
  number: numberText,
  instant: (text) => `TIMESTAMP '${text}'`,
  timestamp: (text) => `DATETIME ${text}`,
  date: (text) => `DATE ${text}`,
  types: TYPES,
});

/** `CHANGES` takes no more than a day at once. Source: BigQuery, Work with change history. */
function changesOf(table: string, from: Instant, to: Instant, of: 'all' | 'additions'): string {
  const time = (instant: Instant): string => literal({ type: 'instant', instant });
  if (of === 'additions')
    return `(SELECT * EXCEPT (${PSEUDO}) FROM APPENDS(TABLE ${table}, ${time(from)}, ${time(to)}))`;
  const days: string[] = [];
  for (let start = from; start < to || days.length === 0; start += DAY) {
    const end = start + DAY < to ? start + DAY : to;
    days.push(`SELECT * EXCEPT (${PSEUDO}) FROM CHANGES(TABLE ${table}, ${time(start)}, ${time(end)})`);
  }
  return `(${days.join(' UNION ALL ')})`;
}

/** What the functions add to a table's columns. */
const PSEUDO = '_CHANGE_TYPE, _CHANGE_TIMESTAMP';

export const dialect: Dialect = {
  ...standard,
  name: 'bigquery',
  quote: quoteName,
  literal,
  types: TYPES,
  functions: FUNCTIONS,
  changesOf,
  anyTrue: (of) => `LOGICAL_OR(${of})`,
  ascending: ' NULLS LAST',
  materialized: '',
  firstOf: (value, order, when) =>
    `ARRAY_AGG(IF(${when}, STRUCT(${value} AS first_value), NULL) IGNORE NULLS ORDER BY ${order} LIMIT 1)[SAFE_OFFSET(0)].first_value`,
  rowsAs: (rows, as, columns) => {
    const [first, ...more] = rows;
    const named = first!.map((value, index) => `${value} AS ${columns[index]}`).join(', ');
    const structs = [`STRUCT(${named})`, ...more.map((row) => `STRUCT(${row.join(', ')})`)];
    return `UNNEST([${structs.join(', ')}]) AS ${as}`;
  },
  // A name beside the alias is not there. Unknown names are those of the first query of a union, whose NULL equals nobody.
  columnsAs: (relation, as, columns, were) =>
    were
      ? `(SELECT ${columns.map((name, index) => `${were[index]} AS ${name}`).join(', ')} FROM ${relation}) AS ${as}`
      : `((SELECT ${columns.map((name) => `NULL AS ${name}`).join(', ')}) UNION ALL (SELECT * FROM ${relation})) AS ${as}`,
  union: 'UNION DISTINCT',
};
