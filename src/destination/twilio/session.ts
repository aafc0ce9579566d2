/** An open Twilio account. */
import { fail } from '../../diagnostics/diagnostic.ts';
import { isRefusedKey } from '../answers.ts';
import { openApi } from '../api.ts';
import { limitsOf } from '../call.ts';
import type { DestinationSession, OpenContext } from '../destination.ts';
import { expectApi, sent, unreachable } from '../failures.ts';
import { changeBytes } from '../json.ts';
import { outcomeOf } from './answer.ts';
import { formOf, identifierOf, itemsOf } from './consents.ts';
import type { TwilioSettings } from './options.ts';

/** No limit is published; far above what 25 opt-outs take. */
export const BATCH_BYTES = 100_000;

const PATH = '/v1/Consents/Bulk';

/** A session on one account. Opens no connection. */
export function openSession(context: OpenContext, settings: TwilioSettings): DestinationSession {
  const { world, name: destination } = context;
  const { base, username, password } = settings;
  const pair = Buffer.from(`${username}:${password}`, 'utf8').toString('base64');
  const api = openApi(world, settings, { authorization: `Basic ${pair}` });
  const post = (body: string, signal?: AbortSignal) =>
    api({
      ...{ method: 'POST', path: PATH, signal },
      text: { body, type: 'application/x-www-form-urlencoded' },
    });
  return {
    limits: limitsOf(settings, BATCH_BYTES),
    async check() {
      // Without an item it is refused, after the credentials were looked at. A key may read no account.
      const answer = await post('').catch((error: unknown) => unreachable(destination, error));
      if (isRefusedKey(answer)) refusedKey(destination, answer.status);
      expectApi(destination, answer);
    },
    // There is none: only events are taken.
    ensureAudience: async ({ name }) => name,
    identifier: (kind, value, { defaultCountry }) => identifierOf(kind, value, defaultCountry),
    example: (batch) => ({ to: `POST ${base}${PATH}`, body: { Items: itemsOf(batch, settings) } }),
    sizeOf: (change) => changeBytes(change, 600),
    async send(batch, { signal }) {
      return sent(destination, batch, async () => {
        const answer = await post(formOf(itemsOf(batch, settings)), signal);
        if (isRefusedKey(answer)) refusedKey(destination, answer.status);
        return outcomeOf(destination, batch, answer, world.clock.now());
      });
    },
    async close() {},
  };
}

function refusedKey(destination: string, status: number): never {
  return fail('E406', {
    destination,
    detail: `HTTP ${status}`,
    hint: 'check the SID and its token or secret, and that the account has the Consent Management API',
  });
}
