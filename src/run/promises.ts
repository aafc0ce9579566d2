/** A run's measured freshness by tier, and what it says where a promise is broken. */
import { diagnose } from '../diagnostics/diagnostic.ts';
import { formatDuration } from '../instant.ts';
import type { TierResult } from '../report/results.ts';
import type { Results } from './results.ts';

export function tierResults({ freshness }: Results): TierResult[] {
  return [...freshness.tiers()].map(([tier, promised]) => ({ tier, ...promised.measured()! }));
}

/** W704, once a tier. */
export function warnOfBroken(results: Results): void {
  for (const [tier, promised] of results.freshness.tiers()) {
    if (!promised.isBroken) continue;
    const { changes, kept, freshness_ms } = promised.measured()!;
    const told = { changes, late: changes - kept, took: length(freshness_ms.p95) };
    results.warn(diagnose('W704', { tier, promise: length(promised.promiseMs), ...told }));
  }
}

/** Whole seconds from a second on. */
function length(ms: number): string {
  return ms < 1000 ? `${ms}ms` : formatDuration(BigInt(Math.round(ms / 1000)) * 1_000_000n);
}
