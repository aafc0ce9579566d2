/** What truly happened in a segment's past, added up key by key. */
import type { Duration, Instant } from '../instant.ts';
import { changesOf, type Moment } from './tier-replay.ts';

export class Truth {
  keys = 0;
  entered = 0;
  exited = 0;
  /** At the span's end. */
  members = 0;
  /** Time that members were members for, all together. */
  memberTime: Duration = 0n;
  readonly #to: Instant;

  constructor(to: Instant) {
    this.#to = to;
  }

  /** One key's moments, in their order. */
  add(moments: readonly Moment[]): void {
    this.keys += 1;
    for (const { holds } of changesOf(moments)) {
      if (holds) this.entered += 1;
      else this.exited += 1;
    }
    if (moments.at(-1)!.holds) this.members += 1;
    for (const [index, { at, holds }] of moments.entries()) {
      if (holds) this.memberTime += (moments[index + 1]?.at ?? this.#to) - at;
    }
  }
}
