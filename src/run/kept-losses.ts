/** Net losses of the last hour, as a resident process goes on counting them between two looks at an hour of batches. */
import type { Losses } from '../deliver/losses.ts';
import { type Instant, MINUTE } from '../instant.ts';

/** What is older than an hour goes on counting for so long. */
const LOOK_EVERY = MINUTE;

export class KeptLosses {
  #known:
    | { readonly at: Instant; readonly syncs: ReadonlySet<string>; readonly losses: Map<string, number> }
    | undefined;

  /** What is known of these syncs at `now`, or else what `read` finds. */
  async of(
    syncs: readonly { readonly name: string }[],
    now: Instant,
    read: () => Promise<Losses>,
  ): Promise<Losses> {
    const known = this.#known;
    const isKnown = known !== undefined && syncs.every(({ name }) => known.syncs.has(name));
    if (isKnown && now - known.at < LOOK_EVERY) return known.losses;
    const losses = new Map(await read());
    this.#known = { at: now, syncs: new Set(syncs.map(({ name }) => name)), losses };
    return losses;
  }

  /** A sync lost so many more. */
  note(sync: string, members: number): void {
    const losses = this.#known?.losses;
    losses?.set(sync, (losses.get(sync) ?? 0) + members);
  }

  /** Another process may deliver, or a first load has ended: what is known says nothing of that. */
  forget(): void {
    this.#known = undefined;
  }
}
