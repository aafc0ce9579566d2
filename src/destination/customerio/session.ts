/** An open Customer.io destination. */
import { fail } from '../../diagnostics/diagnostic.ts';
import { limitsOf } from '../call.ts';
import type { Batch, DestinationSession, Example, OpenContext } from '../destination.ts';
import { sent } from '../failures.ts';
import { changeBytes } from '../json.ts';
import { type Client, openClient } from './client.ts';
import { changed, segmentPath } from './members.ts';
import type { CustomerioSettings } from './options.ts';
import { eventsBody, identifierOf, refOf, segmentIds } from './people.ts';
import { ensureSegment } from './segments.ts';

/** A batch takes 500 KB. Source: Customer.io Track API, OpenAPI: `batch`. */
export const BATCH_BYTES = 450_000;

/** A session on one workspace. Opens no connection. */
export function openSession(context: OpenContext, settings: CustomerioSettings): DestinationSession {
  const { world, name: destination } = context;
  const client = openClient(context, settings);
  const { track } = client;
  return {
    limits: limitsOf(settings, BATCH_BYTES),
    check: () => checkKeys(destination, client, settings),
    ensureAudience: (audience) => ensureSegment(destination, client.askApp, audience),
    identifier: (kind, value) => identifierOf(kind, value, settings.idType),
    example: (batch) => exampleOf(batch, settings),
    sizeOf: (change) => changeBytes(change, 300),
    async send(batch, { signal }) {
      const now = () => world.clock.now();
      return sent(destination, batch, () => changed(batch, { destination, track, settings, now, signal }));
    },
    async close() {},
  };
}

/** The region comes back for good credentials, whichever region is asked. */
async function checkKeys(
  destination: string,
  { askTrack, askApp }: Client,
  { region, appApiKey }: CustomerioSettings,
): Promise<void> {
  const answer = await askTrack({ method: 'GET', path: '/api/v1/accounts/region' });
  if (typeof answer.region === 'string' && answer.region !== region) {
    const detail = 'the workspace is kept in another region';
    fail('E407', { destination, detail, hint: 'set `region` to the other one' });
  }
  if (appApiKey !== undefined) await askApp({ method: 'GET', path: '/v1/segments' });
}

/** Of members, the segment's change; what sets their attributes before has the same people. */
function exampleOf(batch: Batch, { base, idType }: CustomerioSettings): Example {
  const refs = batch.changes.map((change) => refOf(change, batch.kinds, idType));
  if (batch.events) return { to: `POST ${base}/api/v2/batch`, body: eventsBody(batch, refs) };
  const ids = segmentIds(refs, idType);
  return { to: `POST ${base}${segmentPath(batch)}?id_type=${idType}`, body: { ids } };
}
