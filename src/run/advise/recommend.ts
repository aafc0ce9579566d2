/**
 * The rule: the slowest tier at which members are wrong for no larger a share of their time than is allowed. If even the
 * fastest is not good enough, the fastest.
 */
import type { SegmentAdvice, TierAdvice } from '../../report/results.ts';

export type Recommendation = Required<Pick<SegmentAdvice, 'recommended' | 'why'>>;

/** `tiers`: fastest first. */
export function recommend(tiers: readonly TierAdvice[], maxWrong: number): Recommendation {
  const good = tiers.filter((each) => (each.wrong_share ?? 0) <= maxWrong);
  const chosen = good.at(-1) ?? tiers[0]!;
  return { recommended: chosen.tier, why: whyOf(chosen, tiers, good, maxWrong) };
}

function whyOf(
  chosen: TierAdvice,
  tiers: readonly TierAdvice[],
  good: readonly TierAdvice[],
  maxWrong: number,
): string {
  if (tiers.every((each) => (each.wrong_share ?? 0) === 0)) return 'nobody would be wrong at any tier';
  const own = `wrong for ${percent(chosen.wrong_share ?? 0)} of members’ time`;
  if (good.length === 0) return `${own}: more than ${percent(maxWrong)}, but no tier is faster`;
  const next = tiers[tiers.indexOf(chosen) + 1];
  const slower = next
    ? `; ${next.tier}: ${percent(next.wrong_share ?? 0)}, more than ${percent(maxWrong)}`
    : '';
  return `${own}${slower}${faster(chosen, tiers)}`;
}

/** What the next faster tier would cost, and gain. */
function faster(chosen: TierAdvice, tiers: readonly TierAdvice[]): string {
  const before = tiers.slice(0, tiers.indexOf(chosen)).findLast(({ every_ms }) => every_ms < chosen.every_ms);
  if (!before || chosen.ticks === 0) return '';
  const gain = (chosen.wrong_share ?? 0) - (before.wrong_share ?? 0);
  return `; ${before.tier} would take ${times(before.ticks / chosen.ticks)} the ticks to gain ${points(gain)}`;
}

function times(n: number): string {
  return `${n < 10 ? Math.round(n * 10) / 10 : Math.round(n)} times`;
}

function points(share: number): string {
  return `${shown(share * 100)} points`;
}

/** `0.004` -> `0.4%`. */
function percent(share: number): string {
  return `${shown(share * 100)}%`;
}

function shown(n: number): string {
  if (n === 0) return '0';
  if (n < 0.01) return 'less than 0.01';
  return String(n < 10 ? Number(n.toPrecision(2)) : Math.round(n));
}
