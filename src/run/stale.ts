/** What a run makes of tables that are older than they should be: what it reports, and which syncs it holds. */
import type { Sync } from '../config/project.ts';
import type { StaleSource } from '../deliver/context.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import { prepareSegment } from '../evaluate/prepared.ts';
import { newestIn } from '../evaluate/stale-segments.ts';
import { type Duration, formatAge, formatDuration } from '../instant.ts';
import type { SegmentResult, StaleTable } from '../report/results.ts';
import { type Stale, staleReads } from '../segment/stale.ts';
import type { RunContext } from './context.ts';

/** For a segment's result. */
export function staleResult(stale: readonly Stale[]): Pick<SegmentResult, 'stale'> {
  return stale.length > 0 ? { stale: stale.map(staleTable) } : {};
}

export function staleTable({ table, age, expected, onStale }: Stale): StaleTable {
  return {
    table,
    ...(age === undefined ? {} : { age_ms: milliseconds(age) }),
    expected_ms: milliseconds(expected),
    on_stale: onStale,
  };
}

export function milliseconds(duration: Duration): number {
  return Number(duration / 1000n);
}

/**
 * The table that holds a sync: one that its segment read, or the one that its destination excludes, when that was last
 * evaluated. Of a segment that does not tick now this is what was known then: what would be sent is no newer.
 */
export function staleSource(context: RunContext, { segment, exclude }: Sync): { staleSource?: StaleSource } {
  const read = [segment, ...(exclude === undefined ? [] : [exclude])];
  const holding = read.flatMap((name) => staleOf(context, name)).find(({ onStale }) => onStale === 'hold');
  if (!holding) return {};
  const { table, newest, age, expected } = holding;
  const known = newest === undefined || age === undefined ? {} : { newest, age };
  return { staleSource: { table, expected, ...known } };
}

/** As of a segment's newest tick, this run's included. */
function staleOf({ project, prepared, states, stale }: RunContext, name: string): readonly Stale[] {
  const own = stale.get(name);
  if (own) return own;
  const state = states.get(name);
  const segment = project.segments.get(name);
  if (!state || !segment) return [];
  const reading = prepared.get(name) ?? prepareSegment(project, segment);
  return staleReads(reading, newestIn(state.watermarks), state.evaluatedAt);
}

/** Segments that a warning names. */
const NAMED = 5;

/**
 * W221 for each stale table that segments went on with: once, however many ticks saw it. That a sync is held for it says
 * as much.
 */
export function warnOfStale({ stale, results, project }: RunContext): void {
  const held = results.syncs.filter(({ held: by }) => by?.guard === 'stale_source');
  const isSaid = new Set(held.map(({ sync }) => project.syncs.get(sync)?.segment));
  const tables = new Map<string, { oldest: Stale; segments: string[] }>();
  for (const [segment, own] of stale) {
    for (const each of own) {
      if (each.onStale === 'hold' && isSaid.has(segment)) continue;
      const known = tables.get(each.table) ?? { oldest: each, segments: [] };
      tables.set(each.table, { oldest: older(known.oldest, each), segments: [...known.segments, segment] });
    }
  }
  for (const [table, { oldest, segments }] of tables) {
    const names = segments.sort();
    const { age, expected } = oldest;
    const parameters = {
      table,
      ...(age === undefined ? {} : { age: formatAge(age) }),
      expected: formatDuration(expected),
      segments: names.slice(0, NAMED),
      more: Math.max(0, names.length - NAMED),
    };
    results.warn(diagnose('W221', parameters));
  }
}

/** The one that is told of: the stricter expectation, then the greater age. */
function older(a: Stale, b: Stale): Stale {
  if (a.expected !== b.expected) return a.expected < b.expected ? a : b;
  return (a.age ?? 0n) >= (b.age ?? 0n) ? a : b;
}
