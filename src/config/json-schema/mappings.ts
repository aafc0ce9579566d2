/** Filters over rows, and what a sync sends and for whom. */
import { TESTS } from '../comparison.ts';
import { FIELD_KINDS } from '../mapping.ts';
import { SCALAR, tests } from './comparisons.ts';
import { atMostOne, closed, described, exactlyOne, type JsonSchema, ref, TEXT } from './json-schema.ts';

/** `{ column: value, column: {gte: 10}, any: [...] }` */
export function filterSchema(): JsonSchema {
  const filters: JsonSchema = { type: 'array', items: ref('filter'), minItems: 1 };
  return {
    type: 'object',
    minProperties: 1,
    properties: {
      all: described(filters, 'All of these hold.', [{ status: 'paid' }, { total: { gte: 10 } }]),
      any: described(filters, 'At least one of these holds.', [{ status: 'paid' }, { status: 'sent' }]),
      not: described(ref('filter'), 'This does not hold.', { status: 'cancelled' }),
    },
    additionalProperties: ref('column_test'),
  };
}

/** What a column is tested by: a value, a list of them, or operators. */
export function columnTestSchema(): JsonSchema {
  const several = { ...closed(tests('constants')), minProperties: 1 };
  return {
    description: 'A value that the column has, a list of such values, or operators.',
    examples: ['paid', ['paid', 'sent'], { gte: 10 }],
    anyOf: [SCALAR, { type: 'array', items: SCALAR, minItems: 1 }, several],
  };
}

const FIELD: Readonly<Record<(typeof FIELD_KINDS)[number], JsonSchema>> = {
  trait: described(TEXT, 'A trait’s value.', 'first_name'),
  value: described(SCALAR, 'The same for everybody.', 'gold'),
  sql: described(TEXT, 'An SQL expression over the entity’s row.', 'upper(entity.country)'),
};

/** `{ first_name: first_name, member_of: {value: gold} }` */
export function fieldsSchema(): JsonSchema {
  return {
    type: 'object',
    additionalProperties: {
      description: 'A trait’s name, a constant or an SQL expression.',
      examples: ['first_name', { value: 'gold' }, { sql: 'upper(entity.country)' }],
      anyOf: [TEXT, { ...closed(FIELD), ...exactlyOne(FIELD_KINDS) }],
    },
  };
}

/** A trait with at most one operator. */
export function consentSchema(): JsonSchema {
  const trait = described(
    TEXT,
    'The trait that says whether they agreed: `true` unless an operator says more.',
    'ads_consent',
  );
  return { ...closed({ trait, ...tests('constants') }, ['trait']), ...atMostOne(TESTS) };
}

/** `${var:NAME}` */
export function varsSchema(): JsonSchema {
  return described(
    { type: 'object', additionalProperties: SCALAR },
    `Values for \`\${var:NAME}\` in any text; a target may override them.`,
    { region: 'eu' },
  );
}
