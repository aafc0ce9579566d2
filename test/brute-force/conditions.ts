/** Random conditions over the whole language. */
import type { Condition } from '../../src/segment/condition.ts';
import { ofSort } from './ground.ts';
import { randomRows } from './random-measured.ts';
import { randomPair } from './random-pair.ts';
import { randomSequence } from './random-sequence.ts';
import { randomTest, randomWindow } from './random-tests.ts';
import type { Setting } from './setting.ts';
import { PLACE, WILD } from './shop.ts';
import { SQL_CONDITIONS } from './spoken-sql.ts';

/** What a condition is asked to contain, whatever else it does. */
export type Wanted = 'sequence' | 'calendar' | 'compare' | 'outermost' | 'through' | 'sql';

/** A condition of at most `depth` further levels. */
export function randomCondition(setting: Setting, depth: number, wanted?: Wanted): Condition {
  if (depth > 0 && setting.dice.chance(0.6)) return randomTree(setting, depth, wanted);
  return wanted ? LEAVES[wanted](setting) : randomLeaf(setting);
}

function randomTree(setting: Setting, depth: number, wanted?: Wanted): Condition {
  const { dice } = setting;
  const kind = dice.pick(['all', 'any', 'not'] as const);
  const first = randomCondition(setting, depth - 1, wanted);
  if (kind === 'not') return { kind, of: first, place: PLACE };
  const more = Array.from({ length: dice.between(0, 2) }, () => randomCondition(setting, depth - 1));
  return { kind, of: [first, ...more], place: PLACE };
}

const USUAL = [
  ...(['rows', 'rows', 'rows', 'rows', 'rows', 'trait', 'trait', 'trait', 'share'] as const),
  ...(['segment', 'segment', 'compare', 'compare', 'sequence', 'sequence'] as const),
];

function randomLeaf(setting: Setting): Condition {
  const { dice, ground, segments } = setting;
  const kind = dice.chance(0.03) ? 'sql' : dice.pick(USUAL);
  switch (kind) {
    case 'trait':
      return randomTrait(setting);
    case 'share':
      return randomShare(setting);
    case 'rows':
      return randomRows(setting, ground.sources);
    case 'segment':
      if (segments.length === 0) return randomTrait(setting);
      return { kind, segment: dice.pick(segments), place: PLACE };
    default:
      return LEAVES[kind](setting);
  }
}

const LEAVES: Readonly<Record<Wanted, (setting: Setting) => Condition>> = {
  sequence: (setting) => randomSequence(setting, timed(setting)),
  calendar: randomCalendar,
  compare: randomPair,
  outermost: (setting) => randomRows(setting, timed(setting), ['first', 'last']),
  through: (setting) =>
    randomRows(
      setting,
      setting.ground.sources.filter(({ name }) => name === 'tickets'),
    ),
  sql: randomSql,
};

/** A date, rows or a sequence in a window of whole calendar units. */
function randomCalendar(setting: Setting): Condition {
  const { dice, ground } = setting;
  const window = randomWindow(setting, ['this', 'previous']);
  const kind = dice.pick(['trait', 'rows', 'rows', 'sequence'] as const);
  if (kind === 'rows') return { ...randomRows(setting, timed(setting)), window };
  if (kind === 'sequence') return { ...randomSequence(setting, timed(setting)), window };
  const trait = dice.pick(ofSort(ground.traits, 'time'));
  return { kind, trait, test: { op: 'window', window }, place: PLACE };
}

function randomTrait(setting: Setting): Condition {
  const { dice, ground } = setting;
  const trait = dice.pick(Object.keys(ground.traits).filter((name) => !WILD.includes(name)));
  return { kind: 'trait', trait, test: randomTest(setting, ground.traits[trait]!), place: PLACE };
}

function randomShare({ dice }: Setting): Condition {
  const percent = dice.pick(['0', '10', '33.3', '50', '90', '100']);
  return { kind: 'share', name: dice.pick(['holdout', "o'split"]), percent, place: PLACE };
}

/** Seldom one that is evaluated in full at every tick. */
function randomSql({ dice, ground }: Setting): Condition {
  const everyTick = dice.chance(0.1);
  const texts = SQL_CONDITIONS.filter(
    (text) => text.entity === ground.entity && text.everyTick === everyTick,
  );
  return { kind: 'sql', sql: dice.pick(texts).sql, place: PLACE };
}

function timed({ ground }: Setting): Setting['ground']['sources'] {
  return ground.sources.filter((source) => source.timed);
}
