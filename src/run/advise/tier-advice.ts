/** Figures of a replay as they are reported: in milliseconds, scaled up where only a sample of the keys was replayed. */
import type { Tier } from '../../config/project.ts';
import type { Late, TierReplay } from '../../evaluate/tier-replay.ts';
import type { Truth } from '../../evaluate/truth.ts';
import type { Duration } from '../../instant.ts';
import type { Cost, Lateness, SegmentPast, TierAdvice } from '../../report/results.ts';
import type { TickWork } from './work.ts';

export interface Replayed {
  readonly tier: Tier;
  readonly replay: TierReplay;
  readonly work?: TickWork | undefined;
}

/** Keys for each one that was replayed. */
export function scaleOf(truth: Truth, keys: number): number {
  return truth.keys === 0 ? 1 : keys / truth.keys;
}

export function pastOf(truth: Truth, keys: number, span: Duration): SegmentPast {
  const scaled = scaling(scaleOf(truth, keys));
  return {
    keys,
    sampled: truth.keys,
    members: scaled(truth.members),
    average_members: rounded((Number(truth.memberTime) / Number(span)) * scaleOf(truth, keys)),
    entered: scaled(truth.entered),
    exited: scaled(truth.exited),
  };
}

export function tierAdvice({ tier, replay, work }: Replayed, truth: Truth, keys: number): TierAdvice {
  const scale = scaleOf(truth, keys);
  const scaled = scaling(scale);
  const { enters, exits, missing, lingering, slots } = replay;
  const busy = busyTicks(replay.busy, slots.count, scale);
  const hasMembers = truth.memberTime > 0n || missing + lingering > 0n;
  const wrong = truth.memberTime === 0n ? 1 : Number(missing + lingering) / Number(truth.memberTime);
  return {
    tier: tier.name,
    every_ms: Number(tier.every / 1000n),
    ...(hasMembers ? { wrong_share: Number(wrong.toPrecision(6)) } : {}),
    wrong_members: scaled(replay.wrongKeys),
    missing_ms: scaled(Number(missing) / 1000),
    lingering_ms: scaled(Number(lingering) / 1000),
    late_enters: lateness(enters),
    late_exits: lateness(exits),
    unseen: scaled(replay.unseen),
    add: scaled(enters.count),
    remove: scaled(exits.count),
    ticks: slots.count,
    busy_ticks: busy,
    affected: scaled(replay.affected),
    ...(work ? { cost: costOf(work, slots.count, busy) } : {}),
  };
}

/** Of a sample: as many as there would be if what the sample lacks fell on ticks as evenly as what it has. */
function busyTicks(seen: number, ticks: number, scale: number): number {
  if (scale === 1 || ticks === 0) return seen;
  return Math.round(ticks * (1 - (1 - seen / ticks) ** scale));
}

function costOf({ look, whole, unit }: TickWork, ticks: number, busy: number): Cost {
  return { amount: Number((look * (ticks - busy) + whole * busy).toPrecision(12)), unit };
}

function lateness({ count, total, longest }: Late): Lateness {
  const mean = count === 0 ? 0 : Number(total) / count / 1000;
  return { mean_ms: rounded(mean), longest_ms: rounded(Number(longest) / 1000) };
}

function scaling(by: number): (n: number) => number {
  return (n) => Math.round(n * by);
}

/** To a thousandth. */
function rounded(n: number): number {
  return Math.round(n * 1000) / 1000;
}
