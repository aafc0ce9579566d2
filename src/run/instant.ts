/** The instant of a run's ticks: the warehouse's clock, read once, never before the last tick. */
import { diagnose, fail } from '../diagnostics/diagnostic.ts';
import type { SegmentState } from '../evaluate/mode.ts';
import { formatDuration, formatInstant, type Instant, latest, MINUTE, SECOND } from '../instant.ts';
import type { Results } from './results.ts';

export interface InstantOptions {
  /** The warehouse's clock. */
  readonly clock: Instant;
  /** `--now`. */
  readonly asked?: Instant;
  /** A plan may look ahead. */
  readonly mayLookAhead: boolean;
  /** Of the segments that are looked at. */
  readonly states: readonly SegmentState[];
}

/** Throws E701 for a `--now` after the clock, E702 for one before a segment's last tick. */
export function tickInstant(options: InstantOptions, results: Results): Instant {
  const { clock, asked, states } = options;
  const last = latest(states.map((state) => state.evaluatedAt)) ?? 0n;
  if (asked !== undefined) {
    if (asked > clock && !options.mayLookAhead)
      fail('E701', { now: formatInstant(asked), clock: formatInstant(clock) });
    if (asked < last) fail('E702', { now: formatInstant(asked), last: formatInstant(last) });
    return asked;
  }
  if (clock >= last) return clock;
  const back = last - clock;
  if (back > MINUTE) {
    results.warn(diagnose('W701', { by: formatDuration((back / SECOND) * SECOND) }));
  }
  return last;
}
