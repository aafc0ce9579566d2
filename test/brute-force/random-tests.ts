/** Random tests of one value: comparisons, windows, and filters made of them. */
import { DAY, dayOf, HOUR, MINUTE, startOfDay } from '../../src/instant.ts';
import type { Comparison, RowCondition, Scalar, Test, Window } from '../../src/segment/condition.ts';
import type { Dice } from './dice.ts';
import { UNITS } from './moments.ts';
import type { Setting } from './setting.ts';
import { type Columns, PLACE, WILD } from './shop.ts';
import type { ColumnType } from './tables.ts';
import { NUMBERS, TEXTS } from './values.ts';

const WINDOWS = [
  'within',
  'within',
  'older_than',
  'between',
  'next',
  'after',
  'before',
  'this',
  'previous',
] as const;

/** Any window, or one of some kinds; `after` and `before` at an instant or at a day's first one. */
export function randomWindow(setting: Setting, kinds: readonly Window['kind'][] = WINDOWS): Window {
  const { dice, durations } = setting;
  const kind = dice.pick(kinds);
  switch (kind) {
    case 'between': {
      const [to, from] = dice.some(durations, 2).sort((a, b) => Number(a - b));
      return { kind, from: from!, to: to!, place: PLACE };
    }
    case 'this':
      return { kind, unit: dice.pick(UNITS), place: PLACE };
    case 'previous':
      return { kind, count: dice.pick([1, 1, 2, 3]), unit: dice.pick(UNITS), place: PLACE };
    case 'after':
    case 'before':
      return { kind, instant: fixedInstant(setting), place: PLACE };
    default:
      return { kind, duration: dice.pick(durations), place: PLACE };
  }
}

function fixedInstant({ dice, middle, timezone }: Setting): bigint {
  const instant = middle + dice.pick([-20n * DAY, -DAY, -HOUR, MINUTE, DAY]);
  return dice.chance(0.5) ? instant : startOfDay(dayOf(instant, timezone), timezone);
}

/** A filter of at most `depth` further levels over a source's columns. */
export function randomFilter(setting: Setting, columns: Columns, depth: number): RowCondition {
  const { dice } = setting;
  if (depth > 0 && dice.chance(0.35)) {
    const kind = dice.pick(['all', 'any', 'not'] as const);
    if (kind === 'not') return { kind, of: randomFilter(setting, columns, depth - 1) };
    return { kind, of: [0, 1].map(() => randomFilter(setting, columns, depth - 1)) };
  }
  const column = dice.pick(Object.keys(columns).filter((name) => !WILD.includes(name)));
  return { kind: 'column', column, test: randomTest(setting, columns[column]!), place: PLACE };
}

export function randomTest(setting: Setting, type: ColumnType): Test {
  const { dice } = setting;
  const temporal = type === 'date' || type === 'instant' || type === 'timestamp';
  if (!temporal && dice.chance(0.92)) return randomComparison(dice, type);
  if (temporal && dice.chance(0.85)) return { op: 'window', window: randomWindow(setting) };
  return { op: 'is_null', value: dice.chance(0.5), place: PLACE };
}

/** With constants of a type, or with numbers of a pool. */
export function randomComparison(dice: Dice, type: ColumnType, pool?: readonly string[]): Comparison {
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
