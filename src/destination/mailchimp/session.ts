/** An open Mailchimp destination. */
import { fail } from '../../diagnostics/diagnostic.ts';
import { isRefusedKey } from '../answers.ts';
import { type Api, type ApiAnswer, openApi } from '../api.ts';
import { limitsOf } from '../call.ts';
import type { Batch, DestinationSession, OpenContext, Outcome, Receipt } from '../destination.ts';
import { sent, unreachable } from '../failures.ts';
import { changeBytes, isRecord } from '../json.ts';
import { failureOf, failuresOf, isThrottled, receiptsOf, refusedNew, unclear } from './answer.ts';
import { addressesOf, identifierOf, newMembersBody, segmentBody } from './members.ts';
import type { MailchimpSettings } from './options.ts';
import { type Ask, ensureSegment } from './segments.ts';

/** No limit is published; far above what 500 addresses take. */
export const BATCH_BYTES = 1_000_000;

/** A session on one audience. Opens no connection. */
export function openSession(context: OpenContext, settings: MailchimpSettings): DestinationSession {
  const { world, name: destination } = context;
  const { base, apiKey, listId } = settings;
  const list = `/lists/${listId}`;
  const key = Buffer.from(`segsync:${apiKey}`).toString('base64');
  const api = openApi(world, settings, { authorization: `Basic ${key}` });
  const call: Api = async (request) => {
    const answer = await api(request);
    stopIfRefused(destination, answer);
    return answer;
  };
  const ask: Ask = async (request) => {
    const { status, json } = await call(request).catch((error: unknown) => unreachable(destination, error));
    if (status === 404) {
      const detail = `it has no audience ${listId} (HTTP 404)`;
      fail('E407', { destination, detail, hint: 'check `list_id`, and that the key is of the same account' });
    }
    if (status !== 200 || !isRecord(json)) fail('E404', { destination, detail: `it answers HTTP ${status}` });
    return json;
  };
  return {
    limits: limitsOf(settings, BATCH_BYTES),
    async check() {
      await ask({ method: 'GET', path: `${list}?fields=id` });
    },
    ensureAudience: (audience) => ensureSegment(destination, ask, list, audience),
    identifier: identifierOf,
    example: (batch) => ({
      to: `POST ${base}${list}/segments/${batch.audience.ref}`,
      body: segmentBody(batch.op, known(addressesOf(batch))),
    }),
    sizeOf: (change) => changeBytes(change, 100),
    async send(batch, { signal }) {
      const work: Work = { destination, call, settings, now: () => world.clock.now(), signal };
      return sent(destination, batch, () => changed(batch, list, work));
    },
    async close() {},
  };
}

interface Work {
  readonly destination: string;
  readonly call: Api;
  readonly settings: MailchimpSettings;
  readonly now: () => bigint;
  readonly signal: AbortSignal | undefined;
}

/** One call; before an add another, where members may become contacts. Both are judged alike. */
async function changed(batch: Batch, list: string, work: Work): Promise<Outcome> {
  const { destination, call, settings, now, signal } = work;
  const addresses = addressesOf(batch);
  let refused: ReadonlyMap<string, Receipt> = new Map();
  if (settings.statusIfNew !== undefined && batch.op !== 'remove') {
    const body = newMembersBody(known(addresses), settings.statusIfNew);
    const answer = await call({ method: 'POST', path: list, body, signal });
    const failed = failureOf(batch, answer, now());
    if (failed) return failed;
    const failures = failuresOf(answer);
    if (!failures) return unclear(batch, answer);
    refused = refusedNew(failures);
  }
  const left = known(addresses).filter((address) => !refused.has(address));
  if (left.length === 0)
    return { receipts: receiptsOf(batch, addresses, { named: new Map(), unnamed: false }, refused) };
  const path = `${list}/segments/${encodeURIComponent(batch.audience.ref)}`;
  const answer = await call({ method: 'POST', path, body: segmentBody(batch.op, left), signal });
  stopIfGone(destination, answer);
  const failed = failureOf(batch, answer, now());
  if (failed) return failed;
  const failures = failuresOf(answer);
  if (!failures) return unclear(batch, answer);
  return { receipts: receiptsOf(batch, addresses, failures, refused), httpStatus: answer.status };
}

function known(addresses: readonly (string | undefined)[]): string[] {
  return addresses.filter((address) => address !== undefined);
}

function stopIfRefused(destination: string, answer: ApiAnswer): void {
  if (!isRefusedKey(answer) || isThrottled(answer)) return;
  const hint = 'make a new `api_key`, of a user who may manage the audience';
  fail('E406', { destination, detail: `HTTP ${answer.status}`, hint });
}

function stopIfGone(destination: string, { status }: ApiAnswer): void {
  if (status !== 404) return;
  const detail = 'its segment is not there any more (HTTP 404)';
  fail('E407', { destination, detail, hint: 'run again to make a new segment, which begins empty' });
}
