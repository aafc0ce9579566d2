/** An open Klaviyo destination. */
import type { ApiRequest } from '../api.ts';
import { limitsOf } from '../call.ts';
import type { Batch, DestinationSession, OpenContext } from '../destination.ts';
import { sent } from '../failures.ts';
import { changeBytes } from '../json.ts';
import { eventsOutcome, importOutcome } from './answer.ts';
import { openClient } from './client.ts';
import { polled } from './jobs.ts';
import { openLists } from './lists.ts';
import type { KlaviyoSettings } from './options.ts';
import { type Attribute, eventsBody, identifierOf, importBody } from './profiles.ts';
import { removed } from './removal.ts';

/** A call takes 5 MB. Source: Klaviyo OpenAPI, `bulk_import_profiles`, `bulk_create_events`. */
export const BATCH_BYTES = 4_500_000;

/** A session on one account. Opens no connection. */
export function openSession(context: OpenContext, settings: KlaviyoSettings): DestinationSession {
  const { world, name: destination } = context;
  const { base, profilesBy: by } = settings;
  const client = openClient(context, settings);
  const lists = openLists(destination, client);
  const now = () => world.clock.now();
  return {
    limits: limitsOf(settings, BATCH_BYTES),
    async check() {
      await client.ask({ method: 'GET', path: '/api/lists?fields[list]=name' });
    },
    ensureAudience: ({ name, dryRun }) => lists.ensure(name, dryRun),
    identifier: (kind, value, { defaultCountry }) => identifierOf(kind, value, { by, defaultCountry }),
    example: (batch) => exampleOf(batch, by, base),
    sizeOf: (change) => changeBytes(change, 600),
    async send(batch, { signal }) {
      return sent(destination, batch, async () => {
        if (batch.op === 'remove') return removed(batch, { client, lists, by, now, signal });
        const answer = await client.call({ ...postOf(batch, by), signal });
        if (batch.events) return eventsOutcome(batch, answer, now());
        lists.stopIfGone(answer);
        return importOutcome(batch, answer, now());
      });
    },
    poll: (job, of) => polled(client, job, of, by),
    async close() {},
  };
}

function postOf(batch: Batch, by: Attribute): ApiRequest {
  return batch.events
    ? { method: 'POST', path: '/api/event-bulk-create-jobs', body: eventsBody(batch, by) }
    : { method: 'POST', path: '/api/profile-bulk-import-jobs', body: importBody(batch, by) };
}

/** Of a removal, the call after the look-up, whose ids nobody knows beforehand. */
function exampleOf(batch: Batch, by: Attribute, base: string) {
  if (batch.op !== 'remove') {
    const { method, path, body } = postOf(batch, by);
    return { to: `${method} ${base}${path}`, body };
  }
  const data = batch.changes.map(() => ({ type: 'profile', id: 'ID' }));
  return { to: `DELETE ${base}/api/lists/${batch.audience.ref}/relationships/profiles`, body: { data } };
}
