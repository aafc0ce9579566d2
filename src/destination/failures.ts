/** What adapters over HTTP have in common when something does not work. */
import { fail } from '../diagnostics/diagnostic.ts';
import { NetworkError } from '../world.ts';
import type { Batch, Outcome } from './destination.ts';
import { unanswered } from './receipts.ts';

/** The outcome of a batch's request; of one without an answer, that every row is tried again. Throws E402. */
export async function sent(
  destination: string,
  batch: Batch,
  work: () => Promise<Outcome>,
): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    if (error.reason === 'private_address') fail('E402', { destination });
    return unanswered(batch, error);
  }
}

/** For calls that carry nobody. Throws E402, E404. `of`: begins the message. */
export function unreachable(destination: string, error: unknown, of = ''): never {
  if (!(error instanceof NetworkError)) throw error;
  if (error.reason === 'private_address') fail('E402', { destination });
  return fail('E404', { destination, detail: of + error.message });
}

/** Throws E404 where a harmless call is answered by something else than the vendor's API. */
export function expectApi(destination: string, { status, json }: { status: number; json: unknown }): void {
  if (status >= 500) fail('E404', { destination, detail: `it answers HTTP ${status}` });
  if (json === undefined)
    fail('E404', { destination, detail: `it answers HTTP ${status}, and nothing of the vendor’s API` });
}

/** Throws E407 where an audience's name means several of the other side's. */
export function severalCalled(destination: string, what: string, name: string): never {
  return fail('E407', {
    destination,
    detail: `there are several ${what} called \`${name}\``,
    hint: 'rename all but one, or give the sync another `audience:`',
  });
}
