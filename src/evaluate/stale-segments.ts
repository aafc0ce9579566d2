/** What stops single segments of a tick: a table that they read is older than they accept. */
import { DiagnosedError, diagnose } from '../diagnostics/diagnostic.ts';
import { formatAge, formatDuration, type Instant } from '../instant.ts';
import { type Stale, staleReads } from '../segment/stale.ts';
import type { TickGroup, TickOutcome } from './tick.ts';
import type { Watermarks } from './watermark.ts';

/** By segment, what of its tables is stale; segments that read nothing stale are missing. */
export type StaleBySegment = ReadonlyMap<string, readonly Stale[]>;

/** Thrown before anything of them is evaluated. The other segments of the group may be, without them. */
export class StaleSegments extends DiagnosedError {
  constructor(readonly stale: StaleBySegment) {
    super([...stale.values()].map(refusal));
  }
}

function refusal(stale: readonly Stale[]) {
  const { table, age, expected, contract } = stale.find(fails)!;
  const old = { ...(age === undefined ? {} : { age: formatAge(age) }), expected: formatDuration(expected) };
  return diagnose('E221', { table, ...old }, contract.place);
}

function fails({ onStale }: Stale): boolean {
  return onStale === 'fail';
}

/** What each segment of a tick at `t` reads that is stale. Throws `StaleSegments` for those that fail by it. */
export function staleIn(
  { members }: TickGroup,
  watermarks: TickOutcome['watermarks'],
  t: Instant,
): StaleBySegment {
  const stale = new Map(
    members.flatMap(({ prepared }) => {
      const own = staleReads(prepared, newestIn(watermarks.get(prepared.name) ?? {}), t);
      return own.length > 0 ? [[prepared.name, own] as const] : [];
    }),
  );
  const failing = [...stale].filter(([, tables]) => tables.some(fails));
  if (failing.length > 0) throw new StaleSegments(new Map(failing));
  return stale;
}

/** What watermarks tell of each table's newest row. */
export function newestIn(watermarks: Watermarks): (id: string) => string | null | undefined {
  return (id) => watermarks[id]?.at;
}
