/** Whether a run of some segments would find anything to do, from what is known of them in memory. */
import { cursorKind } from '../compile/watermarks.ts';
import type { Project } from '../config/project.ts';
import { groupTicks } from '../evaluate/group.ts';
import { alwaysFull } from '../evaluate/mode.ts';
import type { PreparedSegment } from '../evaluate/prepared.ts';
import { isAnythingNew } from '../evaluate/probe.ts';
import type { TickMember } from '../evaluate/tick.ts';
import { type Instant, latest } from '../instant.ts';
import type { ReadTable } from '../segment/reads.ts';
import { stateFrom } from './evaluate.ts';
import type { Kept } from './kept.ts';
import type { Opened } from './open.ts';

export interface ProbeInput {
  readonly project: Project;
  readonly opened: Opened;
  readonly kept: Kept;
  readonly segments: readonly PreparedSegment[];
  /** The warehouse's clock. */
  readonly now: Instant;
  /** At its slots a segment ticks that is evaluated in full every time. */
  readonly isSlot: boolean;
}

/** False only when a tick of them all would surely find nothing. What is not known yet has to be looked at by a run. */
export async function hasWork({
  project,
  opened,
  kept,
  segments,
  now,
  isSlot,
}: ProbeInput): Promise<boolean> {
  const { session, warehouse, tables } = opened;
  const members: TickMember[] = [];
  for (const prepared of segments) {
    const state = kept.stateOf(prepared.name);
    if (state === undefined || state.fingerprint !== prepared.fingerprint) return true;
    members.push({ prepared, state });
  }
  if (segments.length === 0) return false;
  const known = kept.catalogOf(segments.map(({ name }) => name));
  if (!known) return true;
  const scope = { catalog: known, timezone: project.timezone, t: now };
  const kinds = { cursorKind: (read: ReadTable) => cursorKind(read, scope), mayMove: known.mayMove };
  if (isSlot && segments.some((each) => alwaysFull(each, kinds))) return true;
  for (const group of groupTicks(members, { reasons: new Map(), comparable: new Set() })) {
    const t = latest([now, ...group.members.map(({ state }) => state!.evaluatedAt)])!;
    const context = { project, warehouse, catalog: known, t, made: NOT_ASKED, state: stateFrom(tables) };
    if (await isAnythingNew(session, group, context)) return true;
  }
  return false;
}

const NOT_ASKED: ReadonlyMap<string, string> = new Map();
