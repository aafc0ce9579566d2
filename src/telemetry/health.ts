/**
 * Whether the process is of use. Healthy: every loop makes progress, so that a restart would not help. Ready: the
 * project is loaded, the warehouse has answered, and every tier has had its first turn.
 */
import { elapsed } from '../report/words.ts';
import type { World } from '../world.ts';

/** Longer than any statement should take: an evaluation tells nothing until it is done. */
const STILL_MS = 60 * 60_000;
/** How late a loop may wake. */
const GRACE_MS = 60_000;

export interface Verdict {
  readonly ok: boolean;
  /** One line. */
  readonly line: string;
}

interface Loop {
  /** By the monotonic clock: when it stands still, if nothing is heard of it until then. */
  deadline: number;
  heardAt: number;
  hasTurned: boolean;
}

export class Health {
  readonly #world: World;
  readonly #loops = new Map<string, Loop>();
  #isLoaded = false;
  #hasAnswered = false;
  #isEnding = false;

  constructor(world: World) {
    this.#world = world;
  }

  projectLoaded(): void {
    this.#isLoaded = true;
  }

  warehouseAnswered(): void {
    this.#hasAnswered = true;
  }

  /** It takes on nothing new: not ready any more. */
  ending(): void {
    this.#isEnding = true;
  }

  /** The tiers that have loops; others are forgotten. */
  expect(tiers: Iterable<string>): void {
    const wanted = new Set(tiers);
    for (const tier of this.#loops.keys()) if (!wanted.has(tier)) this.#loops.delete(tier);
    for (const tier of wanted) if (!this.#loops.has(tier)) this.busy(tier);
  }

  /** It works, and something was heard of it just now. */
  busy(tier: string): void {
    this.#hear(tier, STILL_MS);
  }

  /** A turn is over; the next one begins in `nextInMs`. */
  turned(tier: string, nextInMs: number): void {
    this.#hear(tier, nextInMs + GRACE_MS);
    this.#loops.get(tier)!.hasTurned = true;
  }

  healthy(): Verdict {
    const now = this.#world.clock.monotonic();
    const still = [...this.#loops].filter(([, { deadline }]) => deadline < now);
    if (still.length === 0) return { ok: true, line: 'ok' };
    const told = still.map(([tier, { heardAt }]) => `${tier} for ${elapsed(now - heardAt)}`);
    return { ok: false, line: `standing still: ${told.join(', ')}` };
  }

  ready(): Verdict {
    if (this.#isEnding) return { ok: false, line: 'ending' };
    if (!this.#isLoaded) return { ok: false, line: 'the project is not loaded yet' };
    if (!this.#hasAnswered) return { ok: false, line: 'the warehouse has not answered yet' };
    const waiting = [...this.#loops].filter(([, { hasTurned }]) => !hasTurned).map(([tier]) => tier);
    if (waiting.length === 0) return { ok: true, line: 'ready' };
    return { ok: false, line: `waiting for the first tick of ${waiting.join(', ')}` };
  }

  #hear(tier: string, ms: number): void {
    const now = this.#world.clock.monotonic();
    const hasTurned = this.#loops.get(tier)?.hasTurned ?? false;
    this.#loops.set(tier, { deadline: now + ms, heardAt: now, hasTurned });
  }
}
