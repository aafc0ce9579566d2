/** Stable edges, the slow way: one key after the other, from one tick to the next. Written from the documentation alone. */
import type { Segment } from '../../src/config/project.ts';
import type { Instant } from '../../src/instant.ts';
import { SECOND } from '../../src/instant.ts';
import { Dice } from './dice.ts';
import type { Play } from './play.ts';

/** Who is in a segment, as its ticks go by. */
export class Damped {
  readonly #segment: Pick<Segment, 'settle' | 'stayAtLeast'>;
  /** When each member entered. */
  readonly #entered = new Map<string, Instant>();
  /** At which tick the condition was seen to hold first, for those who are no members yet. */
  readonly #seen = new Map<string, Instant>();
  #isFirst = true;
  /** How often a tick let somebody wait, to enter or to leave. */
  waits = 0;

  constructor(segment: Pick<Segment, 'settle' | 'stayAtLeast'>) {
    this.#segment = segment;
  }

  /** The members after a tick at `now`, at which the condition holds for `verdict` of all keys that there are. */
  at(verdict: ReadonlySet<string>, now: Instant, all: ReadonlySet<string>): Set<string> {
    for (const [key, entered] of [...this.#entered]) {
      if (verdict.has(key)) continue;
      const isOver = now - entered >= (this.#segment.stayAtLeast ?? 0n);
      if (isOver || !all.has(key)) this.#entered.delete(key);
      else this.waits += 1;
    }
    for (const key of [...this.#seen.keys()]) if (!verdict.has(key)) this.#seen.delete(key);
    for (const key of verdict) {
      if (this.#entered.has(key)) continue;
      const since = this.#seen.get(key) ?? now;
      if (this.#isFirst || now - since >= (this.#segment.settle ?? 0n)) {
        this.#seen.delete(key);
        this.#entered.set(key, now);
      } else {
        this.#seen.set(key, since);
        this.waits += 1;
      }
    }
    this.#isFirst = false;
    return new Set(this.#entered.keys());
  }
}

/** The same play, with some of its segments damped by about as much as passes between a few ticks, and full ticks. */
export function damped(play: Play, { share = 0.3, full = 0 } = {}): Play {
  const dice = new Dice(play.seed + 1);
  const ticks = play.steps.map(({ now }) => now);
  const duration = (): bigint => {
    const from = dice.between(0, ticks.length - 2);
    const to = Math.min(ticks.length - 1, from + dice.between(1, 3));
    const seconds = (ticks[to]! - ticks[from]!) / SECOND;
    return (seconds > 0n ? seconds : 1n) * SECOND;
  };
  const segments = [...play.segments].map(([name, segment]): [string, Segment] => {
    // What others refer to is the query's members: those are not damped.
    if (segment.where.kind === 'query' || !dice.chance(share)) return [name, segment];
    const which = dice.pick(['enter', 'exit', 'both']);
    const settle = which === 'exit' ? {} : { settle: duration() };
    const stay = which === 'enter' ? {} : { stayAtLeast: duration() };
    return [name, { ...segment, ...settle, ...stay }];
  });
  const steps = play.steps.map((step, index) =>
    index > 0 && dice.chance(full) ? { ...step, full: true as const } : step,
  );
  return { ...play, segments: new Map(segments), steps };
}
