/** What a run does: which segments tick, which syncs deliver, in which order. Pure. */
import type { Project, Segment, Sync, Tier } from '../config/project.ts';
import { isDue, nextSlot } from '../evaluate/due.ts';
import type { SegmentState } from '../evaluate/mode.ts';
import type { Instant } from '../instant.ts';
import type { RunOptions } from '../pipeline.ts';

export interface Schedule {
  readonly segments: readonly Segment[];
  readonly syncs: readonly Sync[];
  /** Looked at, but not due. */
  readonly notDue: { readonly segments: readonly Segment[]; readonly syncs: readonly Sync[] };
  /** Due, and waiting for what `--after` names. */
  readonly waiting: { readonly segments: readonly Segment[]; readonly syncs: readonly Sync[] };
  /** Due, and never to be delivered as things are: by why. */
  readonly idle: ReadonlyMap<Sync, string>;
}

export interface NextDue {
  readonly tier: string;
  readonly at: Instant;
}

export interface ScheduleInput {
  readonly project: Project;
  readonly options: Pick<RunOptions, 'segments' | 'syncs' | 'all' | 'deliverOnly' | 'full' | 'tiers'>;
  readonly t: Instant;
  readonly states: ReadonlyMap<string, SegmentState>;
  /** When each sync last delivered. */
  readonly deliveredAt: ReadonlyMap<string, Instant>;
  /** By sync: why it would not deliver, due or not. */
  readonly idle: ReadonlyMap<string, string>;
}

/** Fastest tiers first; within a tier in the order of names. */
export function schedule(input: ScheduleInput): Schedule {
  const { project, options, t } = input;
  const tierOf = (of: { tier: string }): Tier => project.tiers.get(of.tier)!;
  const wanted = (of: { tier: string }): boolean => options.tiers === undefined || options.tiers.has(of.tier);
  const due = (of: { tier: string }, lastAt: Instant | undefined): boolean =>
    options.all || options.full || isDue(tierOf(of), project.timezone, t, lastAt);
  const fastestFirst = (a: { tier: string; name: string }, b: { tier: string; name: string }): number => {
    const difference = tierOf(a).every - tierOf(b).every;
    return difference === 0n ? (a.name < b.name ? -1 : 1) : difference < 0n ? -1 : 1;
  };
  const segments = [...project.segments.values()].filter(
    (each) => !options.deliverOnly && options.segments.has(each.name) && wanted(each),
  );
  const syncs = [...project.syncs.values()].filter((each) => options.syncs.has(each.name) && wanted(each));
  const segmentDue = (each: Segment): boolean => due(each, input.states.get(each.name)?.evaluatedAt);
  const syncDue = (each: Sync): boolean => due(each, input.deliveredAt.get(each.name));
  const dueSyncs = syncs.filter(syncDue).sort(fastestFirst);
  return {
    segments: segments.filter(segmentDue).sort(fastestFirst),
    syncs: dueSyncs.filter(({ name }) => !input.idle.has(name)),
    waiting: { segments: [], syncs: [] },
    idle: new Map(
      dueSyncs.flatMap((each) => {
        const why = input.idle.get(each.name);
        return why === undefined ? [] : [[each, why] as const];
      }),
    ),
    notDue: {
      segments: segments.filter((each) => !segmentDue(each)),
      syncs: syncs.filter((each) => !syncDue(each)),
    },
  };
}

/** The tier that is due next, of what is looked at and not due now; undefined when there is none. */
export function nextDue(
  { timezone, tiers }: Pick<Project, 'timezone' | 'tiers'>,
  { notDue }: Schedule,
  t: Instant,
): NextDue | undefined {
  const names = new Set([...notDue.segments, ...notDue.syncs].map(({ tier }) => tier));
  const slots = [...names].map((tier) => ({ tier, at: nextSlot(tiers.get(tier)!, timezone, t) }));
  return slots.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.tier < b.tier ? -1 : 1))[0];
}
