/** Damping: what a segment says of when its verdict makes a member, and when it ends one. */
import type { Segment } from '../config/project.ts';
import type { Duration, Instant } from '../instant.ts';

export type Damping = Pick<Segment, 'settle' | 'stayAtLeast'>;

export function isDamped({ settle, stayAtLeast }: Damping): boolean {
  return settle !== undefined || stayAtLeast !== undefined;
}

/** The cause of changes that had to wait, by their segment: as `ReadTable.id` and `edgeLabel` are of others. */
export function waitId(segment: string): string {
  return `waits:${segment}`;
}

/** How one key stands. */
export interface Standing {
  /** Since when it is a member. */
  readonly enteredAt?: Instant;
  /** Since when it is known to wait: to enter, where it is no member; else to exit. */
  readonly waitsSince?: Instant;
}

/** What becomes of a key at an instant. */
export type Fate =
  | { readonly kind: 'in' | 'out' | 'enters' | 'exits' }
  /** To enter, or to exit, not before an instant. */
  | { readonly kind: 'waits'; readonly since: Instant; readonly until: Instant };

/** The rule for one key, as the tick's SQL has it for all. */
export function fateOf(
  { settle = 0n, stayAtLeast = 0n }: Damping,
  at: Standing,
  holds: boolean,
  t: Instant,
): Fate {
  const isMember = at.enteredAt !== undefined;
  if (holds === isMember) return { kind: isMember ? 'in' : 'out' };
  const since: Instant = at.waitsSince ?? t;
  const until: Duration = isMember ? at.enteredAt + stayAtLeast : since + settle;
  if (until <= t) return { kind: isMember ? 'exits' : 'enters' };
  return { kind: 'waits', since, until };
}
