/** Random measures of a source's rows, alone against a constant or as one side of a comparison. */
import type { Comparison, Condition, Measure, Measured } from '../../src/segment/condition.ts';
import { type GroundSource, ofSort, type Sort } from './ground.ts';
import { randomComparison, randomFilter, randomWindow } from './random-tests.ts';
import type { Setting } from './setting.ts';
import { PLACE, WILD } from './shop.ts';

type Fn = Measure['fn'];
type RowsCondition = Extract<Condition, { kind: 'rows' }>;

const COUNTED = ['0', '1', '1', '2', '3'] as const;

/** By the sort of what they yield. */
const FUNCTIONS: Readonly<Record<Sort, readonly Fn[]>> = {
  number: ['count', 'count', 'count', 'sum', 'sum', 'avg', 'min', 'max', 'distinct', 'first', 'last'],
  text: ['min', 'max', 'first', 'last'],
  boolean: ['first', 'last'],
  time: ['min', 'max', 'first', 'last'],
};

/** `did` or `has` of one of the sources; the measure is of one of the functions, where they are said. */
export function randomRows(
  setting: Setting,
  sources: readonly GroundSource[],
  functions?: readonly Fn[],
): RowsCondition {
  const { dice } = setting;
  const source = dice.pick(sources);
  const sort = dice.pick(['number', 'number', 'number', 'number', 'text', 'boolean'] as const);
  const measure = randomMeasure(dice, source, sort, functions) ?? { fn: 'count' };
  return { kind: 'rows', ...measured(setting, source, measure), test: randomTestOf(dice, source, measure) };
}

/** A measure of one of the sources that yields a sort of value; undefined where the one drawn has none. */
export function randomMeasured(
  setting: Setting,
  sources: readonly GroundSource[],
  sort: Sort,
): Measured | undefined {
  const source = setting.dice.pick(sources);
  const measure = randomMeasure(setting.dice, source, sort);
  return measure && measured(setting, source, measure);
}

/** Which rows of a source count: a filter and a window, or neither. */
export function randomSelection(setting: Setting, source: GroundSource): Pick<Measured, 'where' | 'window'> {
  const { dice } = setting;
  return {
    ...(dice.chance(0.35) ? { where: randomFilter(setting, source.columns, 1) } : {}),
    ...(source.timed && dice.chance(0.65) ? { window: randomWindow(setting) } : {}),
  };
}

function measured(setting: Setting, source: GroundSource, measure: Measure): Measured {
  return { source: source.name, ...randomSelection(setting, source), measure, place: PLACE };
}

function randomMeasure(
  dice: Setting['dice'],
  source: GroundSource,
  sort: Sort,
  functions: readonly Fn[] = FUNCTIONS[sort],
): Measure | undefined {
  const fn = dice.pick(functions.filter((each) => source.timed || (each !== 'first' && each !== 'last')));
  if (fn === undefined || fn === 'count') return fn && { fn };
  const columns = columnsFor(source, sort, fn);
  return columns.length > 0 ? { fn, of: dice.pick(columns) } : undefined;
}

function columnsFor({ columns }: GroundSource, sort: Sort, fn: Fn): string[] {
  const tame = (names: readonly string[]): string[] =>
    names.filter((name) => !WILD.includes(name) && name !== 'version');
  if (fn === 'distinct') return tame(Object.keys(columns));
  return fn === 'sum' || fn === 'avg' ? ofSort(columns, 'number') : tame(ofSort(columns, sort));
}

function randomTestOf(dice: Setting['dice'], source: GroundSource, measure: Measure): Comparison {
  if (measure.fn === 'count' || measure.fn === 'distinct') return randomComparison(dice, 'integer', COUNTED);
  if (measure.fn !== 'sum' && dice.chance(0.05)) {
    return { op: 'is_null', value: dice.chance(0.5), place: PLACE };
  }
  return randomComparison(dice, source.columns[measure.of]!);
}
