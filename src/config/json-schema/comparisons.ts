/** Operators and windows. Their lists are the parser's own: one without a schema here does not compile. */
import { MOST_UNITS, UNITS } from '../calendar.ts';
import { type OPERANDS, OPERATORS, type Operator } from '../comparison.ts';
import { DURATION_FORM } from '../values.ts';
import { WINDOWS, type Window } from '../window.ts';
import { closed, described, each, type JsonSchema, type Properties, ref, TEXT } from './json-schema.ts';

/** What stands behind an operator: constants alone, other values of the entity, too, or numbers and such values. */
export const AGAINST = ['constants', 'values', 'numbers'] as const;
export type Against = (typeof AGAINST)[number];

export const SCALAR: JsonSchema = { type: ['string', 'number', 'boolean'] };
const NUMBER: JsonSchema = { type: 'number' };

const WORDS: Readonly<Record<Operator, readonly [string, ...unknown[]]>> = {
  eq: ['Equal.', 'gold', 3, true],
  ne: ['Not equal; what is unknown is neither.', 'gold', 3],
  gt: ['Greater than.', 100],
  gte: ['Greater than or equal.', 100],
  lt: ['Less than.', 100],
  lte: ['Less than or equal.', 100],
  in: ['One of these.', ['gold', 'platinum'], [1, 2]],
  not_in: ['None of these.', ['test', 'internal'], [1, 2]],
  between: ['From the first to the second, both included.', [10, 20]],
  contains: ['Text that holds this, in the same case.', 'shoe'],
  starts_with: ['Text that begins with this.', 'DE-'],
  ends_with: ['Text that ends with this.', '@example.com'],
  is_null: ['`true`: there is no value; `false`: there is one.', false],
};

/** One definition for each operator and what it is compared with. */
export function operatorDefinitions(): Properties {
  const entries = AGAINST.flatMap((against) =>
    OPERATORS.map((name) => [`${name}_of_${against}`, operator(name, against)] as const),
  );
  return Object.fromEntries(entries);
}

/** Operators as properties. */
export function operators(names: readonly Operator[], against: Against): Record<string, JsonSchema> {
  return each(names, (name) => ref(`${name}_of_${against}`));
}

function operator(name: Operator, against: Against): JsonSchema {
  const [description, ...examples] = WORDS[name];
  const fitting = examples.filter(
    (example) => against !== 'numbers' || name === 'is_null' || isNumeric(example),
  );
  return described(behind(name, against), description, ...fitting);
}

function isNumeric(example: unknown): boolean {
  return [example].flat().every((value) => typeof value === 'number');
}

function behind(name: Operator, against: Against): JsonSchema {
  const item =
    against === 'constants' ? SCALAR : { anyOf: [against === 'numbers' ? NUMBER : SCALAR, ref('value')] };
  switch (name) {
    case 'in':
    case 'not_in':
      return { type: 'array', items: item, minItems: 1 };
    case 'between':
      return { type: 'array', items: item, minItems: 2, maxItems: 2 };
    case 'contains':
    case 'starts_with':
    case 'ends_with':
      return { type: 'string' };
    case 'is_null':
      return { type: 'boolean' };
    default:
      return item;
  }
}

/** `{trait: NAME}`, `{measure: ...}`, either multiplied. */
export function valueSchema(): JsonSchema {
  const properties: Record<(typeof OPERANDS)[number], JsonSchema> = {
    trait: described(TEXT, 'Another trait of the same entity.', 'credit_limit'),
    measure: described(ref('measured'), 'A measure of the entity’s rows.', { did: 'sessions', within: '7d' }),
    times: described(NUMBER, 'Multiplies it.', 0.5),
  };
  return { ...closed(properties), oneOf: [{ required: ['trait'] }, { required: ['measure'] }] };
}

export const DURATION: JsonSchema = { type: 'string', pattern: DURATION_FORM.pattern.source };
const UNIT: JsonSchema = { type: 'string', enum: UNITS };
const INSTANT: JsonSchema = { type: 'string', pattern: '^\\s*\\d{4}-\\d{2}-\\d{2}' };

const EDGES = closed(
  {
    from: described(DURATION, 'So long ago it begins.', '14d'),
    to: described(DURATION, 'So long ago it ends.', '7d'),
  },
  ['from', 'to'],
);

const SEVERAL = closed(
  {
    count: described({ type: 'integer', minimum: 1, maximum: MOST_UNITS }, 'How many whole units.', 3),
    unit: described(UNIT, 'Of what.'),
  },
  ['count', 'unit'],
);

const WINDOW_SCHEMAS: Readonly<Record<Window['kind'], JsonSchema>> = {
  within: described(DURATION, 'In the last so long, up to now.', '30m', '7d'),
  older_than: described(DURATION, 'So long ago or longer.', '30d'),
  between: described(EDGES, 'Between two times ago.', { from: '14d', to: '7d' }),
  next: described(DURATION, 'In the coming so long.', '7d'),
  this: described(
    UNIT,
    'In this day, week, month, quarter or year so far, in the project’s time zone.',
    'month',
  ),
  previous: described(
    { anyOf: [UNIT, SEVERAL] },
    'In the whole unit before this one, or in several of them.',
    'month',
    { count: 3, unit: 'month' },
  ),
  after: described(INSTANT, 'At this date or instant, or later.', '2026-01-31', '2026-01-31T08:00:00Z'),
  before: described(INSTANT, 'Before this date or instant.', '2026-01-31', '2026-01-31T08:00:00Z'),
};

export function windowDefinitions(): Properties {
  return Object.fromEntries(WINDOWS.map((kind) => [`window_${kind}`, WINDOW_SCHEMAS[kind]]));
}

/** The windows as properties. */
export function windows(): Record<string, JsonSchema> {
  return each(WINDOWS, (kind) => ref(`window_${kind}`));
}

/** All that may test a value: operators and windows; `between` is either. */
export function tests(against: Against): Record<string, JsonSchema> {
  const either = [ref(`between_of_${against}`), ref('window_between')];
  return { ...windows(), ...operators(OPERATORS, against), between: { anyOf: either } };
}
