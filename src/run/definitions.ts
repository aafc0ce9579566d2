/** Which definitions differ from what the state was made with: for the plan. */

import type { Project, Sync } from '../config/project.ts';
import { segmentText, syncText } from '../config/written.ts';
import { audienceOf } from '../deliver/audience.ts';
import { syncFingerprint } from '../deliver/fingerprint.ts';
import { DiagnosedError } from '../diagnostics/diagnostic.ts';
import type { SegmentState } from '../evaluate/mode.ts';
import type { PreparedSegment } from '../evaluate/prepared.ts';
import type { DefinitionChange } from '../report/results.ts';
import type { DefinitionText } from '../state/definition-texts.ts';
import type { SyncRow } from '../state/sync-rows.ts';
import { type Destinations, sendsOn } from './destinations.ts';
import { differences } from './text-diff.ts';
import { textName, textOf } from './texts.ts';

export interface DefinitionsInput {
  readonly project: Project;
  readonly prepared: ReadonlyMap<string, PreparedSegment>;
  readonly states: ReadonlyMap<string, SegmentState>;
  readonly syncRows: ReadonlyMap<string, SyncRow>;
  /** Syncs that are looked at. */
  readonly syncs: ReadonlySet<string>;
  readonly target: string;
  readonly destinations: Pick<Destinations, 'open'>;
  /** Of definitions as the state was made with, by `textNames`. */
  readonly texts: ReadonlyMap<string, DefinitionText>;
}

/** New, changed and removed definitions, segments first, by name. What was never looked at by a run is new. */
export async function definitionChanges(input: DefinitionsInput): Promise<DefinitionChange[]> {
  const { project, states, syncRows } = input;
  const changes = [
    ...[...input.prepared.values()].flatMap((segment) => segmentChange(input, segment)),
    ...absent(states.keys(), project.segments).map((name) => gone('segment', name)),
  ];
  for (const sync of project.syncs.values()) {
    if (input.syncs.has(sync.name)) changes.push(...(await syncChanges(input, sync)));
  }
  const left = absent(syncRows.keys(), project.syncs);
  return [...changes, ...left.map((name) => gone('sync', name, kept(syncRows.get(name)!)))];
}

/** The names of all texts that changes are told from. */
export function textNames({ prepared, syncs }: Pick<DefinitionsInput, 'prepared' | 'syncs'>): string[] {
  return [
    ...[...prepared.keys()].map((name) => textName('segment', name)),
    ...[...syncs].map((name) => textName('sync', name)),
  ];
}

/** Its own text is what it was: something else made it another condition. */
const BY_OTHERS = 'by a segment it refers to, a table, the time zone, or how segsync compiles it';

const BY_OTHER_FILES = 'by an identifier of its entity, or how segsync makes payloads';

function segmentChange(
  { states, texts }: DefinitionsInput,
  { name, segment, fingerprint }: PreparedSegment,
): DefinitionChange[] {
  const of = (change: DefinitionChange['change'], more: Partial<DefinitionChange> = {}) => [
    { kind: 'segment' as const, name, change, file: segment.file, line: segment.where.place.line, ...more },
  ];
  const state = states.get(name);
  if (!state) return of('new');
  const noted = textOf(texts, 'segment', { name, fingerprint: state.fingerprint });
  const diff = diffOf(noted, segmentText(segment));
  if (state.fingerprint !== fingerprint)
    return of('logic', diff?.length === 0 ? { detail: BY_OTHERS } : told(diff));
  const detail = state.tier === segment.tier ? undefined : `another tier: ${state.tier} -> ${segment.tier}`;
  if (detail === undefined && !diff?.length) return [];
  return of('metadata', {
    ...told(diff),
    line: segment.place.line,
    ...(detail === undefined ? {} : { detail }),
  });
}

function diffOf(before: string | undefined, after: string | undefined): string[] | undefined {
  if (before === undefined || after === undefined) return undefined;
  return before === after ? [] : differences(before, after);
}

function told(diff: readonly string[] | undefined): Pick<DefinitionChange, 'diff'> {
  return diff?.length ? { diff } : {};
}

async function syncChanges(input: DefinitionsInput, sync: Sync): Promise<DefinitionChange[]> {
  const { project, syncRows, texts } = input;
  const { name } = sync;
  const { file } = project.segments.get(sync.segment)!;
  const own = { kind: 'sync' as const, name, file, line: sync.place.line };
  const row = syncRows.get(name);
  if (!row) return [{ ...own, change: 'new' }];
  const ref = await audienceRef(input, sync);
  if (ref !== undefined && ref !== row.audienceRef) {
    return [gone('sync', name, kept(row)), { ...own, change: 'new', detail: `audience ${ref}` }];
  }
  const changed = row.fingerprint !== undefined && row.fingerprint !== syncFingerprint(project, sync);
  if (!changed) return [];
  const diff = diffOf(textOf(texts, 'sync', { name, fingerprint: row.fingerprint }), syncText(sync));
  return [{ ...own, change: 'mapping', ...(diff?.length === 0 ? { detail: BY_OTHER_FILES } : told(diff)) }];
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
