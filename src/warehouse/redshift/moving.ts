/** Functions whose answer may change though their arguments do not. Source: Redshift, SQL functions reference. */
import type { Row } from '../warehouse.ts';
import { dialect } from './dialect.ts';

const MOVING = new Set([
  'random',
  'getdate',
  'sysdate',
  'now',
  'current_date',
  'current_time',
  'current_timestamp',
  'localtime',
  'localtimestamp',
  'timeofday',
  'clock_timestamp',
  'statement_timestamp',
  'transaction_timestamp',
  'current_user',
  'current_user_id',
  'session_user',
  'user',
  'current_schema',
  'current_schemas',
  'current_database',
  'current_setting',
  'pg_backend_pid',
  'pg_last_query_id',
  'version',
]);

/** Those above, and users' own, which may do anything. */
export async function movingFunctions(
  query: (sql: string) => Promise<Row[]>,
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  const list = names.map((name) => dialect.literal({ type: 'text', text: name })).join(', ');
  const rows = await query(
    'SELECT DISTINCT p.proname AS name FROM pg_catalog.pg_proc AS p' +
      ' JOIN pg_catalog.pg_namespace AS s ON s.oid = p.pronamespace' +
      ` WHERE s.nspname <> 'pg_catalog' AND p.proname IN (${list})`,
  );
  const own = new Set(rows.map(({ name }) => name));
  return new Set(names.filter((name) => MOVING.has(name) || own.has(name) || name.includes('.')));
}
