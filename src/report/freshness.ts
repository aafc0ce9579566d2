/** Measured freshness for people. */
import type { Kept, Measured, StatusReport, SyncResult } from './results.ts';
import type { Table } from './table.ts';
import { count, elapsed, promised } from './words.ts';

/** How a sync did in a run: `1.2s of 10s`; nothing where no cause is known. */
export function shortFreshness({ freshness_ms: took, measured }: SyncResult): string {
  return took && measured ? `${elapsed(took.p95)} of ${promised(measured.promise_ms)}` : '';
}

/** Each tier, its syncs below it; undefined when nothing was measured lately. */
export function measuredTable({ tiers, syncs }: Pick<StatusReport, 'tiers' | 'syncs'>): Table | undefined {
  const rows = tiers.flatMap(({ tier, measured, broken }) => {
    const own = syncs.filter((each) => each.tier === tier && each.measured);
    const below = own.map((each) => row(`  ${each.sync}`, each.measured!, each.broken));
    return measured ? [row(tier, measured, broken), ...below] : below;
  });
  if (rows.length === 0) return undefined;
  return { titles: ['measured lately', 'changes', 'p50', 'p95', 'p99', 'promise', 'kept', ''], rows };
}

function row(name: string, measured: Measured, broken: boolean): string[] {
  const { p50, p95, p99 } = measured.freshness_ms;
  return [
    ...[name, count(measured.changes), elapsed(p50), elapsed(p95), elapsed(p99)],
    ...[promised(measured.promise_ms), percent(measured), broken ? 'broken' : ''],
  ];
}

/** Never rounded up: 100% is all of them. */
export function percent({ kept_share: share }: Kept): string {
  return `${Math.floor(share * 1000) / 10}%`;
}
