/**
 * What became of a request whose rows were taken. Source: `google/ads/datamanager/v1/
 * request_status_per_destination.proto` and `processing_errors.proto`.
 */
import type { JobState } from '../destination.ts';
import { isRecord } from '../json.ts';

const RUNNING: JobState = { kind: 'running' };

/** Passes by itself; anything else will be the same again. */
const PASSES = /(^|_)(INTERNAL_ERROR|UNSPECIFIED)$/;

/**
 * A request has one destination, ours. It counts the rows that it could not use by their reasons and does not say
 * which. A state that is not known counts as running: as long as it may still be applied, nothing newer may overtake it.
 */
export function jobStateOf(json: unknown): JobState {
  const [told] =
    isRecord(json) && Array.isArray(json.requestStatusPerDestination) ? json.requestStatusPerDestination : [];
  if (!isRecord(told)) return RUNNING;
  const counts = errorCounts(told.errorInfo);
  switch (told.requestStatus) {
    case 'SUCCESS':
      return { kind: 'done' };
    case 'PARTIAL_SUCCESS':
      return { kind: 'done', invalid: Math.max(1, sum(counts)) };
    case 'FAILED':
      return failed(counts);
    default:
      return RUNNING;
  }
}

interface ErrorCount {
  readonly reason: string;
  readonly rows: number;
}

/** Reasons may be missing: then nothing speaks against another attempt. */
function failed(counts: readonly ErrorCount[]): JobState {
  const lasting = counts.find(({ reason }) => !PASSES.test(reason));
  const { reason } = lasting ?? counts[0] ?? { reason: 'no reason' };
  const message = `Google could not process the request: ${reason}`;
  return { kind: 'failed', again: lasting === undefined, code: 'google_failed', message };
}

function errorCounts(info: unknown): ErrorCount[] {
  const counts = isRecord(info) && Array.isArray(info.errorCounts) ? info.errorCounts.filter(isRecord) : [];
  return counts.map(({ reason, recordCount }) => ({
    reason: shortOf(reason),
    // A 64-bit integer, so a text in JSON.
    rows: Number.isSafeInteger(Number(recordCount)) ? Number(recordCount) : 0,
  }));
}

function shortOf(reason: unknown): string {
  const known = typeof reason === 'string' && /^[A-Z][A-Z_0-9]{2,80}$/.test(reason);
  return known ? reason.replace('PROCESSING_ERROR_REASON_', '') : 'UNSPECIFIED';
}

function sum(counts: readonly ErrorCount[]): number {
  return counts.reduce((total, { rows }) => total + rows, 0);
}
