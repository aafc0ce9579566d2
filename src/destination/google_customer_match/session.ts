/** An open Google Customer Match destination. */
import { openApi } from '../api.ts';
import { limitsOf } from '../call.ts';
import type { DestinationSession, OpenContext } from '../destination.ts';
import { sent, severalCalled } from '../failures.ts';
import { authorized } from '../tokens.ts';
import { openTokens } from './access.ts';
import { askerOf, type Open, poll, send } from './calls.ts';
import { findLists, listsPath, makeList, usableList } from './lists.ts';
import { identifierOf, memberOf, membersCall } from './members.ts';
import type { GoogleSettings } from './options.ts';

/** No limit is published; what 10,000 members with three identifiers each take is below it. */
export const BATCH_BYTES = 4_000_000;

/** A session on one account. Opens no connection. */
export function openSession(context: OpenContext, settings: GoogleSettings): DestinationSession {
  const { world, name: destination } = context;
  const { uploadKeyType, hashed } = settings;
  const api = authorized(openApi(world, settings), openTokens(world, destination, settings));
  const open: Open = { world, destination, settings, api };
  const ask = askerOf(open);
  return {
    limits: limitsOf(settings, BATCH_BYTES),
    async check() {
      await ask({ method: 'GET', path: `${listsPath(settings)}?pageSize=1` });
    },
    async ensureAudience({ name, dryRun }) {
      const [list, other] = await findLists(ask, settings, name, destination);
      if (other !== undefined) severalCalled(destination, 'lists', name);
      if (list !== undefined) return usableList(list, settings, destination);
      return dryRun ? `new:${name}` : makeList(ask, settings, name, destination);
    },
    identifier: (kind, value, { defaultCountry }) =>
      identifierOf(kind, value, {
        ...{ uploadKeyType, hashed },
        ...(defaultCountry === undefined ? {} : { defaultCountry }),
      }),
    example(batch) {
      const members = batch.changes.flatMap((change) => memberOf(change, batch.kinds, settings) ?? []);
      const { path, body } = membersCall(batch, members, settings);
      return { to: `POST ${settings.base}${path}`, body };
    },
    sizeOf: ({ identifiers }) =>
      Object.values(identifiers).reduce(
        (sum, value) => sum + Buffer.byteLength(JSON.stringify(value)) + 20,
        60,
      ),
    send: (batch, { signal }) => sent(destination, batch, () => send(open, batch, signal)),
    poll: (job) => poll(open, job),
    async close() {},
  };
}
