/** Which tier a segment's own past speaks for. Reads only, and needs no state. */
import { cursorKind } from '../../compile/watermarks.ts';
import type { Project } from '../../config/project.ts';
import { fail } from '../../diagnostics/diagnostic.ts';
import { prepareSegment } from '../../evaluate/prepared.ts';
import { Slots } from '../../evaluate/slots.ts';
import { TierReplay } from '../../evaluate/tier-replay.ts';
import { Truth } from '../../evaluate/truth.ts';
import { type Duration, formatInstant, type Instant } from '../../instant.ts';
import type { AdviceReport, SegmentAdvice } from '../../report/results.ts';
import { type UnknownPast, unknownPast } from '../../segment/past.ts';
import { relationName } from '../../segment/reads.ts';
import type { World } from '../../world.ts';
import { stoppable } from '../evaluate.ts';
import { type Opened, openTarget, type Patience, readTables } from '../open.ts';
import { paced } from '../pace.ts';
import { failureReport } from '../results.ts';
import { fastestFirst } from './cadences.ts';
import { notesOn } from './notes.ts';
import { recommend } from './recommend.ts';
import { type ReplayOf, replay } from './replay.ts';
import { pastOf, tierAdvice } from './tier-advice.ts';
import { workOfTick } from './work.ts';

export interface AdviceRequest extends Patience {
  readonly target: string;
  readonly segments: ReadonlySet<string>;
  /** How far back. */
  readonly over: Duration;
  /** Instead of the warehouse's clock. */
  readonly now?: Instant | undefined;
  /** Keys of each segment at most. */
  readonly most: number;
  /** Share of members' time that may be wrong. */
  readonly maxWrong: number;
  readonly signal: AbortSignal;
}

/** Segments by name. Throws E650, E3xx as `openTarget` does; what fails of one segment stands in the report. */
export async function advise(world: World, project: Project, request: AdviceRequest): Promise<AdviceReport> {
  const chosen = [...project.segments.values()].filter(({ name }) => request.segments.has(name));
  const prepared = chosen.map((segment) => prepareSegment(project, segment));
  const opened = await openTarget(world, project, request.target, 'read', request);
  try {
    const clock = await opened.session.now();
    const to = request.now ?? clock;
    if (to > clock) fail('E650', { now: formatInstant(to), clock: formatInstant(clock) });
    const span = { from: to - request.over, to };
    const { catalog } = await readTables(opened.session, opened.warehouse.dialect, prepared);
    const common = { project, warehouse: opened.warehouse, catalog, span, most: request.most };
    const segments: SegmentAdvice[] = [];
    const stopping = { options: request, session: opened.session, world };
    for (const each of prepared) {
      if (request.signal.aborted) break;
      const of: ReplayOf = { ...common, prepared: each, signal: request.signal };
      const advice = await adviseOn(of, () =>
        stoppable(stopping, () => replayed(opened, of, request.maxWrong)),
      );
      if (!request.signal.aborted) segments.push(advice);
    }
    return {
      ...{ version: 1, now: formatInstant(to), from: formatInstant(span.from) },
      ...{ max_wrong: request.maxWrong, segments },
    };
  } finally {
    await opened.session.close();
  }
}

async function adviseOn(of: ReplayOf, replay: () => ReturnType<typeof replayed>): Promise<SegmentAdvice> {
  const { name: segment, segment: declared } = of.prepared;
  const { tier } = declared;
  try {
    const reasons = reasonsAgainst(of);
    if (reasons.length > 0) return { segment, tier, advised: false, reasons };
    return { segment, tier, advised: true, ...(await replay()) };
  } catch (error) {
    return { segment, tier, advised: false, error: failureReport(error, of.project.root) };
  }
}

async function replayed(
  { session, tables }: Opened,
  of: ReplayOf,
  maxWrong: number,
): Promise<Required<Pick<SegmentAdvice, 'notes' | 'past' | 'tiers' | 'recommended' | 'why'>>> {
  const { span, project, prepared } = of;
  const truth = new Truth(span.to);
  const tiers = fastestFirst(paced(project, of.warehouse).tiers.values()).map((tier) => {
    const slots = new Slots(tier, project.timezone, span.from, span.to);
    return { tier, replay: new TierReplay(slots, span.to) };
  });
  const listeners = [truth, ...tiers.map(({ replay: own }) => own)];
  const { keys, notes } = await session.scratch(async (unlabelled) => {
    const statements = unlabelled.labelled(`segsync command=advise segment=${prepared.name}`);
    return { notes: await notesOn(statements, of), keys: await replay(statements, of, listeners) };
  });
  const advice = [];
  for (const each of tiers) {
    const work = await workOfTick(session, tables, of, each.tier);
    advice.push(tierAdvice({ ...each, work }, truth, keys));
  }
  const past = pastOf(truth, keys, span.to - span.from);
  return { notes, past, tiers: advice, ...recommend(advice, maxWrong) };
}

function reasonsAgainst({ prepared, catalog, project, span }: ReplayOf): UnknownPast[] {
  const { entity, verdict, reads } = prepared;
  const known = unknownPast(entity, verdict);
  if (known.length > 0) return known;
  const scope = { catalog, timezone: project.timezone, t: span.to };
  return reads
    .filter((read) => read.role === 'source' && cursorKind(read, scope) !== 'time')
    .map(({ table }) => ({
      code: 'cursor_is_no_time',
      message: `the cursor of ${relationName(table.relation)} tells no instant: when its rows became visible is unknown`,
    }));
}
