/**
 * Measured freshness by sync and tier, for as long as one likes: of one run, or of a process that ticks for months.
 * It grows with the number of syncs, not of changes; logs add up, and travel as JSON.
 */
import type { Tier } from '../config/project.ts';
import { Promised } from './promised.ts';

/** A sync may have been moved to another tier: what it did in each is told apart. */
export interface Logged {
  readonly sync: string;
  readonly tier: string;
  readonly promised: Promised;
}

export type LogJson = readonly ({ sync: string; tier: string } & ReturnType<Promised['toJSON']>)[];

export class FreshnessLog {
  readonly #entries = new Map<string, Logged>();

  /** Where the changes of a sync are added. With another promise than before, what is there is held to the new one. */
  of(sync: string, tier: Pick<Tier, 'name' | 'freshWithin'>): Promised {
    return this.#entry(sync, tier.name, Number(tier.freshWithin / 1000n));
  }

  merge(other: FreshnessLog): void {
    for (const { sync, tier, promised } of other.#entries.values())
      this.#entry(sync, tier, promised.promiseMs).merge(promised);
  }

  /** By sync, then tier; those with a measured change. */
  entries(): Logged[] {
    const order = (a: Logged, b: Logged): number => (keyOf(a.sync, a.tier) < keyOf(b.sync, b.tier) ? -1 : 1);
    return [...this.#entries.values()].filter(({ promised }) => promised.changes > 0).sort(order);
  }

  /** All syncs of a tier together, by the tier's name. */
  tiers(): Map<string, Promised> {
    const tiers = new Map<string, Promised>();
    for (const { tier, promised } of this.entries().sort((a, b) => (a.tier < b.tier ? -1 : 1))) {
      const pool = tiers.get(tier) ?? new Promised(promised.promiseMs);
      tiers.set(tier, pool);
      pool.merge(promised);
    }
    return tiers;
  }

  toJSON(): LogJson {
    return this.entries().map(({ sync, tier, promised }) => ({ sync, tier, ...promised.toJSON() }));
  }

  /** What `toJSON` gave; entries that it cannot have given are passed over. */
  static parse(value: unknown): FreshnessLog {
    const log = new FreshnessLog();
    for (const each of Array.isArray(value) ? (value as unknown[]) : []) {
      const { sync, tier } = Object(each) as Record<string, unknown>;
      const promised = Promised.parse(each);
      if (typeof sync === 'string' && typeof tier === 'string' && promised)
        log.#entry(sync, tier, promised.promiseMs).merge(promised);
    }
    return log;
  }

  #entry(sync: string, tier: string, promiseMs: number): Promised {
    const known = this.#entries.get(keyOf(sync, tier))?.promised;
    if (known?.promiseMs === promiseMs) return known;
    const promised = new Promised(promiseMs);
    if (known) promised.merge(known);
    this.#entries.set(keyOf(sync, tier), { sync, tier, promised });
    return promised;
  }
}

function keyOf(sync: string, tier: string): string {
  return `${sync} ${tier}`;
}
