/**
 * The first value in an order. Redshift has no aggregate that gives it, whatever its length; but it has the least text. So
 * a text is made of each row: when it was, then the value in a form that texts order as values, then the value as it is.
 */
import type { Dialect } from '../dialect.ts';

const TEXT = 'VARCHAR(65535)';
/** Half of the range of 64-bit integers: added to one, it makes a number that is not negative, of 20 digits at most. */
const HALF = '9223372036854775808';
const WIDTH = 20;
/** Decimals of 9 places are exact below that; what is beyond comes first or last. */
const LARGE = '9e27';
const LARGER = '10000000000000000000000000000';
const NUMBER_WIDTH = 40;

/** `micros`: a TIMESTAMP as microseconds since 1970. `byBytes`: a text that is compared by its bytes. */
export function firstBy(
  micros: (timestamp: string) => string,
  byBytes: (text: string) => string = (text) => text,
): Dialect['firstOf'] {
  const moment = (of: string): string => micros(`CAST(${of} AS TIMESTAMP)`);
  return (value, _order, when, type, keys) => {
    const [time, way] = keys[0]!;
    const at = ordered(moment(time), way);
    const least = (...parts: string[]): string =>
      `MIN(${byBytes(`CASE WHEN ${when} THEN CAST(${[at, ...parts].join(' || ')} AS ${TEXT}) END`)})`;
    const rest = (of: string, width: number): string => `SUBSTRING(${of}, ${WIDTH + width + 1}, 65535)`;
    const text = `CAST(${value} AS ${TEXT})`;
    switch (type) {
      case 'boolean':
        return `(${rest(least(`CASE WHEN ${value} THEN '1' ELSE '0' END`), 0)} = '1')`;
      case 'integer':
        return `CAST(${rest(least(ordered(value, 'ASC'), text), WIDTH)} AS BIGINT)`;
      case 'decimal':
        return `CAST(${rest(least(number(value), text), NUMBER_WIDTH)} AS DECIMAL(38, 9))`;
      case 'float':
        return `CAST(${rest(least(number(value), text), NUMBER_WIDTH)} AS DOUBLE PRECISION)`;
      case 'date':
        return `CAST(${rest(least(ordered(moment(value), 'ASC'), text), WIDTH)} AS DATE)`;
      case 'timestamp':
        return `CAST(${rest(least(ordered(moment(value), 'ASC'), text), WIDTH)} AS TIMESTAMP)`;
      case 'instant':
        return `CAST(${rest(least(ordered(moment(value), 'ASC'), text), WIDTH)} AS TIMESTAMPTZ)`;
      default:
        return rest(least(text), 0);
    }
  };
}

/** An integer as 20 digits. */
function ordered(integer: string, way: 'ASC' | 'DESC'): string {
  const wide = `CAST(${integer} AS DECIMAL(38, 0))`;
  const sum = way === 'ASC' ? `${wide} + ${HALF}` : `${HALF} - ${wide}`;
  return `LPAD(CAST(${sum} AS VARCHAR(40)), ${WIDTH}, '0')`;
}

/** A decimal or float as 40 characters. Values that differ beyond 9 places are one. */
function number(of: string): string {
  const size = `CASE WHEN ${of} < -${LARGE} THEN '0' WHEN ${of} < ${LARGE} THEN '1' ELSE '2' END`;
  const near = `CASE WHEN ${of} >= -${LARGE} AND ${of} < ${LARGE} THEN CAST(${of} AS DECIMAL(38, 9)) ELSE 0 END`;
  return `${size} || LPAD(CAST(${near} + ${LARGER} AS VARCHAR(60)), ${NUMBER_WIDTH - 1}, '0')`;
}
