/** Promises that cannot be kept: a tier faster than a table that is read, and `on_stale` without a contract. */
import type { Project, Segment } from '../config/project.ts';
import { type Diagnostic, diagnose } from '../diagnostics/diagnostic.ts';
import { formatDuration } from '../instant.ts';
import { type ReadTable, readsOf } from './reads.ts';
import { entityOf, resolveSegment } from './resolve.ts';
import { slowReads } from './slow.ts';

/** W154 for an `on_stale` that nothing can come of. */
export function judgeOnStale(project: Project, segment: Segment): Diagnostic[] {
  if (segment.onStale === undefined) return [];
  const isExpected = tablesOf(project, segment).some(({ contracts }) => contracts !== undefined);
  return isExpected ? [] : [diagnose('W154', { segment: segment.name }, segment.place)];
}

/** Segments that one warning names. */
const NAMED = 3;

/** W155 for each table that is expected to be slower than the tiers of segments that read it: once, however many. */
export function judgeSlowTables(project: Project, segments: readonly Segment[]): Diagnostic[] {
  const found = new Map<ReadTable['table'], { table: string; expected: bigint; segments: string[] }>();
  for (const segment of segments) {
    const { name, freshWithin: promise } = project.tiers.get(segment.tier)!;
    const slow = slowReads(tablesOf(project, segment), () => undefined, { t: 0n, promise });
    for (const { read, table, expected } of slow) {
      const known = found.get(read.table) ?? { table, expected: expected!, segments: [] };
      known.segments.push(`${segment.name} (${name}: ${formatDuration(promise)})`);
      found.set(read.table, known);
    }
  }
  return [...found].map(([{ contract, place }, { table, expected, segments: all }]) => {
    const shown = { segments: all.slice(0, NAMED), more: Math.max(0, all.length - NAMED) };
    return diagnose(
      'W155',
      { table, expected: formatDuration(expected), ...shown },
      contract?.place ?? place,
    );
  });
}

function tablesOf(project: Project, segment: Segment): ReadTable[] {
  const entity = entityOf(project, segment.entity);
  return readsOf(project, entity, segment.name, resolveSegment(project, segment));
}
