/** Conditions, one form for each key that opens one: a new one without a schema here does not compile. */
import { OPERATORS, TESTS } from '../comparison.ts';
import { HEADS, type Head } from '../condition-scope.ts';
import { MEASURES } from '../measure.ts';
import { MOST_STEPS } from '../sequence.ts';
import { PERCENT_FORM } from '../values.ts';
import { WINDOWS } from '../window.ts';
import { DURATION, operatorDefinitions, tests, windowDefinitions, windows } from './comparisons.ts';
import {
  atMostOne,
  closed,
  described,
  exactlyOne,
  type JsonSchema,
  type Properties,
  ref,
  TEXT,
} from './json-schema.ts';
import { measureDefinitions, measureOperators, measures } from './measures.ts';

/** The definitions that `where:` of a segment needs. */
export function conditionDefinitions(): Properties {
  const forms = HEADS.map((head) => [`condition_${head}`, form(head)] as const);
  return {
    condition: { type: 'object', anyOf: forms.map(([name]) => ref(name)) },
    ...Object.fromEntries(forms),
    step: stepSchema(),
    ...operatorDefinitions(),
    ...windowDefinitions(),
    ...measureDefinitions(),
  };
}

interface Form {
  readonly value: JsonSchema;
  readonly description: string;
  readonly example: unknown;
  /** What else stands beside the key, and how much of it. */
  readonly beside?: Properties;
  readonly rules?: readonly JsonSchema[];
}

function form(head: Head): JsonSchema {
  const { value, description, example, beside = {}, rules } = FORMS[head];
  const properties = { [head]: described(value, description, example), ...beside };
  return { ...closed(properties, [head]), ...(rules ? { allOf: rules } : {}) };
}

const CONDITIONS: JsonSchema = { type: 'array', items: ref('condition'), minItems: 1 };

function rowsForm(description: string): Form {
  return {
    value: TEXT,
    description,
    example: 'orders',
    beside: {
      where: described(ref('filter'), 'Only these rows.', { status: 'paid' }),
      ...windows(),
      ...measures(),
    },
    rules: [atMostOne(WINDOWS), atMostOne(MEASURES)],
  };
}

const SHARE = closed(
  {
    of: described(TEXT, 'A name: those who share it share the split.', 'advertising'),
    below: described(
      { type: 'string', pattern: PERCENT_FORM.pattern.source },
      'How large the share is, from `0%` to `100%`.',
      '10%',
    ),
  },
  ['of', 'below'],
);

/** The first step is a row; the rest may forbid one, too. */
const STEPS: JsonSchema = {
  type: 'array',
  items: [ref('step_did')],
  additionalItems: ref('step'),
  minItems: 1,
  maxItems: MOST_STEPS,
};

const FORMS: Readonly<Record<Head, Form>> = {
  all: {
    value: CONDITIONS,
    description: 'All of these hold.',
    example: [{ trait: 'email_opt_in', eq: true }, { did: 'orders' }],
  },
  any: {
    value: CONDITIONS,
    description: 'At least one of these holds.',
    example: [
      { trait: 'country', eq: 'DE' },
      { trait: 'country', eq: 'AT' },
    ],
  },
  not: {
    value: ref('condition'),
    description: 'This does not hold: everybody else, unknown values among them.',
    example: { segment: 'recent_buyers' },
  },
  trait: {
    value: TEXT,
    description: 'A value of the entity’s own, with one operator or window beside it.',
    example: 'lifetime_value',
    beside: tests('values'),
    rules: [exactlyOne(TESTS)],
  },
  did: rowsForm('There are rows of this source; optionally filtered, in a window, and measured.'),
  did_not: rowsForm('There are no such rows: exactly `not` around `did`.'),
  has: rowsForm('There are related rows of this source.'),
  has_no: rowsForm('There are no such related rows.'),
  measure: {
    value: ref('measured'),
    description: 'A measure of rows, with one operator beside it.',
    example: { did: 'sessions', within: '7d' },
    beside: measureOperators(),
    rules: [exactlyOne(OPERATORS)],
  },
  sequence: {
    value: STEPS,
    description: 'Rows in this order, each strictly later than the one before.',
    example: [{ did: 'added_to_cart' }, { not: { did: 'order_completed' } }],
    beside: windows(),
    rules: [atMostOne(WINDOWS)],
  },
  segment: {
    value: TEXT,
    description: 'That segment’s condition holds.',
    example: 'recent_buyers',
  },
  sql: {
    value: TEXT,
    description:
      'A boolean SQL expression over the entity’s row, alias `entity`; `:T` is the tick’s instant.',
    example: "entity.country = 'DE'",
  },
  share: {
    value: SHARE,
    description: 'A fixed share of all keys, the same on every warehouse: holdouts and splits.',
    example: { of: 'advertising', below: '10%' },
  },
};

const STEP_ROWS: Properties = {
  did: described(TEXT, 'A source of the entity.', 'added_to_cart'),
  where: described(ref('filter'), 'Only these rows.', { status: 'paid' }),
};

/** A step that is a row. */
export function didStepSchema(): JsonSchema {
  const within = described(DURATION, 'At most so long after the `did` step before.', '30m');
  return closed({ ...STEP_ROWS, within }, ['did']);
}

function stepSchema(): JsonSchema {
  const forbidden = closed(
    {
      not: described(closed(STEP_ROWS, ['did']), 'No such row in between; as the last step, none later.', {
        did: 'order_completed',
      }),
      for: described(DURATION, 'Last step only: none in so long a time, and the time is over.', '30m'),
    },
    ['not'],
  );
  return { type: 'object', anyOf: [ref('step_did'), forbidden] };
}
