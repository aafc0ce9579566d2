/** Opens a session and learns whether it can work. */
import { DiagnosedError, type Diagnostic, diagnose } from '../../diagnostics/diagnostic.ts';
import { type ConnectOptions, type Session, WarehouseError } from '../warehouse.ts';
import { type Client, openClient } from './client.ts';
import { failureKind, messageOf } from './failure.ts';
import type { Options } from './index.ts';
import { openPool, type Pool } from './pool.ts';
import { BEGIN, ROLLBACK, say, sessionOn } from './session.ts';
import { statementsOn } from './statements.ts';

export const PLACE = 'SELECT current_catalog() AS catalog_name, current_timezone() AS zone';

/** Throws E307 (77) when the credentials are refused, E308 (75) when it cannot be reached, E309 for other failures. */
export async function connect(request: ConnectOptions, options: Options): Promise<Session> {
  let client: Client | undefined;
  let pool: Pool | undefined;
  try {
    client = await openClient(request, options);
    pool = openPool(request, client, options);
    await checkPlace(pool, options);
    await checkTransactions(pool);
    return sessionOn(request, pool);
  } catch (error) {
    await pool?.close();
    throw error instanceof DiagnosedError ? error : new DiagnosedError([connectionFailure(error)]);
  }
}

async function checkPlace(pool: Pool, { catalog }: Options): Promise<void> {
  const statements = statementsOn({ pool, kind: 'alone', whole: () => Promise.reject(new Error('unused')) });
  const [row] = await statements.query(PLACE);
  if (row!.zone !== 'UTC')
    throw new WarehouseError('statement', `the session's time zone is ${row!.zone}, not UTC`);
  if (row!.catalog_name!.toLowerCase() !== catalog.toLowerCase())
    throw new WarehouseError('missing', `\`catalog\` does not exist, or may not be used`);
}

/** Without them a tick could be written in part. */
async function checkTransactions(pool: Pool): Promise<void> {
  await pool.lend(async (session) => {
    try {
      await say(pool, session, BEGIN);
    } catch (error) {
      if (!(error instanceof WarehouseError) || error.failure !== 'statement') throw error;
      const detail = `it takes no transactions over several statements (${error.message})`;
      throw new WarehouseError('statement', detail);
    }
    await say(pool, session, ROLLBACK);
  });
}

function connectionFailure(error: unknown): Diagnostic {
  const parameters = { warehouse: 'Databricks', detail: messageOf(error) };
  const failure = failureKind(error);
  if (failure === 'credentials') return diagnose('E307', parameters);
  return failure === 'transient' ? diagnose('E308', parameters) : diagnose('E309', parameters);
}
