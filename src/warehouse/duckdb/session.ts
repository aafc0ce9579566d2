/** A session: statements on any connection, and transactions on one of their own. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { World } from '../../world.ts';
import type { Session, Statements } from '../warehouse.ts';
import type { Connections } from './database.ts';
import { tableNames } from './describe.ts';
import { type Lender, statementsOn } from './statements.ts';

/** On the database file `path`; `release` ends the session's hold on it. */
export function sessionOn(
  world: World,
  connections: Connections,
  path: string,
  release: () => void,
): Session {
  let names = 0;
  let isOpen = true;
  const freshName = (): string => {
    names += 1;
    return `segsync_passing_${names}`;
  };
  const isCancelled = (connection: DuckDBConnection): boolean => connections.isCancelled(connection);
  const any: Lender = {
    lend: (work) => connections.lend(work),
    lendOutside: (work) => connections.lend(work),
    borrow: () => connections.borrow(),
    giveBack: (connection) => connections.giveBack(connection, 'reused'),
    isCancelled,
    freshName,
  };
  const pinned = (connection: DuckDBConnection): Lender => ({
    lend: (work) => work(connection),
    lendOutside: any.lendOutside,
    borrow: async () => connection,
    giveBack: () => {},
    isCancelled,
    freshName,
  });
  /** Every transaction reads one snapshot; its connection is used up, so that its temporary tables go with it. */
  const inTransaction = <T>(end: 'COMMIT' | 'ROLLBACK', work: (statements: Statements) => Promise<T>) =>
    connections.lend(async (connection) => {
      const statements = statementsOn(pinned(connection));
      await statements.execute('BEGIN TRANSACTION');
      try {
        const result = await work(statements);
        // Fails when an earlier failure was passed over, where COMMIT would roll back and call it success.
        await statements.execute('SELECT 1');
        await statements.execute(end);
        return result;
      } catch (error) {
        await statements.execute('ROLLBACK').catch(() => undefined);
        throw error;
      }
    }, 'used');
  const statements = statementsOn(any);
  return {
    ...statements,
    version: async () => {
      const [row] = await statements.query('SELECT version() AS version');
      return `DuckDB ${row!.version!.replace(/^v/, '')}`;
    },
    now: async () => world.clock.now(),
    // Only this process can write, and it has no transaction open while it asks.
    oldestOpenTransaction: async () => undefined,
    identity: async () => path,
    transaction: (work) => inTransaction('COMMIT', work),
    scratch: (work) => inTransaction('ROLLBACK', work),
    // It has no roles: whoever can open the file may do everything.
    missingGrants: async () => [],
    // Its own statistics of each block of rows do what indexes would.
    missingIndexes: async () => [],
    tableNames: () => tableNames(statements.query),
    cancel: async () => connections.cancel(),
    async close() {
      connections.close();
      if (isOpen) release();
      isOpen = false;
    },
  };
}
