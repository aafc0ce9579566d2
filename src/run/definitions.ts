/** Which definitions differ from what the state was made with: for the plan. */
import type { Project } from '../config/project.ts';
import { syncFingerprint } from '../deliver/fingerprint.ts';
import type { SegmentState } from '../evaluate/mode.ts';
import type { PreparedSegment } from '../evaluate/prepared.ts';
import type { DefinitionChange } from '../report/results.ts';
import type { SyncRow } from '../state/sync-rows.ts';

export interface DefinitionsInput {
  readonly project: Project;
  readonly prepared: ReadonlyMap<string, PreparedSegment>;
  readonly states: ReadonlyMap<string, SegmentState>;
  readonly syncRows: ReadonlyMap<string, SyncRow>;
  /** Syncs that are looked at. */
  readonly syncs: ReadonlySet<string>;
}

/** New, changed and removed definitions, segments first, by name. What was never looked at by a run is new. */
export function definitionChanges(input: DefinitionsInput): DefinitionChange[] {
  const { project, prepared, states, syncRows } = input;
  const segments = [...prepared.values()].flatMap((segment): DefinitionChange[] => {
    const state = states.get(segment.name);
    if (!state) return [{ kind: 'segment', name: segment.name, change: 'new' }];
    if (state.fingerprint !== segment.fingerprint)
      return [{ kind: 'segment', name: segment.name, change: 'logic' }];
    if (state.tier !== segment.segment.tier)
      return [{ kind: 'segment', name: segment.name, change: 'metadata' }];
    return [];
  });
  const syncs = [...project.syncs.values()]
    .filter((sync) => input.syncs.has(sync.name))
    .flatMap((sync): DefinitionChange[] => {
      const row = syncRows.get(sync.name);
      if (!row) return [{ kind: 'sync', name: sync.name, change: 'new' }];
      const changed = row.fingerprint !== undefined && row.fingerprint !== syncFingerprint(project, sync);
      return changed ? [{ kind: 'sync', name: sync.name, change: 'mapping' }] : [];
    });
  const gone = (kind: DefinitionChange['kind'], known: Iterable<string>, has: (name: string) => boolean) =>
    [...known]
      .filter((name) => !has(name))
      .map((name): DefinitionChange => ({ kind, name, change: 'removed' }));
  return [
    ...segments,
    ...gone('segment', states.keys(), (name) => project.segments.has(name)),
    ...syncs,
    ...gone('sync', syncRows.keys(), (name) => project.syncs.has(name)),
  ];
}
