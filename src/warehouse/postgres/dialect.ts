/** PostgreSQL's spelling of SQL. Sessions have `standard_conforming_strings` on: a backslash is a backslash. */
import type { Dialect, SqlFunction, SqlValue } from '../dialect.ts';
import { decimal, firstInstant, formed, instantText, quoteIdentifier, quoteText } from '../literal.ts';
import { standard } from '../standard.ts';
import { withoutNul } from './nul.ts';

/** Longer names are cut off by the server without a word, and two may then be one. */
const LONGEST_NAME_BYTES = 63;

const TYPES: Dialect['types'] = {
  text: 'text',
  integer: 'bigint',
  decimal: 'numeric',
  float: 'double precision',
  boolean: 'boolean',
  instant: 'timestamptz',
  timestamp: 'timestamp',
  date: 'date',
  json: 'jsonb',
  uuid: 'uuid',
};

/** Compares bytes of UTF-8, which is the order of code points; other collations may even call different texts equal. */
const binary = (text: string): string => `CAST(${text} AS text) COLLATE "C"`;

const UUID = '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$';

const FUNCTIONS: Record<SqlFunction, (...args: string[]) => string> = {
  text_of: (x) => `CAST(${x} AS text)`,
  text_of_boolean: (x) => `CAST(${x} AS text)`,
  starts_with: (text, prefix) => `starts_with(${binary(text!)}, ${prefix})`,
  ends_with: (text, suffix) => `(right(CAST(${text} AS text), length(${suffix})) = ${binary(suffix!)})`,
  contains: (text, part) => `(strpos(${binary(text!)}, ${part}) > 0)`,
  binary_order: (text) => binary(text!),
  // By way of the shortest text that gives the float again: a direct cast keeps 15 digits only.
  exact: (x) => `CASE WHEN abs(${x}) < 1e28 THEN CAST(CAST(${x} AS text) AS numeric(38, 9)) END`,
  hash_text: (text) => md5(text!),
  row_hash: (...texts) => `md5(CAST(to_jsonb(ARRAY[${texts.join(', ')}]) AS text))`,
  bucket: (text) => `CAST(CAST('x' || substr(${md5(text!)}, 1, 7) AS bit(28)) AS bigint)`,
  instant_of: (timestamp, zone) => `timezone(${zone}, CAST(${timestamp} AS timestamp))`,
  instant_of_date: (date, zone) => firstInstant(date!, zone!),
  micros_of: (instant) => microsOf(instant!),
  // Exact up to 285 years: the multiplication is done in doubles.
  add_micros: (instant, n) => `(${instant} + ${n} * INTERVAL '1 microsecond')`,
  try_integer: (text) => tryInteger(text!),
  try_uuid: (text) =>
    `CASE WHEN CAST(${text} AS text) COLLATE "C" ~ '${UUID}' THEN CAST(CAST(${text} AS text) AS uuid) END`,
  coalesce: (...args) => `coalesce(${args.join(', ')})`,
  greatest: (...args) => `greatest(${args.join(', ')})`,
  least: (...args) => `least(${args.join(', ')})`,
  concat: (...args) => `(${args.map((x) => `CAST(${x} AS text)`).join(' || ')})`,
  json_text: (json, name) => `(${json} ->> ${name})`,
};

/** Of UTF-8, whatever the database's encoding. */
function md5(text: string): string {
  return `md5(convert_to(${text}, 'UTF8'))`;
}

/** `infinity` and `-infinity` have no microseconds of their own: they stand at the ends of what bigint holds. */
function microsOf(instant: string): string {
  return (
    `CASE WHEN isfinite(${instant}) THEN CAST(extract(epoch FROM ${instant}) * 1000000 AS bigint)` +
    ` WHEN ${instant} = 'infinity' THEN 9223372036854775807` +
    ` WHEN ${instant} = '-infinity' THEN -9223372036854775807 END`
  );
}

/** Nested, since only CASE promises that a cast waits for its test; to text first, since a constant is cast when it is parsed. */
function tryInteger(x: string): string {
  const text = `CAST(${x} AS text)`;
  const inRange = `CAST(${text} AS numeric) BETWEEN -9223372036854775808 AND 9223372036854775807`;
  return (
    `CASE WHEN ${text} COLLATE "C" ~ '^[+-]?0*[0-9]{1,19}$'` +
    ` THEN CASE WHEN ${inRange} THEN CAST(${text} AS bigint) END END`
  );
}

function literal(value: SqlValue): string {
  switch (value.type) {
    case 'text':
      return quoteText(withoutNul(value.text));
    case 'number':
      return decimal(value.text);
    case 'boolean':
      return value.value ? 'TRUE' : 'FALSE';
    case 'instant':
      return `TIMESTAMPTZ '${instantText(value.instant)}'`;
    case 'timestamp':
      return `TIMESTAMP ${formed(value.text, 'timestamp')}`;
    case 'date':
      return `DATE ${formed(value.text, 'date')}`;
    case 'uuid':
      return `CAST(${formed(value.text, 'uuid')} AS uuid)`;
    case 'null':
      return value.of === 'other' ? 'NULL' : `CAST(NULL AS ${TYPES[value.of]})`;
  }
}

export const dialect: Dialect = {
  ...standard,
  name: 'postgres',
  quote: (identifier) => quoteIdentifier(identifier, LONGEST_NAME_BYTES),
  literal,
  types: TYPES,
  functions: FUNCTIONS,
  firstOf: (value, order, when) => `(array_agg(${value} ORDER BY ${order}) FILTER (WHERE ${when}))[1]`,
  fewKeys: 500,
};
