/** How long to wait before a request is tried again. */
import type { Duration } from '../instant.ts';
import type { Random } from '../world.ts';

const FIRST_MS = 500;
const LONGEST_MS = 30_000;
const LEAST_BOUND_MS = 10_000;
const LARGEST_BOUND_MS = 120_000;

/**
 * Full jitter: anything up to a ceiling that doubles with each attempt (the first is 1), so that many senders do not
 * come back together. What the other side asks for is the least.
 */
export function backoffMs(random: Random, attempt: number, afterMs = 0): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt - 1, 16));
  return afterMs + random.fraction() * ceiling;
}

/** For how long a request is tried again: half a tier's cadence, within bounds that let a run end. */
export function retryBoundMs(every: Duration): number {
  const half = Number(every / 2000n);
  return Math.min(LARGEST_BOUND_MS, Math.max(LEAST_BOUND_MS, half));
}
