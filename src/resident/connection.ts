/** What one loop works in: a connection and leases of its own, and what it knows from its runs before. */
import type { Tier } from '../config/project.ts';
import { MINUTE } from '../instant.ts';
import { type RunOptions, runPipeline } from '../pipeline.ts';
import type { RunReport } from '../report/results.ts';
import type { Destinations } from '../run/destinations.ts';
import { Kept } from '../run/kept.ts';
import { type Opened, openTarget } from '../run/open.ts';
import { type ResidentContext, tiersOf, type Watched } from './context.ts';
import { isFast } from './pace.ts';

/** Leases are held on between runs that follow each other, and given back this often: who waits for them gets a turn. */
const HOLD_MS = 60_000;
/** Attempts to give leases back. */
const RELEASES = 8;
/** Who waits for a lease asks twice a second. */
const TURN_MS = 600;
/** A tier of a longer cadence has nothing open between its runs. */
const HOLDS_BELOW = 10n * MINUTE;

export interface Run {
  readonly segments: ReadonlySet<string>;
  readonly syncs: ReadonlySet<string>;
  /** Due or not. */
  readonly all: boolean;
  readonly deliverOnly?: boolean;
}

export class Connection {
  readonly watched: Watched;
  readonly opened: Opened;
  readonly kept: Kept;
  readonly #context: ResidentContext;
  readonly #tier: Tier;
  /** Those of the watched project: its budgets are shared by all loops. */
  readonly #destinations: Destinations;
  #heldSince: number;
  #isListening = false;
  #stop: (() => Promise<void>) | undefined;

  private constructor(
    context: ResidentContext,
    watched: Watched,
    { tier, opened, destinations }: { tier: Tier; opened: Opened; destinations: Destinations },
  ) {
    this.#context = context;
    this.watched = watched;
    this.#tier = tier;
    this.opened = opened;
    this.kept = new Kept(context.lines);
    this.#destinations = destinations;
    this.#heldSince = context.world.clock.monotonic();
  }

  /** Throws what `openTarget` throws. */
  static async connect(context: ResidentContext, watched: Watched, tierName: string): Promise<Connection> {
    const { world, target, signal, waitMs } = context;
    const destinations = context.destinations();
    const opened = await openTarget(world, watched.project, target, 'write', { waitMs, signal });
    return new Connection(context, watched, {
      tier: watched.project.tiers.get(tierName)!,
      opened,
      destinations,
    });
  }

  async run(run: Run): Promise<RunReport> {
    const { world, target, signal, observer, adoptState, traced } = this.#context;
    const { name: tier } = this.#tier;
    const { project } = this.watched;
    const options: Omit<RunOptions, 'onEvent'> = {
      ...{ command: 'run', target, ...run, full: false, waitMs: 0, signal },
      ...(adoptState ? { adoptState } : {}),
      tiers: new Set([tier]),
      destinations: this.#destinations,
      opened: this.opened,
      kept: this.kept,
      yields: this.#yields(),
    };
    const { report } = await traced(
      { project, target, tier },
      (event) => observer.onEvent(event, { tier }),
      (onEvent) => runPipeline(world, project, { ...options, onEvent }),
    );
    if (isFailed(report))
      this.kept.forget(report.segments.flatMap((each) => (each.error ? [each.segment] : [])));
    await this.#giveWay();
    return report;
  }

  /** Whether a tier of seconds is kept in step beside this one, which is none. */
  #yields(): boolean {
    if (isFast(this.#tier)) return false;
    const { tiers } = this.watched.project;
    return tiersOf(this.watched, this.#context.tiers).some((name) => isFast(tiers.get(name)!));
  }

  /** Leases go back, so that another process may have them. */
  async #giveWay(): Promise<void> {
    const { clock, timers } = this.#context.world;
    const now = clock.monotonic();
    if (isFast(this.#tier) && now - this.#heldSince < HOLD_MS) return;
    // What was done is done; leases that could not be given back run out by themselves.
    await this.opened.leases?.release().catch(() => undefined);
    this.kept.losses.forget();
    if (isFast(this.#tier)) await timers.sleep(TURN_MS, this.#context.signal);
    this.#heldSince = clock.monotonic();
  }

  /** A tier that ticks seldom leaves nothing open meanwhile. */
  get isKept(): boolean {
    return this.#tier.every < HOLDS_BELOW;
  }

  /** `wake` is called when the warehouse tells of new rows, and once it does not any more. */
  async listen(wake: () => void): Promise<void> {
    if (this.#isListening || !this.opened.session.wake) return;
    this.#isListening = true;
    const end = (): void => {
      this.#isListening = false;
      this.#stop = undefined;
      wake();
    };
    try {
      this.#stop = await this.opened.session.wake.listen({ change: wake, end });
    } catch (error) {
      this.#isListening = false;
      throw error;
    }
  }

  /** What it holds would keep the next connection waiting: of a pool whose connections were cut, each has to fail first. */
  async close(): Promise<void> {
    await this.#stop?.().catch(() => undefined);
    const { timers } = this.#context.world;
    for (let attempt = 1; attempt <= RELEASES; attempt++) {
      const isFree = await this.opened.leases!.release().then(
        () => true,
        () => false,
      );
      if (isFree) break;
      await timers.sleep(100);
    }
    await this.opened.session.close();
  }
}

export function isFailed({ segments, syncs }: RunReport): boolean {
  return segments.some(({ error }) => error) || syncs.some(({ error }) => error);
}

/** Something is to be done again soon, whatever the tier's cadence. */
export function isUnfinished(report: RunReport): boolean {
  return (
    isFailed(report) ||
    report.segments.some(({ reason }) => reason === 'locked') ||
    report.syncs.some(({ waiting, held, skipped }) => waiting > 0 || held || skipped === 'locked')
  );
}
