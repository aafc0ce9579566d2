/** Functions whose answer may change though their arguments do not. Source: Databricks, the list of built-in functions. */
import type { Row } from '../warehouse.ts';
import { dialect } from './dialect.ts';

const MOVING = new Set(
  `
curdate current_catalog current_database current_date current_metastore current_recipient
current_schema current_time current_timestamp current_timezone current_user current_version
event_log getdate http_request input_file_block_length input_file_block_start input_file_name
is_account_group_member is_member list_secrets localtimestamp monotonically_increasing_id now rand
randn random randstr read_files remote_query secret session_user shuffle spark_partition_id
table_changes try_secret uniform user uuid version
`.match(/\S+/g),
);

/** Of some names; one with a schema before it, or that somebody has made, is not known. */
export async function movingFunctions(
  query: (sql: string) => Promise<Row[]>,
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  if (names.length === 0) return new Set();
  const list = names.map((name) => dialect.literal({ type: 'text', text: name })).join(', ');
  const rows = await query(
    `SELECT DISTINCT lower(routine_name) AS name FROM information_schema.routines WHERE lower(routine_name) IN (${list})`,
  );
  const own = new Set(rows.map(({ name }) => name));
  return new Set(
    names.filter(
      (name) =>
        MOVING.has(name) || own.has(name) || /[.`]/.test(name) || /^(ai|st_random|vector_search)/.test(name),
    ),
  );
}
