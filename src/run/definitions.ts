/** Which definitions differ from what the state was made with: for the plan. */

import type { Project, Sync } from '../config/project.ts';
import { audienceOf } from '../deliver/audience.ts';
import { syncFingerprint } from '../deliver/fingerprint.ts';
import { DiagnosedError } from '../diagnostics/diagnostic.ts';
import type { SegmentState } from '../evaluate/mode.ts';
import type { PreparedSegment } from '../evaluate/prepared.ts';
import type { DefinitionChange } from '../report/results.ts';
import type { SyncRow } from '../state/sync-rows.ts';
import { type Destinations, sendsOn } from './destinations.ts';

export interface DefinitionsInput {
  readonly project: Project;
  readonly prepared: ReadonlyMap<string, PreparedSegment>;
  readonly states: ReadonlyMap<string, SegmentState>;
  readonly syncRows: ReadonlyMap<string, SyncRow>;
  /** Syncs that are looked at. */
  readonly syncs: ReadonlySet<string>;
  readonly target: string;
  readonly destinations: Pick<Destinations, 'open'>;
}

/** New, changed and removed definitions, segments first, by name. What was never looked at by a run is new. */
export async function definitionChanges(input: DefinitionsInput): Promise<DefinitionChange[]> {
  const { project, states, syncRows } = input;
  const changes = [
    ...[...input.prepared.values()].flatMap((segment) => segmentChange(segment, states.get(segment.name))),
    ...absent(states.keys(), project.segments).map((name) => gone('segment', name)),
  ];
  for (const sync of project.syncs.values()) {
    if (input.syncs.has(sync.name)) changes.push(...(await syncChanges(input, sync)));
  }
  const left = absent(syncRows.keys(), project.syncs);
  return [...changes, ...left.map((name) => gone('sync', name, kept(syncRows.get(name)!)))];
}

function segmentChange({ name, segment, fingerprint }: PreparedSegment, state?: SegmentState) {
  const of = (change: DefinitionChange['change'], detail?: string): DefinitionChange[] => [
    { kind: 'segment', name, change, ...(detail === undefined ? {} : { detail }) },
  ];
  if (!state) return of('new');
  if (state.fingerprint !== fingerprint) return of('logic');
  return state.tier === segment.tier ? [] : of('metadata', `another tier: ${state.tier} -> ${segment.tier}`);
}

async function syncChanges(input: DefinitionsInput, sync: Sync): Promise<DefinitionChange[]> {
  const { project, syncRows } = input;
  const { name } = sync;
  const row = syncRows.get(name);
  if (!row) return [{ kind: 'sync', name, change: 'new' }];
  const ref = await audienceRef(input, sync);
  if (ref !== undefined && ref !== row.audienceRef) {
    return [gone('sync', name, kept(row)), { kind: 'sync', name, change: 'new', detail: `audience ${ref}` }];
  }
  const changed = row.fingerprint !== undefined && row.fingerprint !== syncFingerprint(project, sync);
  return changed ? [{ kind: 'sync', name, change: 'mapping' }] : [];
}

/** Of today. Undefined where this target does not send, or when it cannot be told: the sync's own result says why. */
async function audienceRef(input: DefinitionsInput, sync: Sync): Promise<string | undefined> {
  if (!sendsOn(input.project.destinations.get(sync.destination)!, input.target)) return undefined;
  try {
    const { session } = await input.destinations.open(sync.destination);
    return await audienceOf(sync, session, { dryRun: true });
  } catch (error) {
    if (error instanceof DiagnosedError) return undefined;
    throw error;
  }
}

/** What is left behind. */
function kept({ audienceRef: ref, members }: SyncRow): string {
  return `audience ${ref} (${members} ${members === 1 ? 'member' : 'members'}) is kept`;
}

function gone(kind: DefinitionChange['kind'], name: string, detail?: string): DefinitionChange {
  return { kind, name, change: 'removed', ...(detail === undefined ? {} : { detail }) };
}

function absent(known: Iterable<string>, today: ReadonlyMap<string, unknown>): string[] {
  return [...known].filter((name) => !today.has(name));
}
