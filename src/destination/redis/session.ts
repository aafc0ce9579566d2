/** An open Redis destination. */
import type { DestinationSession, OpenContext } from '../destination.ts';
import { changeBytes } from '../json.ts';
import { addressOf } from './address.ts';
import { outcomeOf, stop } from './answer.ts';
import { inTransaction, openConnection } from './connection.ts';
import { commandsOf, receiptsOf, setOf } from './members.ts';
import type { RedisSettings } from './options.ts';

export const BATCH_BYTES = 4_000_000;

/** Members a page. */
const PAGE = 1_000;

/** A session on one database. Opens no connection before it is needed. */
export function openSession(context: OpenContext, settings: RedisSettings): DestinationSession {
  const { world, name: destination } = context;
  const connection = openConnection(world, settings);
  const { batchRows, concurrency } = settings;
  return {
    limits: { batchRows, batchBytes: BATCH_BYTES, concurrency },
    async check() {
      await connection.run((client) => client.ping()).catch((error: unknown) => stop(destination, error));
    },
    ensureAudience: async ({ name }) => refOf(name, settings),
    identifier: (_kind, value) => value,
    example: (batch) => ({
      to: whereOf(settings.url),
      body: commandsOf(batch, settings).map((command) => command.join(' ')),
    }),
    sizeOf: (change) => changeBytes(change, 128),
    async send(batch, { signal }) {
      const commands = commandsOf(batch, settings);
      try {
        if (commands.length > 0) await connection.run((client) => inTransaction(client, commands), signal);
        return { receipts: receiptsOf(batch, settings) };
      } catch (error) {
        return outcomeOf(destination, batch, error);
      }
    },
    async *list({ name }) {
      const set = setOf(name, settings);
      let cursor = '0';
      do {
        const page = await connection
          .run((client) => client.sScan(set, cursor, { COUNT: PAGE }))
          .catch((error: unknown) => stop(destination, error));
        cursor = String(page.cursor);
        yield* page.members.map(String);
      } while (cursor !== '0');
    },
    close: () => connection.close(),
  };
}

/** Another reference begins an empty ledger: where the members are, by what they go, and whether they have hashes. */
function refOf(audience: string, settings: RedisSettings): string {
  const { member, lookupPrefix, url } = settings;
  const by = member === 'key' ? '' : ` by ${member}`;
  const hashes = lookupPrefix === undefined ? '' : ` with ${lookupPrefix}`;
  return `${whereOf(url)}/${setOf(audience, settings)}${by}${hashes}`;
}

/** Without user and password. */
function whereOf(url: string): string {
  const { host, port, database } = addressOf(url) ?? { host: 'unset.invalid', port: 6379, database: 0 };
  return `${host}:${port}/${database}`;
}
