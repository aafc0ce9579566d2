/** Members of a segment: who is no contact becomes one where that is wanted, then the segment is changed. */
import { fail } from '../../diagnostics/diagnostic.ts';
import type { Api, ApiAnswer } from '../api.ts';
import type { Batch, Outcome, Receipt } from '../destination.ts';
import { type Failures, failureOf, failuresOf, receiptsOf, refusedNew, unclear } from './answer.ts';
import { addressesOf, newMembersBody, segmentBody } from './members.ts';
import type { MailchimpSettings } from './options.ts';

export interface Work {
  readonly destination: string;
  /** The path of the audience (list). */
  readonly list: string;
  readonly call: Api;
  readonly settings: MailchimpSettings;
  readonly now: () => bigint;
  readonly signal: AbortSignal | undefined;
}

const NONE: Failures = { named: new Map(), unnamed: false };

/** One call; before an add another, where members may become contacts. Both are judged alike. */
export async function changed(batch: Batch, work: Work): Promise<Outcome> {
  const { destination, list, call, now, signal } = work;
  const addresses = addressesOf(batch);
  const refused = batch.op === 'remove' ? new Map<string, Receipt>() : await joined(batch, work);
  if (!(refused instanceof Map)) return refused;
  const left = known(addresses).filter((address) => !refused.has(address));
  if (left.length === 0) return { receipts: receiptsOf(batch, addresses, NONE, refused) };
  const path = `${list}/segments/${encodeURIComponent(batch.audience.ref)}`;
  const answer = await call({ method: 'POST', path, body: segmentBody(batch.op, left), signal });
  stopIfGone(destination, answer);
  const failed = failureOf(batch, answer, now());
  if (failed) return failed;
  const failures = failuresOf(answer);
  if (!failures) return unclear(batch, answer);
  return { receipts: receiptsOf(batch, addresses, failures, refused), httpStatus: answer.status };
}

/** Makes contacts of those who are none, where that is wanted. Resolves to who could not be made, or why it failed. */
export async function joined(
  batch: Batch,
  { list, call, settings, now, signal }: Work,
): Promise<Map<string, Receipt> | Outcome> {
  if (settings.statusIfNew === undefined) return new Map();
  const body = newMembersBody(known(addressesOf(batch)), settings.statusIfNew);
  const answer = await call({ method: 'POST', path: list, body, signal });
  const failed = failureOf(batch, answer, now());
  if (failed) return failed;
  const failures = failuresOf(answer);
  return failures ? refusedNew(failures) : unclear(batch, answer);
}

export function known(addresses: readonly (string | undefined)[]): string[] {
  return addresses.filter((address) => address !== undefined);
}

function stopIfGone(destination: string, { status }: ApiAnswer): void {
  if (status !== 404) return;
  const detail = 'its segment is not there any more (HTTP 404)';
  fail('E407', { destination, detail, hint: 'run again to make a new segment, which begins empty' });
}
