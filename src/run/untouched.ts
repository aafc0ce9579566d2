/** A segment that a run left as it was. */
import type { SegmentResult } from '../report/results.ts';
import type { RunContext } from './context.ts';

/** `reason`: `not_due`, `locked`, `failed`. */
export function untouched(context: RunContext, segment: string, reason: string): SegmentResult {
  const members = context.states.get(segment)?.members ?? 0;
  return { segment, mode: 'skipped', reason, members, entered: 0, exited: 0, affected: 0, duration_ms: 0 };
}
