/** Unit tests of segments, beside them or in files of their own. */
import { SCALAR } from './comparisons.ts';
import { closed, described, type JsonSchema, type Properties, ref, TEXT } from './json-schema.ts';

const ROW = { customer_id: 'ada', loyalty_points: 750 };
const INSTANT = '2026-01-31T10:00:00Z';

/** A file whose name ends in `_test.yaml`. */
export function testFileSchema(): JsonSchema {
  const properties = {
    segment: described(TEXT, 'The segment that is tested: the name of a file in `segments/`.', 'gold_tier'),
    tests: described(ref('tests'), 'Its tests, in any order.', [EXAMPLE]),
  };
  return closed(properties, ['segment', 'tests']);
}

const EXAMPLE = {
  name: '750 points are enough',
  at: INSTANT,
  given: { customer: [ROW] },
  expect: { members: ['ada'] },
};

/** The definitions that `tests:` needs. */
export function testDefinitions(): Properties {
  return {
    tests: { type: 'array', items: ref('test') },
    test: testSchema(),
    test_step: stepSchema(),
    test_expect: expectSchema(),
    test_rows: byTable({ type: 'array', items: ref('test_row') }),
    test_row: { type: 'object', additionalProperties: CELL },
    test_update: updateSchema(),
    test_keys: { type: 'array', items: { type: ['string', 'number'] } },
  };
}

const CELL: JsonSchema = { anyOf: [SCALAR, { type: 'null' }] };

const TYPE: JsonSchema = {
  enum: ['text', 'integer', 'decimal', 'float', 'boolean', 'instant', 'timestamp', 'date'],
};

function byTable(of: JsonSchema): JsonSchema {
  return { type: 'object', additionalProperties: of };
}

function testSchema(): JsonSchema {
  const properties = {
    name: described(TEXT, 'What it shows, for people.', EXAMPLE.name),
    at: described(TEXT, 'The instant at which the segment is evaluated.', INSTANT),
    given: described(ref('test_rows'), 'The rows of each table, by the names of the project.', EXAMPLE.given),
    expect: described(ref('test_expect'), 'Who is in the segment then.', EXAMPLE.expect),
    story: described({ type: 'array', items: ref('test_step'), minItems: 1 }, 'What happens, step by step.', [
      { at: INSTANT, insert: EXAMPLE.given, expect: { enter: ['ada'] } },
      { after: '30m', expect: { exit: ['ada'] } },
    ]),
    types: described(byTable(byTable(TYPE)), 'Types of columns, where rows and conditions do not say them.', {
      customer: { loyalty_points: 'decimal' },
    }),
  };
  const oneOf = [{ required: ['at', 'expect'] }, { required: ['story'] }];
  return { ...closed(properties, ['name']), oneOf };
}

function stepSchema(): JsonSchema {
  const updates: JsonSchema = byTable({ type: 'array', items: ref('test_update') });
  return closed({
    at: described(TEXT, 'The instant of this step.', INSTANT),
    after: described(TEXT, 'Instead of `at`: so long after the step before.', '30m'),
    insert: described(ref('test_rows'), 'Rows that arrive.', EXAMPLE.given),
    update: described(updates, 'Rows that change.', {
      customer: [{ where: { customer_id: 'ada' }, set: { loyalty_points: 10 } }],
    }),
    delete: described(ref('test_rows'), 'Rows that go: all that have these values.', {
      customer: [{ customer_id: 'ada' }],
    }),
    expect: described(ref('test_expect'), 'Who is in the segment then.', { members: ['ada'] }),
  });
}

function updateSchema(): JsonSchema {
  const properties = {
    where: described(ref('test_row'), 'The values that tell which rows.', { customer_id: 'ada' }),
    set: described(ref('test_row'), 'The values that they get.', { loyalty_points: 10 }),
  };
  return closed(properties, ['where', 'set']);
}

function expectSchema(): JsonSchema {
  const keys = (description: string): JsonSchema => described(ref('test_keys'), description, ['ada']);
  const properties = {
    members: keys('These are members, and nobody else.'),
    in: keys('These are members.'),
    out: keys('These are not.'),
    enter: keys('These entered since the step before, and nobody else.'),
    exit: keys('These left since the step before, and nobody else.'),
  };
  return { ...closed(properties), minProperties: 1 };
}
