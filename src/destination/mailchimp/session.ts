/** An open Mailchimp destination. */
import { fail } from '../../diagnostics/diagnostic.ts';
import { isRefusedKey } from '../answers.ts';
import { type Api, type ApiAnswer, openApi } from '../api.ts';
import { limitsOf } from '../call.ts';
import type { Batch, DestinationSession, Example, OpenContext } from '../destination.ts';
import { sent, unreachable } from '../failures.ts';
import { changeBytes, isRecord } from '../json.ts';
import { isThrottled } from './answer.ts';
import { changed, known } from './changes.ts';
import { eventBody, eventPath, stopIfNoName, told } from './events.ts';
import { addressesOf, identifierOf, segmentBody } from './members.ts';
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
  const listIsThere = async (): Promise<void> => {
    await ask({ method: 'GET', path: `${list}?fields=id` });
  };
  return {
    // A call tells of one event: only so are those few that are in doubt after a crash.
    limits: { ...limitsOf(settings, BATCH_BYTES), eventRows: 1 },
    check: listIsThere,
    ensureAudience: (audience) => ensureSegment(destination, ask, list, audience),
    identifier: identifierOf,
    example: (batch) => exampleOf(batch, base, list),
    sizeOf: (change) => changeBytes(change, 100),
    async send(batch, { signal }) {
      const work = { destination, list, call, settings, now: () => world.clock.now(), signal };
      if (batch.events) stopIfNoName(destination, batch.audience.name);
      return sent(destination, batch, () =>
        batch.events ? told(batch, work, listIsThere) : changed(batch, work),
      );
    },
    async close() {},
  };
}

function exampleOf(batch: Batch, base: string, list: string): Example {
  const addresses = known(addressesOf(batch));
  if (!batch.events)
    return {
      to: `POST ${base}${list}/segments/${batch.audience.ref}`,
      body: segmentBody(batch.op, addresses),
    };
  return {
    to: `POST ${base}${eventPath(list, '<md5 of the address>')}`,
    body: eventBody(batch.changes[0]!, batch.audience.name),
  };
}

function stopIfRefused(destination: string, answer: ApiAnswer): void {
  if (!isRefusedKey(answer) || isThrottled(answer)) return;
  const hint = 'make a new `api_key`, of a user who may manage the audience';
  fail('E406', { destination, detail: `HTTP ${answer.status}`, hint });
}
