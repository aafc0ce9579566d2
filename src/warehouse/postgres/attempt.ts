/** Work that may fail and then must not spoil the transaction it is done in. */
import type { Connection } from './pool.ts';

/** Throws what `work` throws; the transaction, if there is one, can go on. */
export async function attempt<T>(
  connection: Connection,
  inTransaction: boolean,
  work: () => Promise<T>,
): Promise<T> {
  if (!inTransaction) return work();
  await connection.query('SAVEPOINT segsync_attempt');
  try {
    return await work();
  } catch (error) {
    await connection.query('ROLLBACK TO SAVEPOINT segsync_attempt');
    throw error;
  } finally {
    await connection.query('RELEASE SAVEPOINT segsync_attempt');
  }
}
