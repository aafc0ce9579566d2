/** `state:modified` and `state:new`: what is not as the state of a target was made with. */
import type { Project, Segment, Sync } from '../config/project.ts';
import { segmentText, syncText } from '../config/written.ts';
import { syncFingerprint } from '../deliver/fingerprint.ts';
import type { SegmentState } from '../evaluate/mode.ts';
import { prepareSegment } from '../evaluate/prepared.ts';
import { readSegmentStates } from '../evaluate/states.ts';
import { type DefinitionText, readTexts } from '../state/definition-texts.ts';
import { readSyncRows, type SyncRow } from '../state/sync-rows.ts';
import type { World } from '../world.ts';
import { openTarget, type Patience } from './open.ts';
import { textName, textOf } from './texts.ts';

/** What `state:NAME` stands for. What is new is modified, too. */
export type Standing = Readonly<Record<'modified' | 'new', { segments: Set<string>; syncs: Set<string> }>>;

/** Looks at the state of a target, changing nothing; before the first run everything is new. Throws E3xx and E5xx. */
export async function readStanding(
  world: World,
  project: Project,
  request: Patience & { readonly target: string },
): Promise<Standing> {
  const { session, tables } = await openTarget(world, project, request.target, 'read', request);
  try {
    const names = [
      ...[...project.segments.keys()].map((name) => textName('segment', name)),
      ...[...project.syncs.keys()].map((name) => textName('sync', name)),
    ];
    const texts = await readTexts(session, tables, names);
    const states = await readSegmentStates(session, tables);
    const rows = await readSyncRows(session, tables);
    const segments = [...project.segments.values()];
    const syncs = [...project.syncs.values()];
    const changed = segments.filter((each) => isChanged(project, each, states.get(each.name), texts));
    const added = segments.filter(({ name }) => !states.has(name));
    return {
      modified: withSyncs(changed, syncs, (each) => isTurned(project, each, rows.get(each.name), texts)),
      new: withSyncs(added, syncs, ({ name }) => !rows.has(name)),
    };
  } finally {
    await session.close();
  }
}

function isChanged(
  project: Project,
  segment: Segment,
  state: SegmentState | undefined,
  texts: ReadonlyMap<string, DefinitionText>,
): boolean {
  if (!state || state.tier !== segment.tier) return true;
  if (state.fingerprint !== prepareSegment(project, segment).fingerprint) return true;
  const { name } = segment;
  return differs(textOf(texts, 'segment', { name, fingerprint: state.fingerprint }), segmentText(segment));
}

function isTurned(
  project: Project,
  sync: Sync,
  row: SyncRow | undefined,
  texts: ReadonlyMap<string, DefinitionText>,
): boolean {
  if (!row) return true;
  if (row.fingerprint !== undefined && row.fingerprint !== syncFingerprint(project, sync)) return true;
  const { name } = sync;
  return differs(textOf(texts, 'sync', { name, fingerprint: row.fingerprint }), syncText(sync));
}

function differs(before: string | undefined, now: string | undefined): boolean {
  return before !== undefined && before !== now;
}

/** A segment brings its syncs along: what becomes of its members is theirs to send. */
function withSyncs(
  segments: readonly Segment[],
  syncs: readonly Sync[],
  isWanted: (sync: Sync) => boolean,
): Standing['new'] {
  const names = new Set(segments.map(({ name }) => name));
  const own = syncs.filter((sync) => names.has(sync.segment) || isWanted(sync));
  return { segments: names, syncs: new Set(own.map(({ name }) => name)) };
}
