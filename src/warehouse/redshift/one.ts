/** One statement on a connection. */
import type { QueryConfig, QueryResult } from 'pg';
import type { Row } from '../warehouse.ts';
import type { Connection } from './pool.ts';

/** The extended protocol refuses a second statement in the same text. */
export function runOne(connection: Connection, sql: string): Promise<QueryResult<Row>> {
  const config: QueryConfig & { queryMode: 'extended' } = { text: sql, queryMode: 'extended' };
  return connection.query<Row>(config);
}
