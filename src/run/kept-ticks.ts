/** What of a tick a resident process keeps in memory, and when it is written though nothing changed. */
import type { Committed } from '../evaluate/commit.ts';
import type { TickGroup, TickOutcome } from '../evaluate/tick.ts';
import type { Instant } from '../instant.ts';
import type { RunContext } from './context.ts';

/** Whether a tick that changes nothing may be known to this process alone for now. */
export function maySkipWriting(
  { options: { kept }, project }: RunContext,
  { members }: TickGroup,
  t: Instant,
): boolean {
  if (!kept) return false;
  return !members.some(({ prepared: { name, segment } }) =>
    kept.isToWrite(name, t, project.tiers.get(segment.tier)!.freshWithin),
  );
}

/** Called once the tick is committed. */
export function noteTick(
  { options: { kept } }: RunContext,
  { members }: TickGroup,
  t: Instant,
  { outcome, committed }: { outcome: TickOutcome; committed: Committed },
): void {
  if (!kept) return;
  for (const { prepared, state } of members) {
    const { enter, exit, touch } = outcome.counts.get(prepared.name)!;
    const isChanged = enter + exit + touch > 0 && committed.tickId !== undefined;
    kept.noteTick(
      prepared.name,
      {
        fingerprint: prepared.fingerprint,
        tier: prepared.segment.tier,
        evaluatedAt: t,
        watermarks: outcome.watermarks.get(prepared.name)!,
        tickId: isChanged ? committed.tickId! : (state?.tickId ?? 0n),
        members: committed.sizes.get(prepared.name)!,
      },
      { isWritten: committed.isWritten },
    );
  }
}
