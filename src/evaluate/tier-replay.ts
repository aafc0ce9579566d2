/**
 * What a tier would have made of a segment's past: arithmetic on the truth. A tick sees the verdict at its slot, and the
 * audience stays as it saw it until the next: so changes show late, and what came and went between two slots never does.
 */
import type { Duration, Instant } from '../instant.ts';
import type { Slots } from './slots.ts';

/** The verdict of a key from an instant on, until the key's next moment. */
export interface Moment {
  readonly at: Instant;
  readonly holds: boolean;
}

/** Changes of one kind that were seen, and how long after they happened. */
export interface Late {
  count: number;
  total: Duration;
  longest: Duration;
}

export class TierReplay {
  readonly enters: Late = { count: 0, total: 0n, longest: 0n };
  readonly exits: Late = { count: 0, total: 0n, longest: 0n };
  /** Time for which members were not yet in, and for which those who had left still were. */
  missing: Duration = 0n;
  lingering: Duration = 0n;
  /** Keys that were wrong at some time. */
  wrongKeys = 0;
  /** Changes that no tick saw. */
  unseen = 0;
  /** Keys that ticks had to look at, each once a tick. */
  affected = 0;
  readonly slots: Slots;
  readonly #to: Instant;
  readonly #busy: Uint8Array;

  constructor(slots: Slots, to: Instant) {
    this.slots = slots;
    this.#to = to;
    this.#busy = new Uint8Array(slots.count);
  }

  /** Ticks that had a key to look at. */
  get busy(): number {
    return this.#busy.reduce((sum, each) => sum + each, 0);
  }

  /** One key's moments, in their order; the first is the span's beginning, where the tier is taken to be right. */
  add(moments: readonly Moment[]): void {
    this.#look(moments);
    const changes = changesOf(moments);
    let seen = moments[0]!.holds;
    let isWrong = false;
    for (const [index, { at, holds }] of changes.entries()) {
      const until = changes[index + 1]?.at;
      const slot = this.slots.atOrAfter(at);
      const isSeen = slot !== undefined && (until === undefined || slot.at < until);
      if (seen === holds) {
        this.unseen += 1;
        continue;
      }
      const wrong = (isSeen ? slot.at : (until ?? this.#to)) - at;
      isWrong ||= wrong > 0n;
      if (holds) this.missing += wrong;
      else this.lingering += wrong;
      if (isSeen) {
        note(holds ? this.enters : this.exits, wrong);
        seen = holds;
      } else this.unseen += 1;
    }
    if (isWrong) this.wrongKeys += 1;
  }

  #look(moments: readonly Moment[]): void {
    let last = -1;
    for (const { at } of moments.slice(1)) {
      const slot = this.slots.atOrAfter(at);
      if (!slot || slot.index === last) continue;
      last = slot.index;
      this.#busy[last] = 1;
      this.affected += 1;
    }
  }
}

/** Where the verdict became another, without the beginning. */
export function changesOf(moments: readonly Moment[]): Moment[] {
  return moments.filter(({ holds }, index) => index > 0 && holds !== moments[index - 1]!.holds);
}

function note(late: Late, by: Duration): void {
  late.count += 1;
  late.total += by;
  if (by > late.longest) late.longest = by;
}
