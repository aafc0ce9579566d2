/** Opens a pool to a server and learns what it allows. */
import { DiagnosedError, type Diagnostic, diagnose } from '../../diagnostics/diagnostic.ts';
import type { ConnectOptions, Session } from '../warehouse.ts';
import { failureKind, messageOf } from './failure.ts';
import type { Options } from './index.ts';
import { openPool, type Pool } from './pool.ts';
import { sessionOn } from './session.ts';

const OLDEST_VERSION = 140_000;

/**
 * Throws E307 (77) when the server refuses the credentials, E308 (75) when it cannot be reached, E309 for other
 * failures, E310 when it is too old.
 */
export async function connect(request: ConnectOptions, options: Options): Promise<Session> {
  let pool: Pool | undefined;
  try {
    pool = openPool(request, options);
    const server = await learn(pool);
    if (server.version < OLDEST_VERSION) throw new DiagnosedError([tooOld(server.version)]);
    const { temporaryTables } = server;
    return sessionOn(request, pool, { temporaryTables, wakes: options.wake === 'notify' });
  } catch (error) {
    await pool?.close();
    throw error instanceof DiagnosedError ? error : new DiagnosedError([connectionFailure(error)]);
  }
}

/** Temporary tables need a privilege, and neither a replica nor a role that may only read can make them. */
async function learn(pool: Pool): Promise<{ version: number; temporaryTables: boolean }> {
  const { rows } = await pool.lend((connection) =>
    connection.query<{ version: string; temporary: string }>(
      `SELECT current_setting('server_version_num') AS version,
         has_database_privilege(current_database(), 'TEMPORARY') AND NOT pg_is_in_recovery()
           AND (SELECT coalesce(reset_val, 'off') = 'off' FROM pg_catalog.pg_settings
                WHERE name = 'default_transaction_read_only') AS temporary`,
    ),
  );
  return { version: Number(rows[0]!.version), temporaryTables: rows[0]!.temporary === 'true' };
}

function tooOld(version: number): Diagnostic {
  return diagnose('E310', {
    version: `${Math.floor(version / 10_000)}`,
    needed: `${OLDEST_VERSION / 10_000}`,
  });
}

function connectionFailure(error: unknown): Diagnostic {
  const parameters = { warehouse: 'PostgreSQL', detail: messageOf(error) };
  const failure = failureKind(error);
  if (failure === 'credentials') return diagnose('E307', parameters);
  return failure === 'transient' ? diagnose('E308', parameters) : diagnose('E309', parameters);
}
