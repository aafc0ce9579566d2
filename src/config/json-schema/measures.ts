/** Measures of rows: beside `did` with a comparison in them, behind `measure:` without. */
import { OPERATORS } from '../comparison.ts';
import { isNumber, MEASURES, type MeasureFunction, operatorsFor } from '../measure.ts';
import { SOURCE_KEYS } from '../measured.ts';
import { WINDOWS } from '../window.ts';
import { operators, windows } from './comparisons.ts';
import {
  atMostOne,
  closed,
  described,
  each,
  exactlyOne,
  type JsonSchema,
  type Properties,
  ref,
  TEXT,
} from './json-schema.ts';

const WORDS: Readonly<Record<MeasureFunction, string>> = {
  count: 'How many rows.',
  sum: 'The sum of a column.',
  avg: 'The average of a column; of no rows it is unknown.',
  min: 'The least value of a column.',
  max: 'The greatest value of a column.',
  distinct: 'How many different values a column has.',
  first: 'A column’s value in the earliest row that has one.',
  last: 'A column’s value in the latest row that has one.',
};

const COLUMN = described(TEXT, 'The column.', 'total');

/** The measures beside `did` as properties. */
export function measures(): Record<string, JsonSchema> {
  return each(MEASURES, (fn) => ref(`compared_${fn}`));
}

/** `sum: {of: total, gte: 500}` */
export function measureDefinitions(): Properties {
  return Object.fromEntries(MEASURES.map((fn) => [`compared_${fn}`, compared(fn)]));
}

function compared(fn: MeasureFunction): JsonSchema {
  const names = operatorsFor(fn);
  const of: Properties = fn === 'count' ? {} : { of: COLUMN };
  const properties = { ...of, ...operators(names, isNumber(fn) ? 'numbers' : 'values') };
  const whole = { ...closed(properties, Object.keys(of)), ...exactlyOne(names) };
  return described(whole, WORDS[fn], { ...(fn === 'count' ? {} : { of: 'total' }), gte: 3 });
}

/** `sum: total` or `sum: {of: total}`; `count: true`. */
function bareMeasures(): Record<MeasureFunction, JsonSchema> {
  const counted = { anyOf: [{ const: true }, closed({})] };
  const column = { anyOf: [TEXT, closed({ of: COLUMN }, ['of'])] };
  return each(MEASURES, (fn) =>
    fn === 'count'
      ? described(counted, `${WORDS[fn]} It is what is measured if nothing else is said.`, true)
      : described(column, WORDS[fn], 'total'),
  );
}

/** `{did: sessions, within: 7d}` */
export function measuredSchema(): JsonSchema {
  const properties = {
    ...each(SOURCE_KEYS, () => described(TEXT, 'A source of the entity.', 'orders')),
    where: described(ref('filter'), 'Only these rows.', { status: 'paid' }),
    ...windows(),
    ...bareMeasures(),
  };
  return {
    ...closed(properties),
    allOf: [exactlyOne(SOURCE_KEYS), atMostOne(WINDOWS), atMostOne(MEASURES)],
  };
}

/** What stands beside `measure: {...}`. */
export function measureOperators(): Record<string, JsonSchema> {
  return operators(OPERATORS, 'values');
}
