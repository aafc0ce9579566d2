/** Random conditions over the whole language. */
import { DAY, type Duration, dayOf, HOUR, type Instant, MINUTE, startOfDay } from '../../src/instant.ts';
import type {
  Comparison,
  Condition,
  RowCondition,
  Scalar,
  Test,
  Window,
} from '../../src/segment/condition.ts';
import type { Dice } from './dice.ts';
import { type Columns, EVENTS, PLACE, type Shop, SUMMED_ONLY } from './shop.ts';
import type { ColumnType } from './tables.ts';
import { NUMBERS, TEXTS } from './values.ts';

export interface Setting {
  readonly dice: Dice;
  readonly shop: Shop;
  /** The lengths that windows are made of; rows are put on the edges that they make. */
  readonly durations: readonly Duration[];
  /** About the middle of the history. */
  readonly middle: Instant;
  /** Segments that may be referred to. */
  readonly segments: readonly string[];
}

/** A condition of at most `depth` further levels. */
export function randomCondition(setting: Setting, depth: number): Condition {
  const { dice } = setting;
  if (depth > 0 && dice.chance(0.6)) return randomTree(setting, depth);
  const kind = dice.pick(['rows', 'rows', 'rows', 'trait', 'trait', 'share', 'segment'] as const);
  if (kind === 'trait') return randomTrait(setting);
  if (kind === 'share') {
    const percent = dice.pick(['0', '10', '33.3', '50', '90', '100']);
    return { kind, name: dice.pick(['holdout', "o'split"]), percent, place: PLACE };
  }
  if (kind === 'segment' && setting.segments.length > 0) {
    return { kind, segment: dice.pick(setting.segments), place: PLACE };
  }
  return randomRows(setting);
}

function randomTree(setting: Setting, depth: number): Condition {
  const { dice } = setting;
  const kind = dice.pick(['all', 'any', 'not'] as const);
  if (kind === 'not') return { kind, of: randomCondition(setting, depth - 1), place: PLACE };
  const of = Array.from({ length: dice.between(1, 3) }, () => randomCondition(setting, depth - 1));
  return { kind, of, place: PLACE };
}

function randomTrait(setting: Setting): Condition {
  const { dice, shop } = setting;
  const { customer_id: _, row_id: __, updated_at: ___, ...own } = shop.columns.customers;
  const joined = { churn: 'float', churn_label: 'text', scored_on: 'date' } as const;
  const traits: Columns = { ...own, ...joined };
  const trait = dice.pick(Object.keys(traits));
  return { kind: 'trait', trait, test: randomTest(setting, traits[trait]!), place: PLACE };
}

function randomRows(setting: Setting): Condition {
  const { dice, shop } = setting;
  const source = dice.pick([...EVENTS, ...EVENTS, 'refunds', 'subscriptions', 'visits']);
  const table = EVENTS.includes(source) ? 'events' : (source as 'refunds' | 'subscriptions' | 'visits');
  const { customer_id: _, row_id: __, ...columns } = shop.columns[table];
  const window = table !== 'subscriptions' && dice.chance(0.65) ? { window: randomWindow(setting) } : {};
  const where = dice.chance(0.35) ? { where: randomFilter(setting, columns, 1) } : {};
  return { kind: 'rows', source, ...where, ...window, ...randomMeasure(setting, columns), place: PLACE };
}

function randomMeasure(
  setting: Setting,
  columns: Columns,
): Pick<Extract<Condition, { kind: 'rows' }>, 'measure' | 'test'> {
  const { dice } = setting;
  const ofType = (...types: ColumnType[]): string[] =>
    Object.keys(columns).filter((column) => types.includes(columns[column]!) && column !== SUMMED_ONLY);
  const fn = dice.pick(['count', 'count', 'sum', 'avg', 'min', 'max', 'distinct'] as const);
  const counted = ['0', '1', '1', '2', '3'] as const;
  if (fn === 'count') return { measure: { fn }, test: randomComparison(dice, 'integer', counted) };
  if (fn === 'distinct') {
    const of = dice.pick(ofType('integer', 'decimal', 'float', 'text', 'date', 'boolean'));
    return { measure: { fn, of }, test: randomComparison(dice, 'integer', counted) };
  }
  const numeric = ofType('integer', 'decimal', 'float').filter((column) => column !== 'version');
  const summed = SUMMED_ONLY in columns ? [...numeric, SUMMED_ONLY] : numeric;
  const of = dice.pick(fn === 'min' || fn === 'max' ? [...numeric, ...ofType('text')] : summed);
  const type = columns[of]!;
  return { measure: { fn, of }, test: randomComparison(dice, type) };
}

function randomFilter(setting: Setting, columns: Columns, depth: number): RowCondition {
  const { dice } = setting;
  if (depth > 0 && dice.chance(0.35)) {
    const kind = dice.pick(['all', 'any', 'not'] as const);
    if (kind === 'not') return { kind, of: randomFilter(setting, columns, depth - 1) };
    return { kind, of: [0, 1].map(() => randomFilter(setting, columns, depth - 1)) };
  }
  const column = dice.pick(Object.keys(columns).filter((name) => name !== SUMMED_ONLY));
  return { kind: 'column', column, test: randomTest(setting, columns[column]!), place: PLACE };
}

function randomTest(setting: Setting, type: ColumnType): Test {
  const { dice } = setting;
  const temporal = type === 'date' || type === 'instant' || type === 'timestamp';
  if (!temporal && dice.chance(0.92)) return randomComparison(dice, type);
  if (temporal && dice.chance(0.85)) return { op: 'window', window: randomWindow(setting) };
  return { op: 'is_null', value: dice.chance(0.5), place: PLACE };
}

function randomComparison(dice: Dice, type: ColumnType, pool?: readonly string[]): Comparison {
  const scalar = (): Scalar => randomScalar(dice, type, pool);
  if (type === 'boolean') return { op: dice.pick(['eq', 'ne'] as const), value: scalar(), place: PLACE };
  if (type === 'text' && dice.chance(0.3)) {
    const text = dice.pick(['p', 'r', "'", '\\', '%', '_', '\u{1f600}', '', 'x', 'o']);
    return { op: dice.pick(['contains', 'starts_with', 'ends_with'] as const), text, place: PLACE };
  }
  if (dice.chance(0.15)) {
    return { op: dice.pick(['in', 'not_in'] as const), values: [scalar(), scalar()], place: PLACE };
  }
  if (dice.chance(0.1)) return { op: 'between', from: scalar(), to: scalar(), place: PLACE };
  return {
    op: dice.pick(['eq', 'ne', 'gt', 'gte', 'gte', 'lt', 'lte'] as const),
    value: scalar(),
    place: PLACE,
  };
}

function randomScalar(dice: Dice, type: ColumnType, pool?: readonly string[]): Scalar {
  if (type === 'boolean') return { type: 'boolean', value: dice.chance(0.5) };
  if (type === 'text') return { type: 'text', text: dice.pick(dice.chance(0.6) ? TEXTS.slice(0, 6) : TEXTS) };
  const numbers = pool ?? NUMBERS[type === 'decimal' || type === 'float' ? type : 'integer'];
  return { type: 'number', text: dice.chance(0.1) ? '2.5' : dice.pick(numbers) };
}

/** Any window; `after` and `before` at an instant or at a day's first one. */
export function randomWindow({ dice, durations, middle, shop }: Setting): Window {
  const kind = dice.pick(['within', 'within', 'older_than', 'between', 'next', 'after', 'before'] as const);
  const duration = dice.pick(durations);
  if (kind === 'between') {
    const [to, from] = dice.some(durations, 2).sort((a, b) => Number(a - b));
    return { kind, from: from!, to: to!, place: PLACE };
  }
  if (kind !== 'after' && kind !== 'before') return { kind, duration, place: PLACE };
  const instant = middle + dice.pick([-20n * DAY, -DAY, -HOUR, MINUTE, DAY]);
  const day = startOfDay(dayOf(instant, shop.timezone), shop.timezone);
  return { kind, instant: dice.chance(0.5) ? instant : day, place: PLACE };
}
