/** PostgreSQL, and what speaks its protocol. */
import type { Knex } from 'knex';
import { codeOf, type Dialect, type Failure, type Meaning, SILENT } from './dialect.ts';

export const postgres: Dialect = {
  async connect({ url, concurrency, timeoutMs }) {
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
      log: SILENT,
    });
  },
  types: async () => ({ key: 'text', json: 'jsonb' }),
  statementRows: 5_000,
  failureOf(error): Failure {
    const code = codeOf(error);
    // Codes of the network are longer, or have other letters.
    return code !== undefined && /^[0-9A-Z]{5}$/.test(code)
      ? { meaning: meaningOf(code), code }
      : { meaning: 'later' };
  },
};

/** SQLSTATE, or its class. */
function meaningOf(state: string): Meaning {
  if (/^(28|3D)/.test(state)) return 'credentials';
  if (/^(22|23)/.test(state)) return 'rows';
  return /^(08|40|53|55|57|58)/.test(state) ? 'later' : 'table';
}
