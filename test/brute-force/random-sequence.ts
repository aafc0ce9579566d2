/** Random sequences. */
import type { Condition, SequenceStep } from '../../src/segment/condition.ts';
import type { GroundSource } from './ground.ts';
import { randomFilter, randomWindow } from './random-tests.ts';
import type { Setting } from './setting.ts';
import { PLACE } from './shop.ts';

type Sequence = Extract<Condition, { kind: 'sequence' }>;

/** Two to four `did` steps, or one and a `not`, of sources that have times. */
export function randomSequence(setting: Setting, sources: readonly GroundSource[]): Sequence {
  const { dice } = setting;
  const further = dice.pick([0, 1, 1, 1, 2, 2, 3]);
  const endsQuietly = further === 0 || dice.chance(0.4);
  return {
    kind: 'sequence',
    steps: [
      { kind: 'did', ...randomOccurrence(setting, sources), place: PLACE },
      ...Array.from({ length: further }, () => randomSteps(setting, sources)).flat(),
      ...(endsQuietly ? [randomEnd(setting, sources)] : []),
    ],
    ...(dice.chance(0.5) ? { window: randomWindow(setting) } : {}),
    place: PLACE,
  };
}

/** A `did` that follows another, perhaps with a `not` between the two. */
function randomSteps(setting: Setting, sources: readonly GroundSource[]): SequenceStep[] {
  const { dice, durations } = setting;
  const not = { kind: 'not', ...randomOccurrence(setting, sources), place: PLACE } as const;
  const within = dice.chance(0.5) ? { within: dice.pick(durations) } : {};
  const did = { kind: 'did', ...randomOccurrence(setting, sources), ...within, place: PLACE } as const;
  return dice.chance(0.4) ? [not, did] : [did];
}

function randomEnd(setting: Setting, sources: readonly GroundSource[]): SequenceStep {
  const { dice, durations } = setting;
  const quietFor = dice.chance(0.5) ? { for: dice.pick(durations) } : {};
  return { kind: 'not', ...randomOccurrence(setting, sources), ...quietFor, place: PLACE };
}

function randomOccurrence(
  setting: Setting,
  sources: readonly GroundSource[],
): Pick<SequenceStep, 'source' | 'where'> {
  const { dice } = setting;
  const source = dice.pick(sources);
  const where = dice.chance(0.25) ? { where: randomFilter(setting, source.columns, 1) } : {};
  return { source: source.name, ...where };
}
