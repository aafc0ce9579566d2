/** Which tables of a segment are older than they are expected to be, and what the segment does then. Pure. */
import type { Contract, OnStale, Segment } from '../config/project.ts';
import type { Duration, Instant } from '../instant.ts';
import { type ReadTable, relationName } from './reads.ts';

/** A table that shows nothing as new as it should. */
export interface Stale {
  readonly table: string;
  /** Of its newest row; undefined: it shows no row at all. */
  readonly newest?: Instant;
  readonly age?: Duration;
  readonly expected: Duration;
  readonly onStale: OnStale;
  readonly contract: Contract;
}

/** `ReadTable.id` -> the greatest cursor shown, in microseconds; null: none. What is missing was never looked at. */
export type Newest = (id: string) => string | null | undefined;

/** Each table once, by the gravest of its contracts that are broken at `t`. */
export function staleReads(
  { segment, reads }: { readonly segment: Segment; readonly reads: readonly ReadTable[] },
  newest: Newest,
  t: Instant,
): Stale[] {
  return reads.flatMap((read) => {
    const at = newest(read.id);
    if (at === undefined) return [];
    const stale = (read.contracts ?? []).flatMap((contract) => broken(contract, segment, at, t));
    const [worst] = stale.sort(gravestFirst);
    return worst ? [{ ...worst, table: relationName(read.table.relation) }] : [];
  });
}

function broken(
  contract: Contract,
  { onStale }: Segment,
  at: string | null,
  t: Instant,
): Omit<Stale, 'table'>[] {
  const of = { expected: contract.within, onStale: onStale ?? contract.onStale, contract };
  if (at === null) return [of];
  const newest = BigInt(at);
  const age = t - newest;
  return age > contract.within ? [{ ...of, newest, age }] : [];
}

const GRAVITY: Readonly<Record<OnStale, number>> = { fail: 0, hold: 1, warn: 2 };

function gravestFirst(a: Omit<Stale, 'table'>, b: Omit<Stale, 'table'>): number {
  return GRAVITY[a.onStale] - GRAVITY[b.onStale] || (a.expected < b.expected ? -1 : 1);
}
