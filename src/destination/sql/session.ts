/** An open SQL destination. */
import type { Knex } from 'knex';
import type { Batch, DestinationSession, OpenContext, Outcome } from '../destination.ts';
import { changeBytes, plainFields } from '../json.ts';
import { withinLimit } from '../limit.ts';
import { dialectOf } from './dialects.ts';
import { outcomeOf, stop } from './failure.ts';
import { refOf, tableOf } from './location.ts';
import type { SqlSettings } from './options.ts';
import { isNewFile } from './sqlite.ts';
import { keysOf, makeTable, writeBatch } from './table.ts';

export const BATCH_BYTES = 8_000_000;

/** Beyond a statement's own limit: for servers that do not answer at all. */
const SPARE_MS = 10_000;

/** A session on one table. Opens no connection before it is needed. */
export function openSession(context: OpenContext, settings: SqlSettings): DestinationSession {
  const { name: destination, world } = context;
  const dialect = dialectOf(settings.url);
  const database = openDatabase(context, settings);
  const isMissing = (): boolean => isNewFile(settings.url, context);
  return {
    limits: {
      batchRows: settings.batchRows,
      batchBytes: BATCH_BYTES,
      concurrency: settings.concurrency,
    },
    async check() {
      // Opening a file that is missing would make it.
      if (settings.createTable && isMissing()) return;
      await database.use((knex) => knex.raw('SELECT 1')).catch((error) => stop(destination, dialect, error));
    },
    ensureAudience: async ({ name }) => refOf(name, settings),
    identifier: (_kind, value) => value,
    example: ({ op, audience, changes }) => ({
      to: `${op === 'remove' ? 'DELETE FROM' : 'INSERT INTO'} ${tableOf(settings)}`,
      body: changes.map(({ key, identifiers, fields }) => ({
        ...{ audience: audience.name, entity_key: key },
        ...(op === 'remove' ? {} : { identifiers, fields: plainFields(fields) }),
      })),
    }),
    sizeOf: (change) => changeBytes(change, 64),
    async send(batch: Batch, { signal }): Promise<Outcome> {
      try {
        const writing = database.useTable((knex) => writeBatch(knex, settings, batch, dialect));
        await withinLimit(world, settings.timeoutMs + SPARE_MS, writing, signal);
        return { receipts: batch.changes.map(() => ({ kind: 'delivered' })) };
      } catch (error) {
        return outcomeOf(destination, dialect, batch, error);
      }
    },
    async *list({ name }) {
      if (isMissing()) return;
      try {
        yield* keysOf(await database.use(async (knex) => knex), settings, name);
      } catch (error) {
        stop(destination, dialect, error);
      }
    },
    close: () => database.close(),
  };
}

interface Database {
  use<T>(work: (knex: Knex) => Promise<T>): Promise<T>;
  /** The table is made if it is missing, and may be. */
  useTable<T>(work: (knex: Knex) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

function openDatabase({ root, world }: OpenContext, settings: SqlSettings): Database {
  const dialect = dialectOf(settings.url);
  let opened: Promise<Knex> | undefined;
  let made: Promise<void> | undefined;
  const knex = (): Promise<Knex> => {
    opened ??= dialect.connect(settings, root);
    return opened;
  };
  return {
    use: async (work) => work(await knex()),
    async useTable(work) {
      const database = await knex();
      if (settings.createTable) {
        made ??= makeTable(database, settings, dialect);
        // What failed is tried again by the next request.
        await made.catch((error: unknown) => {
          made = undefined;
          throw error;
        });
      }
      return work(database);
    },
    async close() {
      const last = opened;
      opened = undefined;
      const ended = last?.then((database) => database.destroy()) ?? Promise.resolve();
      await withinLimit(world, SPARE_MS, ended).catch(() => {});
    },
  };
}
