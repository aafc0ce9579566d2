/** Random conditions over few values and few constants, so that many contradict themselves, and people at every edge. */
import * as fc from 'fast-check';
import { DAY, HOUR, type Instant, MINUTE, startOfUnit } from '../../../src/instant.ts';
import type {
  Comparison,
  Condition,
  Measure,
  RowCondition,
  Scalar,
  SequenceStep,
  Test,
  Window,
} from '../../../src/segment/condition.ts';
import type { Cell, Row, Tables } from '../../brute-force/tables.ts';

export const NOW: Instant = 1_774_663_200_000_000n;
const ZONE = 'Europe/Berlin';
const PLACE = { file: '', line: 1, column: 1 };

const NUMBERS = ['0', '1', '2', '2.5', '3'];
const TEXTS = ['', 'a', 'ab', 'b', 'ba'];
const DURATIONS = [HOUR, DAY, 7n * DAY, 30n * DAY];
const UNITS = ['day', 'week', 'month', 'quarter', 'year'] as const;
const FIXED = [NOW - 40n * DAY, NOW - 2n * DAY, NOW, NOW + DAY];

const number = fc.constantFrom(...NUMBERS).map((text): Scalar => ({ type: 'number', text }));
const text = fc.constantFrom(...TEXTS).map((each): Scalar => ({ type: 'text', text: each }));
const boolean = fc.boolean().map((value): Scalar => ({ type: 'boolean', value }));
const time = fc
  .constantFrom(...FIXED)
  .map((at): Scalar => ({ type: 'text', text: new Date(Number(at / 1000n)).toISOString() }));

function comparisons(
  scalar: fc.Arbitrary<Scalar>,
  ops: readonly ('eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte')[],
) {
  const values = fc.array(scalar, { minLength: 1, maxLength: 3 });
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ op: fc.constantFrom(...ops), value: scalar, place: fc.constant(PLACE) }),
    },
    fc.record({ op: fc.constantFrom('in' as const, 'not_in' as const), values, place: fc.constant(PLACE) }),
  ) as fc.Arbitrary<Comparison>;
}

const ORDER = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte'] as const;
const isNull = fc.boolean().map((value): Comparison => ({ op: 'is_null', value, place: PLACE }));
const between = fc
  .tuple(number, number)
  .map(([from, to]): Comparison => ({ op: 'between', from, to, place: PLACE }));
const parts = fc.record({
  op: fc.constantFrom('contains', 'starts_with', 'ends_with'),
  text: fc.constantFrom(...TEXTS),
  place: fc.constant(PLACE),
}) as fc.Arbitrary<Comparison>;

const window: fc.Arbitrary<Window> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('within', 'older_than', 'next'),
    duration: fc.constantFrom(...DURATIONS),
    place: fc.constant(PLACE),
  }),
  fc
    .uniqueArray(fc.constantFrom(...DURATIONS), { minLength: 2, maxLength: 2 })
    .map((ends) => ends.sort((a, b) => Number(b - a)))
    .map(([from, to]) => ({ kind: 'between', from: from!, to: to!, place: PLACE })),
  fc.record({ kind: fc.constant('this'), unit: fc.constantFrom(...UNITS), place: fc.constant(PLACE) }),
  fc.record({
    kind: fc.constant('previous'),
    count: fc.integer({ min: 1, max: 3 }),
    unit: fc.constantFrom(...UNITS),
    place: fc.constant(PLACE),
  }),
  fc.record({
    kind: fc.constantFrom('after', 'before'),
    instant: fc.constantFrom(...FIXED),
    place: fc.constant(PLACE),
  }),
) as fc.Arbitrary<Window>;
const inWindow = window.map((each): Test => ({ op: 'window', window: each }));

const ofNumber = fc.oneof(comparisons(number, ORDER), between);
const TESTS: Readonly<Record<string, fc.Arbitrary<Test>>> = {
  n: fc.oneof({ weight: 4, arbitrary: ofNumber }, isNull),
  m: fc.oneof({ weight: 4, arbitrary: ofNumber }, isNull),
  s: fc.oneof({ weight: 2, arbitrary: comparisons(text, ORDER) }, { weight: 2, arbitrary: parts }, isNull),
  b: fc.oneof(comparisons(boolean, ['eq', 'ne']), isNull),
  t: fc.oneof({ weight: 4, arbitrary: inWindow }, comparisons(time, ORDER), isNull),
  d: fc.oneof({ weight: 4, arbitrary: inWindow }, isNull),
};

const trait = (name: string): fc.Arbitrary<Condition> =>
  TESTS[name]!.map((test) => ({ kind: 'trait', trait: name, test, place: PLACE }));

const column = (name: string, test: fc.Arbitrary<Test>): fc.Arbitrary<RowCondition> =>
  test.map((each) => ({ kind: 'column', column: name, test: each, place: PLACE }));
const filter: fc.Arbitrary<RowCondition> = fc.letrec<{ filter: RowCondition }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 1 },
    {
      weight: 4,
      arbitrary: fc.oneof(column('price', ofNumber), column('label', TESTS.s!), column('due', inWindow)),
    },
    fc.record({
      kind: fc.constantFrom('all' as const, 'any' as const),
      of: fc.array(tie('filter'), { minLength: 2, maxLength: 2 }),
    }),
    tie('filter').map((of): RowCondition => ({ kind: 'not', of })),
  ),
})).filter;

const maybe = <K extends string, T>(key: K, value: fc.Arbitrary<T>): fc.Arbitrary<{ [key in K]?: T }> =>
  fc
    .option(value, { nil: undefined })
    .map((each) => (each === undefined ? {} : { [key]: each })) as fc.Arbitrary<{
    [key in K]?: T;
  }>;
const rowSet = fc
  .tuple(
    fc.constantFrom('viewed', 'viewed', 'carted', 'orders', 'closed'),
    maybe('window', window),
    fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, maybe('where', filter)),
  )
  .map(([source, within, where]) => ({ source, ...within, ...where, place: PLACE }));

const MEASURES: readonly fc.Arbitrary<{ measure: Measure; test: Comparison }>[] = [
  fc.record({ measure: fc.constant<Measure>({ fn: 'count' }), test: ofNumber as fc.Arbitrary<Comparison> }),
  fc.record({
    measure: fc.constantFrom<Measure>(
      { fn: 'sum', of: 'price' },
      { fn: 'distinct', of: 'label' },
      { fn: 'avg', of: 'price' },
      { fn: 'min', of: 'price' },
    ),
    test: ofNumber as fc.Arbitrary<Comparison>,
  }),
  fc.record({
    measure: fc.constantFrom<Measure>(
      { fn: 'max', of: 'label' },
      { fn: 'first', of: 'label' },
      { fn: 'last', of: 'label' },
    ),
    test: TESTS.s as fc.Arbitrary<Comparison>,
  }),
];
const ONCE = {
  measure: { fn: 'count' },
  test: { op: 'gte', value: { type: 'number', text: '1' }, place: PLACE },
} as const;
const asked = fc.oneof({ weight: 3, arbitrary: fc.constant(ONCE) }, ...MEASURES);
const rows: fc.Arbitrary<Condition> = fc
  .tuple(rowSet, asked)
  .map(([set, measured]) => ({ kind: 'rows', ...set, ...measured }));

/** Of the same rows, or of them in another window. */
const alikeRows: fc.Arbitrary<Condition[]> = rowSet.chain((set) =>
  fc.array(
    fc
      .tuple(asked, fc.option(maybe('window', window), { nil: undefined }), fc.boolean())
      .map(([measured, other, isNot]): Condition => {
        const { window: own, ...without } = set as { window?: Window } & typeof set;
        const of: Condition = { kind: 'rows', ...(other ? { ...without, ...other } : set), ...measured };
        return isNot ? { kind: 'not', of, place: PLACE } : of;
      }),
    { minLength: 2, maxLength: 3 },
  ),
);

const compare: fc.Arbitrary<Condition> = fc
  .record({
    sides: fc.shuffledSubarray(['n', 'm'], { minLength: 2 }),
    op: fc.constantFrom(...ORDER),
    times: maybe('times', fc.constantFrom('0.5', '2')),
  })
  .map(({ sides, op, times }) => ({
    ...{ kind: 'compare', op, ...times, place: PLACE },
    left: { kind: 'trait', trait: sides[0]!, place: PLACE },
    right: { kind: 'trait', trait: sides[1]!, place: PLACE },
  }));

const step = (kind: 'did' | 'not', name: 'within' | 'for', timed: boolean): fc.Arbitrary<SequenceStep> =>
  fc
    .tuple(
      fc.constantFrom('viewed', 'carted'),
      timed ? maybe(name, fc.constantFrom(...DURATIONS)) : fc.constant({}),
    )
    .map(([source, length]) => ({ kind, source, ...length, place: PLACE }) as SequenceStep);
const sequence: fc.Arbitrary<Condition> = fc
  .tuple(
    step('did', 'within', false),
    fc.array(step('did', 'within', true), { maxLength: 2 }),
    fc.option(step('not', 'for', true), { nil: undefined }),
    maybe('window', window),
  )
  .map(([first, more, last, within]) => ({
    kind: 'sequence',
    steps: [first, ...more, ...(last ? [last] : [])],
    ...within,
    place: PLACE,
  }));
const share: fc.Arbitrary<Condition> = fc
  .constantFrom('0', '10', '50', '100')
  .map((percent) => ({ kind: 'share', name: 'split', percent, place: PLACE }));

const leaf = fc.oneof(
  ...Object.keys(TESTS).map(trait),
  { weight: 5, arbitrary: rows },
  compare,
  sequence,
  share,
);

/** Groups, mostly of conditions on the same thing. */
export const condition: fc.Arbitrary<Condition> = fc.letrec<{ tree: Condition }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    {
      weight: 3,
      arbitrary: fc
        .record({ kind: fc.constantFrom('all' as const, 'any' as const), of: pairOf(tie('tree')) })
        .map((group): Condition => ({ ...group, place: PLACE })),
    },
    { weight: 2, arbitrary: tie('tree').map((of): Condition => ({ kind: 'not', of, place: PLACE })) },
  ),
})).tree;

function pairOf(tree: fc.Arbitrary<Condition>): fc.Arbitrary<Condition[]> {
  const alike = Object.keys(TESTS)
    .map(trait)
    .map((each) =>
      fc.array(
        fc.oneof(
          each,
          each.map((of): Condition => ({ kind: 'not', of, place: PLACE })),
        ),
        {
          minLength: 2,
          maxLength: 3,
        },
      ),
    );
  return fc.oneof(
    fc.array(tree, { minLength: 2, maxLength: 3 }),
    ...alike,
    ...[1, 2, 3].map(() => alikeRows),
  );
}

const EDGES: readonly Instant[] = [
  ...[0n, ...DURATIONS, ...DURATIONS.map((each) => -each)].map((offset) => NOW + offset),
  ...FIXED,
  ...UNITS.flatMap((unit) => [-1, 0, 1, 2, 3, 4].map((back) => startOfUnit(NOW, unit, back, ZONE))),
].flatMap((edge) => [edge - 1n, edge, edge + 1n, edge + 13n * MINUTE]);

const cell = {
  number: fc.constantFrom<Cell>(null, '-1', '0', '0.5', '1', '1.5', '2', '2.25', '2.5', '2.75', '3', '4'),
  text: fc.constantFrom<Cell>(null, '', 'a', 'aa', 'ab', 'abb', 'b', 'ba', 'bab', 'c', 'x'),
  boolean: fc.constantFrom<Cell>(null, true, false),
  time: fc.oneof({ weight: 9, arbitrary: fc.constantFrom<Cell>(...EDGES) }, fc.constant<Cell>(null)),
  date: fc.constantFrom<Cell>(
    null,
    '2026-03-28',
    '2026-03-27',
    '2026-03-21',
    '2026-02-28',
    '2025-12-31',
    '2026-04-02',
  ),
};

const COLUMNS = {
  customers: { id: 'text', n: 'decimal', m: 'decimal', s: 'text', b: 'boolean', t: 'instant', d: 'date' },
  events: { id: 'text', name: 'text', at: 'instant', price: 'decimal', label: 'text', due: 'instant' },
  orders: { id: 'text', status: 'text', at: 'instant', price: 'decimal', label: 'text', due: 'instant' },
} as const;

const person: fc.Arbitrary<Row> = fc.record({
  ...{ n: cell.number, m: cell.number, s: cell.text, b: cell.boolean, t: cell.time, d: cell.date },
});
const happened = { at: cell.time, price: cell.number, label: cell.text, due: cell.time };
const event: fc.Arbitrary<Row> = fc.record({
  name: fc.constantFrom<Cell>('viewed', 'viewed', 'carted'),
  ...happened,
});
const order: fc.Arbitrary<Row> = fc.record({ status: fc.constantFrom<Cell>('closed', 'open'), ...happened });

/** The tables of many people. */
export const people: fc.Arbitrary<Tables> = fc
  .array(
    fc.record({
      person,
      events: fc.array(event, { maxLength: 4 }),
      orders: fc.array(order, { maxLength: 3 }),
    }),
    {
      minLength: 150,
      maxLength: 150,
    },
  )
  .map((all) => {
    const owned = (rowsOf: (one: (typeof all)[number]) => readonly Row[]): Row[] =>
      all.flatMap((one, id) => rowsOf(one).map((row) => ({ ...row, id: String(id) })));
    return new Map([
      ['shop.customers', { columns: COLUMNS.customers, rows: owned((one) => [one.person]) }],
      ['shop.events', { columns: COLUMNS.events, rows: owned(({ events }) => events) }],
      ['shop.orders', { columns: COLUMNS.orders, rows: owned(({ orders }) => orders) }],
    ]);
  });
