/** Opens a session and learns whether it can work. */
import { DiagnosedError, type Diagnostic, diagnose } from '../../diagnostics/diagnostic.ts';
import { type ConnectOptions, type Session, WarehouseError } from '../warehouse.ts';
import { loadClient } from './client.ts';
import { failureKind, messageOf } from './failure.ts';
import type { Options } from './index.ts';
import { openPool, type Pool } from './pool.ts';
import { run } from './run.ts';
import { sessionOn } from './session.ts';
import { rowsOf } from './values.ts';

/** Throws E307 (77) when the credentials are refused, E308 (75) when it cannot be reached, E309 for other failures. */
export async function connect(request: ConnectOptions, options: Options): Promise<Session> {
  let pool: Pool | undefined;
  try {
    pool = openPool(request, await loadClient(request), options);
    await check(pool);
    return sessionOn(request, pool);
  } catch (error) {
    await pool?.close();
    throw error instanceof DiagnosedError ? error : new DiagnosedError([connectionFailure(error)]);
  }
}

export const PLACE =
  'SELECT CURRENT_DATABASE() AS database_name, CURRENT_SCHEMA() AS schema_name, CURRENT_WAREHOUSE() AS warehouse_name';

/** A login says nothing of names that do not exist, or that the role may not use: the session is then without them. */
async function check(pool: Pool): Promise<void> {
  const statement = await run(await pool.shared(), pool.running, PLACE);
  for await (const { database_name, schema_name, warehouse_name } of rowsOf(statement)) {
    const missing = [
      ...(warehouse_name === null ? ['warehouse'] : []),
      ...(database_name === null ? ['database'] : []),
      // Temporary tables need one.
      ...(database_name !== null && schema_name === null ? ['schema'] : []),
    ];
    if (missing.length > 0) {
      const names = missing.map((each) => `\`${each}\``).join(' and ');
      throw new WarehouseError('permission', `${names} does not exist, or the role may not use it`);
    }
  }
}

function connectionFailure(error: unknown): Diagnostic {
  const parameters = { warehouse: 'Snowflake', detail: messageOf(error) };
  const failure = failureKind(error);
  if (failure === 'credentials') return diagnose('E307', parameters);
  return failure === 'transient' ? diagnose('E308', parameters) : diagnose('E309', parameters);
}
