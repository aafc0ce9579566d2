/** An open Braze destination. */
import { fail } from '../../diagnostics/diagnostic.ts';
import { isRefusedKey } from '../answers.ts';
import { openApi } from '../api.ts';
import { limitsOf } from '../call.ts';
import type { DestinationSession, OpenContext } from '../destination.ts';
import { expectApi, sent, unreachable } from '../failures.ts';
import { changeBytes } from '../json.ts';
import { outcomeOf } from './answer.ts';
import type { BrazeSettings } from './options.ts';
import { identifierOf, trackBody } from './users.ts';

/** No limit is published for this call; far above what 75 objects take. */
export const BATCH_BYTES = 1_000_000;

/** Names of attributes and events: not empty, no `$` at the start, at most 255 characters. */
const NAME = /^[^$\s][^\0]{0,254}$/;
/** What users have anyway: an audience of such a name would overwrite it. */
const RESERVED =
  /^(_.*|braze_id|country|current_location|date_of_.*|dob|email.*|external_id|facebook|first_name|gender|home_city|image_url|language|last_name|phone|push_.*|subscription_groups|time_zone|twitter|user_alias)$/i;

/** A session on one workspace. Opens no connection. */
export function openSession(context: OpenContext, settings: BrazeSettings): DestinationSession {
  const { world, name: destination } = context;
  const { base, apiKey } = settings;
  const api = openApi(world, settings, { authorization: `Bearer ${apiKey}` });
  const track = (body: unknown, signal?: AbortSignal) =>
    api({ method: 'POST', path: '/users/track', body, signal });
  return {
    limits: limitsOf(settings, BATCH_BYTES),
    async check() {
      // Without data it is refused, after the key was looked at.
      const answer = await track({ attributes: [] }).catch((error: unknown) =>
        unreachable(destination, error),
      );
      if (isRefusedKey(answer)) refusedKey(destination, answer.status);
      expectApi(destination, answer);
    },
    async ensureAudience({ name }) {
      if (!NAME.test(name) || RESERVED.test(name)) {
        fail('E407', {
          destination,
          detail: `\`${name}\` cannot be the name of an attribute of its own`,
          hint: 'give the sync another `audience:`, such as `segsync_NAME`',
        });
      }
      return `${new URL(base).host}/${name}`;
    },
    identifier: (kind, value, { defaultCountry }) => identifierOf(kind, value, defaultCountry),
    example: (batch) => ({ to: `POST ${base}/users/track`, body: trackBody(batch, settings) }),
    sizeOf: (change) => changeBytes(change, 400),
    async send(batch, { signal }) {
      return sent(destination, batch, async () => {
        const answer = await track(trackBody(batch, settings), signal);
        if (isRefusedKey(answer)) refusedKey(destination, answer.status);
        return outcomeOf(batch, answer, world.clock.now(), apiKey);
      });
    },
    async close() {},
  };
}

function refusedKey(destination: string, status: number): never {
  return fail('E406', {
    destination,
    detail: `HTTP ${status}`,
    hint: 'the REST API key needs the permission `users.track`, and belongs to one `endpoint`',
  });
}
