/** Opens a pool to a server and learns what its user may do. */
import { DiagnosedError, type Diagnostic, diagnose } from '../../diagnostics/diagnostic.ts';
import type { ConnectOptions, Session } from '../warehouse.ts';
import { failureKind, messageOf } from './failure.ts';
import type { Options } from './index.ts';
import { openPool, type Pool } from './pool.ts';
import { sessionOn } from './session.ts';

/** Throws E307 (77) when the server refuses the credentials, E308 (75) when it cannot be reached, E309 for other failures. */
export async function connect(request: ConnectOptions, options: Options): Promise<Session> {
  let pool: Pool | undefined;
  try {
    pool = openPool(request, options);
    return sessionOn(request, pool, await temporaryTables(pool));
  } catch (error) {
    await pool?.close();
    throw error instanceof DiagnosedError ? error : new DiagnosedError([connectionFailure(error)]);
  }
}

/** They need a privilege, which everyone has unless it was taken away. */
async function temporaryTables(pool: Pool): Promise<boolean> {
  const connection = await pool.borrow();
  try {
    const { rows } = await connection.query<{ may: string }>(
      "SELECT has_database_privilege(current_database(), 'TEMP') AS may",
    );
    return rows[0]!.may === 'true';
  } finally {
    pool.giveBack(connection);
  }
}

function connectionFailure(error: unknown): Diagnostic {
  const parameters = { warehouse: 'Amazon Redshift', detail: messageOf(error) };
  const failure = failureKind(error);
  if (failure === 'credentials') return diagnose('E307', parameters);
  return failure === 'transient' ? diagnose('E308', parameters) : diagnose('E309', parameters);
}
