/** Delivers what the segments of a tier's syncs to one destination have, whenever it is told that there may be something. */
import { Bell } from '../bell.ts';
import type { RunReport } from '../report/results.ts';
import { type Connection, isUnfinished } from './connection.ts';
import type { ResidentContext, Watched } from './context.ts';
import { repeat } from './loop.ts';

/** What waits for an answer, is held or failed is looked at again this soon. */
const AGAIN_MS = 60_000;
/** Nothing is waited for: only a ring wakes it. */
const FOR_LONG_MS = 3_600_000;

export class DeliveryLoop {
  readonly #context: ResidentContext;
  readonly #tier: string;
  readonly #destination: string;
  readonly #bell: Bell;
  /** A ring was for everything, due or not. */
  #isForAll = false;
  #waitMs = FOR_LONG_MS;

  constructor(context: ResidentContext, tier: string, destination: string) {
    this.#context = context;
    this.#tier = tier;
    this.#destination = destination;
    this.#bell = new Bell(context.world.timers);
    context.signal.addEventListener('abort', () => this.#bell.ring(), { once: true });
  }

  run(): Promise<void> {
    return repeat({
      context: this.#context,
      tier: this.#tier,
      destination: this.#destination,
      isWanted: () => this.#isWanted(),
      turn: (connect) => this.#turn(connect),
    });
  }

  /** `all`: whether due or not. */
  ring({ all }: { all: boolean }): void {
    this.#isForAll ||= all;
    this.#bell.ring();
  }

  #isWanted(): boolean {
    return syncsOf(this.#context.watched(), this.#tier, this.#destination).size > 0;
  }

  async #turn(connect: () => Promise<Connection>): Promise<void> {
    await this.#bell.wait(this.#waitMs);
    if (this.#context.signal.aborted || !this.#isWanted()) return;
    // What it was rung for is still to be done when this fails.
    this.#waitMs = 0;
    const connection = await connect();
    const syncs = syncsOf(connection.watched, this.#tier, this.#destination);
    if (syncs.size === 0) return;
    const all = this.#isForAll;
    this.#isForAll = false;
    const report = await this.#deliver(connection, syncs, all);
    const isUndone = isUnfinished(report);
    this.#isForAll ||= all && isUndone;
    this.#waitMs = isUndone ? AGAIN_MS : FOR_LONG_MS;
    this.#context.observer.onRun(report, { tier: this.#tier, destination: this.#destination });
  }

  async #deliver(connection: Connection, syncs: ReadonlySet<string>, all: boolean): Promise<RunReport> {
    const { project } = connection.watched;
    const segments = new Set([...syncs].map((name) => project.syncs.get(name)!.segment));
    try {
      return await connection.run({ segments, syncs, all, deliverOnly: true });
    } catch (error) {
      this.#isForAll ||= all;
      throw error;
    }
  }
}

/** The selected syncs of a tier to a destination. */
export function syncsOf({ project, selection }: Watched, tier: string, destination: string): Set<string> {
  return new Set(
    [...selection.syncs].filter((name) => {
      const sync = project.syncs.get(name)!;
      return sync.tier === tier && sync.destination === destination;
    }),
  );
}

export function destinationsOf({ project, selection }: Watched, tier: string): Set<string> {
  const syncs = [...selection.syncs].map((name) => project.syncs.get(name)!);
  return new Set(syncs.filter((sync) => sync.tier === tier).map(({ destination }) => destination));
}
