/** What an answer means for the rows of a batch. */
import { fail } from '../../diagnostics/diagnostic.ts';
import type { Instant } from '../../instant.ts';
import type { HttpResponse } from '../../world.ts';
import type { Batch, Outcome } from '../destination.ts';
import { retryAll } from '../receipts.ts';
import { retryAfterMs } from '../retry-after.ts';
import { rowErrors } from './row-errors.ts';

const TRY_AGAIN = new Set([408, 425, 429]);
/** They tell of the address, not of what was sent: nobody is rejected for a wrong `url`. */
const NO_ENDPOINT = new Set([404, 405, 410]);

/**
 * The outcome of an answered request; `now` counts a `Retry-After` date. Nothing of the answer's text gets into a
 * message, rows' own errors apart. Throws E401 (credentials refused), E403 (a redirect) and E405 (no endpoint there).
 */
export function outcomeOf(
  { name: destination, secrets }: { readonly name: string; readonly secrets: readonly string[] },
  batch: Batch,
  answer: HttpResponse,
  now: Instant,
): Outcome {
  const { status } = answer;
  if (status >= 200 && status < 300) {
    return { receipts: rowErrors(batch, answer, secrets), httpStatus: status };
  }
  if (status === 401 || status === 403) fail('E401', { destination, status });
  if (status >= 300 && status < 400) fail('E403', { destination, status });
  if (isNoEndpoint(status)) fail('E405', { destination, status });
  if (TRY_AGAIN.has(status) || status >= 500) {
    const afterMs = retryAfterMs(answer.headers['retry-after'], now);
    return { receipts: retryAll(batch, `http_${status}`, wording(status), afterMs), httpStatus: status };
  }
  return { refused: { code: `http_${status}`, message: wording(status) }, httpStatus: status };
}

/** True where the answer says that nothing listens at the address. */
export function isNoEndpoint(status: number): boolean {
  return NO_ENDPOINT.has(status);
}

function wording(status: number): string {
  if (status === 429) return 'the endpoint asks to slow down (HTTP 429)';
  return `the endpoint answered HTTP ${status}`;
}
