/**
 * A process that stays. Each tier has loops of its own, so that a slow load of one never keeps another waiting:
 *
 * 1. an evaluation loop, which sleeps until the tier's next slot or until something wakes it, looks whether there is
 *    anything new, and ticks the tier's segments;
 * 2. a delivery loop for each destination, which it wakes: a destination that is down keeps no other one waiting.
 *
 * Both call the pipeline, as `segsync run` does, with what is known from the runs before. A changed project takes the
 * place of the old one between two runs of each loop.
 */
import { setMaxListeners } from 'node:events';
import { type Destinations, openDestinations } from '../run/destinations.ts';
import { Lines } from '../run/kept.ts';
import { type Opened, openTarget } from '../run/open.ts';
import { paced } from '../run/pace.ts';
import { endLines } from '../run/record.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { World } from '../world.ts';
import { type ResidentContext, type ResidentOptions, tiersOf, type Watched } from './context.ts';
import { TierLoop } from './tier-loop.ts';

export class Resident {
  readonly #context: ResidentContext;
  readonly #loops = new Map<string, { readonly loop: TierLoop; readonly ended: Promise<void> }>();
  #watched: Watched;
  #destinations: Destinations;
  readonly #retired: Destinations[] = [];
  #warehouse: Warehouse | undefined;
  readonly #ending = new AbortController();

  /** Rejects when a loop does: what none of them survives. */
  readonly #failed: Promise<never>;
  #fail!: (error: unknown) => void;

  constructor(world: World, { watched, signal, ...options }: ResidentOptions) {
    this.#watched = watched;
    this.#destinations = openDestinations(world, watched.project);
    this.#failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    const ending = this.#ending;
    // Every loop listens.
    setMaxListeners(0, ending.signal);
    signal.addEventListener('abort', () => ending.abort(), { once: true });
    this.#context = {
      ...options,
      world,
      signal: ending.signal,
      fail: (error) => this.fail(error),
      lines: new Lines(),
      watched: () => this.#watched,
      destinations: () => this.#destinations,
    };
  }

  /**
   * Resolves once the signal is aborted and every loop has ended. Throws what keeps it from beginning: E3xx, E5xx; and what
   * makes going on wrong: a defect, or a state that a newer program has taken over (E501).
   */
  async stay(): Promise<void> {
    await this.#touch(async ({ warehouse }) => {
      this.#warehouse = warehouse;
      this.#watched = this.#paced(this.#watched);
    });
    this.#context.observer.onOpen();
    try {
      this.#startLoops();
      await Promise.race([aborted(this.#context.signal), this.#failed]);
    } finally {
      this.#ending.abort();
      await Promise.allSettled([...this.#loops.values()].map(({ ended }) => ended));
      for (const each of [...this.#retired, this.#destinations]) await each.close().catch(() => undefined);
      await this.#endLines();
    }
  }

  /** A warehouse that is away keeps nobody from ending. */
  async #endLines(): Promise<void> {
    const { lines, world } = this.#context;
    lines.end();
    if (lines.ended.length === 0) return;
    const { signal } = new AbortController();
    await this.#touch((opened) => endLines({ ...opened, world }, lines), signal).catch(() => undefined);
  }

  /** With tiers no faster than the warehouse bears. */
  #paced({ project, selection }: Watched): Watched {
    return { project: this.#warehouse ? paced(project, this.#warehouse) : project, selection };
  }

  /** The warehouse and the state are there, and made if they were not. */
  async #touch(work: (opened: Opened) => Promise<void>, signal = this.#context.signal): Promise<void> {
    const { world, target, waitMs } = this.#context;
    const opened = await openTarget(world, this.#watched.project, target, 'write', { waitMs, signal });
    try {
      await work(opened);
    } finally {
      await opened.session.close();
    }
  }

  /** From now on this is what is kept in step. */
  change(watched: Watched): void {
    const before = this.#destinations;
    // Its loops may still be sending.
    this.#retired.push(before);
    this.#watched = this.#paced(watched);
    this.#destinations = openDestinations(this.#context.world, watched.project, before);
    for (const { loop } of this.#loops.values()) loop.change();
    this.#startLoops();
  }

  /** Ends everything: `stay` throws `error`. */
  fail(error: unknown): void {
    this.#fail(error);
  }

  /** Aborted when it is to end, by the caller or by what no loop survives. */
  get signal(): AbortSignal {
    return this.#context.signal;
  }

  #startLoops(): void {
    const tiers = tiersOf(this.#watched, this.#context.tiers);
    this.#context.observer.onTiers(this.#watched.project, tiers);
    for (const tier of tiers) {
      if (this.#loops.has(tier)) continue;
      const loop = new TierLoop(this.#context, tier);
      const ended = loop.run().then(() => {
        this.#loops.delete(tier);
        // It may be wanted again by now.
        if (!this.#context.signal.aborted) this.#startLoops();
      });
      ended.catch(this.#fail);
      this.#loops.set(tier, { loop, ended });
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
