/** Guards: a sync that would remove or add far more people than expected is held. */
import type { Guards } from '../config/project.ts';
import type { Held } from '../report/results.ts';

export interface Pressure {
  /** Members that the audience would lose and gain now. */
  readonly removes: number;
  readonly adds: number;
  /** Net losses (gains, when negative) of the last hour, the first load left out. */
  readonly lostLastHour: number;
  /** Rows of the ledger now. */
  readonly ledgerSize: number;
  readonly firstLoad: boolean;
}

type Allowed = { readonly removal?: boolean; readonly add?: boolean } | undefined;

/**
 * The guard that trips, if one does. Shares are of what the ledger had an hour ago, and what the hour already changed,
 * net, counts with what is to come. Up to `minGuardedSize` changes always pass.
 */
export function judge(guards: Guards, pressure: Pressure, allowed: Allowed): Held | undefined {
  const { removes, adds, lostLastHour, ledgerSize, firstLoad } = pressure;
  const lost = Math.max(0, lostLastHour);
  const gained = Math.max(0, -lostLastHour);
  if (removes > 0 && !allowed?.removal && ledgerSize > 0) {
    const limit = { share: guards.maxRemove, free: guards.minGuardedSize };
    if (exceeds(removes + lost, ledgerSize + lost, limit)) {
      return {
        guard: 'max_remove',
        figure: figure(removes + lost, ledgerSize + lost),
        limit: `${guards.maxRemove}%`,
      };
    }
  }
  if (adds > 0 && !allowed?.add && !firstLoad) {
    const limit = { share: guards.maxAdd, free: guards.minGuardedSize };
    if (exceeds(adds + gained, ledgerSize - gained, limit)) {
      return {
        guard: 'max_add',
        figure: figure(adds + gained, ledgerSize - gained),
        limit: `${guards.maxAdd}%`,
      };
    }
  }
  return undefined;
}

function exceeds(changes: number, base: number, limit: { share: string; free: number }): boolean {
  return changes > limit.free && changes * 100 > Number(limit.share) * Math.max(0, base);
}

function figure(changes: number, base: number): string {
  if (base <= 0) return `${changes} of 0`;
  return `${((changes * 100) / base).toFixed(1)}% (${changes} of ${base})`;
}
