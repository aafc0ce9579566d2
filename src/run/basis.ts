/** What a plan was made from. A run that is to do what a plan shows refuses when any of it has moved. */
import type { Project, Sync } from '../config/project.ts';
import { hashOf } from '../deliver/canonical.ts';
import { syncFingerprint } from '../deliver/fingerprint.ts';
import type { SegmentState } from '../evaluate/mode.ts';
import type { PreparedSegment } from '../evaluate/prepared.ts';
import { withoutPlaces } from '../segment/reads.ts';
import type { SyncRow } from '../state/sync-rows.ts';

/** A line of text for each segment and sync: equal lines, equal definition and state. */
export interface Basis {
  readonly segments: Readonly<Record<string, string>>;
  readonly syncs: Readonly<Record<string, string>>;
}

export interface BasisInput {
  readonly project: Project;
  readonly prepared: ReadonlyMap<string, PreparedSegment>;
  readonly syncs: ReadonlySet<string>;
  readonly states: ReadonlyMap<string, SegmentState>;
  readonly syncRows: ReadonlyMap<string, SyncRow>;
}

/** Definitions as they are in the project, and where the state stands. A tick that changed nobody moves nothing. */
export function basisOf({ project, prepared, syncs, states, syncRows }: BasisInput): Basis {
  const segments = [...prepared.values()].map(({ name, fingerprint }) => {
    const state = states.get(name);
    return [name, `${fingerprint} ${state ? `${state.fingerprint} ${state.tickId}` : 'new'}`] as const;
  });
  const lines = [...syncs].sort().map((name) => {
    const row = syncRows.get(name);
    const own = `${syncFingerprint(project, project.syncs.get(name)!)} ${howSent(project, project.syncs.get(name)!)}`;
    const stands = row
      ? [row.audienceRef, row.fingerprint, row.tickId, row.members, row.pausedAt].map(String).join(' ')
      : 'new';
    return [name, `${own} ${stands}`] as const;
  });
  return { segments: Object.fromEntries(segments), syncs: Object.fromEntries(lines) };
}

/** Where a sync sends, by which account, and what holds it: secrets by where they come from, never by what they are. */
function howSent({ destinations }: Project, { audience, guards, adopt, backfill, ...sync }: Sync): string {
  const { options, type, targets, allow } = destinations.get(sync.destination)!;
  const text = withoutPlaces({ audience, guards, adopt, backfill, type, options, targets, allow });
  return hashOf(JSON.parse(text)).slice(0, 32);
}

/** The names in `then` that are not as they were, `segment x` and `sync x.y`; without those that `but` has. */
export function movedSince(
  then: Basis,
  now: Basis,
  but: { readonly segments: readonly string[]; readonly syncs: readonly string[] },
): string[] {
  const moved = (kind: 'segment' | 'sync', out: readonly string[]): string[] => {
    const of = `${kind}s` as const;
    return Object.keys(then[of])
      .filter((name) => !out.includes(name) && then[of][name] !== now[of][name])
      .map((name) => `${kind} ${name}`);
  };
  return [...moved('segment', but.segments), ...moved('sync', but.syncs)];
}
