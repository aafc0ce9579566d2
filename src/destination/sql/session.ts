/** An open SQL destination. */
import type { Knex } from 'knex';
import type { Batch, DestinationSession, OpenContext, Outcome } from '../destination.ts';
import { changeBytes, plainFields } from '../json.ts';
import { outcomeOf, stop } from './failure.ts';
import type { SqlSettings } from './options.ts';
import { keysOf, makeTable, writeBatch } from './table.ts';

export const BATCH_BYTES = 8_000_000;

/** A session on one table. Opens no connection before it is needed. */
export function openSession({ name: destination }: OpenContext, settings: SqlSettings): DestinationSession {
  let opened: Promise<Knex> | undefined;
  const knex = (): Promise<Knex> => {
    opened ??= connect(settings);
    return opened;
  };
  let made: Promise<void> | undefined;
  const ready = async (): Promise<Knex> => {
    const database = await knex();
    if (settings.createTable) {
      made ??= makeTable(database, settings);
      // What failed is tried again by the next request.
      await made.catch((error: unknown) => {
        made = undefined;
        throw error;
      });
    }
    return database;
  };
  return {
    limits: {
      batchRows: settings.batchRows,
      batchBytes: BATCH_BYTES,
      concurrency: settings.concurrency,
    },
    async check() {
      await (await knex()).raw('SELECT 1').catch((error: unknown) => stop(destination, error));
    },
    async ensureAudience({ name }) {
      const { host, pathname } = new URL(settings.url);
      return `${host}${pathname}/${settings.schema ?? ''}.${settings.table}/${name}`;
    },
    identifier: (_kind, value) => value,
    example: ({ op, audience, changes }) => ({
      to: `${op === 'remove' ? 'DELETE FROM' : 'INSERT INTO'} ${settings.schema ? `${settings.schema}.` : ''}${settings.table}`,
      body: changes.map(({ key, identifiers, fields }) => ({
        ...{ audience: audience.name, entity_key: key },
        ...(op === 'remove' ? {} : { identifiers, fields: plainFields(fields) }),
      })),
    }),
    sizeOf: (change) => changeBytes(change, 64),
    async send(batch: Batch): Promise<Outcome> {
      try {
        await writeBatch(await ready(), settings, batch);
        return { receipts: batch.changes.map(() => ({ kind: 'delivered' })) };
      } catch (error) {
        return outcomeOf(destination, batch, error);
      }
    },
    async *list({ name }) {
      try {
        yield* keysOf(await knex(), settings, name);
      } catch (error) {
        stop(destination, error);
      }
    },
    async close() {
      if (opened) await (await opened).destroy();
      opened = undefined;
    },
  };
}

/** The driver is loaded only now. */
async function connect({ url, concurrency, timeoutMs }: SqlSettings): Promise<Knex> {
  const { default: knexPackage } = await import('knex');
  return knexPackage.knex({
    client: 'pg',
    connection: {
      connectionString: url,
      application_name: 'segsync',
      statement_timeout: timeoutMs,
      connectionTimeoutMillis: Math.min(timeoutMs, 10_000),
      // An answer that never comes ends the statement here, too.
      query_timeout: timeoutMs + 5_000,
    } as Knex.PgConnectionConfig,
    pool: { min: 0, max: concurrency },
    acquireConnectionTimeout: timeoutMs,
    // Otherwise it writes to the console.
    log: { warn() {}, error() {}, debug() {}, deprecate() {} },
  });
}
