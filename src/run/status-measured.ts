/** What runs have measured lately, against today's promises. */
import type { Project, Tier } from '../config/project.ts';
import { FreshnessLog } from '../deliver/freshness-log.ts';
import type { Promised } from '../deliver/promised.ts';
import { HOUR, type Instant } from '../instant.ts';
import type { MeasuredLately } from '../report/results.ts';
import { streamMeasured } from '../state/runs.ts';
import type { StateTables } from '../state/sql.ts';
import type { Statements } from '../warehouse/warehouse.ts';

/** How far back a tier is looked at: two of its slots, and an hour at least, so that a slow night is not a broken promise. */
function windowOf({ every }: Tier): bigint {
  return 2n * every > HOUR ? 2n * every : HOUR;
}

/** Of these syncs, in the tier that each has now: what it was in before made other promises. */
export async function readMeasured(
  statements: Statements,
  tables: StateTables,
  { project, syncs, now }: { project: Project; syncs: readonly string[]; now: Instant },
): Promise<FreshnessLog> {
  const log = new FreshnessLog();
  const tiers = new Map(syncs.map((name) => [name, project.tiers.get(project.syncs.get(name)!.tier)!]));
  if (tiers.size === 0) return log;
  const longest = [...tiers.values()].map(windowOf).reduce((a, b) => (a > b ? a : b));
  for await (const { endedAt, freshness } of streamMeasured(statements, tables, now - longest)) {
    for (const { sync, tier: name, promised } of FreshnessLog.parse(freshness).entries()) {
      const tier = tiers.get(sync);
      if (tier?.name !== name || (endedAt !== undefined && endedAt < now - windowOf(tier))) continue;
      log.of(sync, tier).merge(promised);
    }
  }
  return log;
}

/** Undefined when nothing was measured. */
export function measuredLately(promised: Promised | undefined, tier: Tier): MeasuredLately | undefined {
  const measured = promised?.measured();
  return measured && { window_ms: Number(windowOf(tier) / 1000n), ...measured };
}
