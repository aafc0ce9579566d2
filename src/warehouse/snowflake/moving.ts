/** Functions whose answer may change though their arguments do not. Source: Snowflake, the function reference. */
import type { Row } from '../warehouse.ts';
import { dialect } from './dialect.ts';
import { folded } from './quote.ts';

const MOVING = new Set(
  `
current_account current_account_name current_available_roles current_client current_database
current_date current_ip_address current_organization_name current_region current_role
current_role_type current_schema current_schemas current_secondary_roles current_session
current_statement current_time current_timestamp current_transaction current_user current_version
current_warehouse getdate getvariable is_role_in_session last_query_id last_transaction localtime
localtimestamp normal random randstr result_scan seq1 seq2 seq4 seq8 sysdate systimestamp
uniform uuid_string zipf
`.match(/\S+/g),
);

/** Of some names; one with a schema before it, or that somebody has made, is not known. */
export async function movingFunctions(
  query: (sql: string) => Promise<Row[]>,
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  if (names.length === 0) return new Set();
  const list = names.map((name) => dialect.literal({ type: 'text', text: folded(name) })).join(', ');
  const rows = await query(
    `SELECT DISTINCT LOWER(function_name) AS name FROM INFORMATION_SCHEMA.FUNCTIONS WHERE function_name IN (${list})`,
  );
  const own = new Set(rows.map(({ name }) => name));
  return new Set(
    names.filter(
      (name) => MOVING.has(name) || own.has(name) || /[.$]/.test(name) || /^(ai|cortex|ml)/.test(name),
    ),
  );
}
