/** What a plan notes of a segment that looks fresher than it can be. */

import { cursorKind } from '../compile/watermarks.ts';
import { newestIn, type StaleBySegment } from '../evaluate/stale-segments.ts';
import type { TickMember, TickOutcome } from '../evaluate/tick.ts';
import type { Duration } from '../instant.ts';
import type { SegmentResult, SlowTable } from '../report/results.ts';
import { type Slow, slowest, slowReads } from '../segment/slow.ts';
import type { RunContext } from './context.ts';
import { tellsAge } from './refused-contract.ts';
import { milliseconds } from './stale.ts';

/** The slowest table that it reads, by what its tick saw. One that is stale is told as such. */
export function slowOf(
  { prepared }: TickMember,
  { watermarks, stale }: Pick<TickOutcome, 'watermarks'> & { readonly stale: StaleBySegment },
  { catalog, project, t }: RunContext,
): Pick<SegmentResult, 'slow'> {
  const promise = project.tiers.get(prepared.segment.tier)!.freshWithin;
  const scope = { catalog, timezone: project.timezone, t };
  const dated = prepared.reads.filter((read) => tellsAge(read, (each) => cursorKind(each, scope)));
  const known = new Set((stale.get(prepared.name) ?? []).map(({ table }) => table));
  const slow = slowReads(dated, newestIn(watermarks.get(prepared.name) ?? {}), { t, promise });
  const most = slowest(slow.filter(({ table }) => !known.has(table)));
  return most ? { slow: slowTable(most, promise) } : {};
}

export function slowTable({ table, age, expected }: Slow, promise: Duration): SlowTable {
  return {
    table,
    ...(age === undefined ? {} : { age_ms: milliseconds(age) }),
    ...(expected === undefined ? {} : { expected_ms: milliseconds(expected) }),
    promise_ms: milliseconds(promise),
  };
}
