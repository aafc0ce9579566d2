/**
 * The real database under a play, its transactions taken apart into beginning and end. What it answers can be written
 * down and told again: the second play of a seed must send every statement that the first one sent, at the same moment,
 * and gets the same answer without the database being asked. That is twice as fast as to ask it again.
 */
import type { Session, Statements } from '../../src/warehouse/warehouse.ts';

export interface Database {
  readonly statements: Statements;
  begin(options?: { isolation?: 'snapshot' }): Promise<Transaction>;
}

export interface Transaction {
  readonly statements: Statements;
  commit(): Promise<void>;
  undo(): Promise<void>;
}

export function databaseOf(session: Session): Database {
  return {
    statements: session,
    begin: (options) =>
      new Promise((resolve, reject) => {
        const ended: Promise<void> = session.transaction(
          (statements) =>
            new Promise<void>((pass, fail) => {
              const commit = (): Promise<void> => {
                pass();
                return ended;
              };
              const undo = async (): Promise<void> => {
                fail(new Error('undone'));
                await ended.catch(() => undefined);
              };
              resolve({ statements, commit, undo });
            }),
          options,
        );
        ended.catch(reject);
      }),
  };
}

type Entry = { readonly asked: string } & ({ readonly answer: unknown } | { readonly error: unknown });
export type Tape = Entry[];

/** Asks, or tells what was answered the last time. */
type Ask = <T>(asked: string, work: () => Promise<T>) => Promise<T>;

export function recorded(database: Database, tape: Tape): Database {
  return asking(database, async (asked, work) => {
    try {
      const answer = await work();
      tape.push({ asked, answer });
      return answer;
    } catch (error) {
      tape.push({ asked, error });
      throw error;
    }
  });
}

/** `database` is not asked for anything. */
export function replayed({ statements }: Database, tape: Tape): Database {
  let next = 0;
  const untouched = async (): Promise<void> => {};
  const stub: Database = {
    statements,
    begin: async () => ({ statements, commit: untouched, undo: untouched }),
  };
  return asking(stub, async <T>(asked: string, work: () => Promise<T>): Promise<T> => {
    const entry = tape[next++];
    if (entry?.asked !== asked) throw new Difference(entry?.asked ?? 'nothing', asked);
    if ('error' in entry) throw entry.error;
    return asked === 'BEGIN' ? work() : (entry.answer as T);
  });
}

/** Two plays of one seed went apart. */
export class Difference extends Error {
  override readonly name = 'Difference';
  constructor(first: string, second: string) {
    super(`the second play asks for something else\nfirst:  ${first}\nsecond: ${second}`);
  }
}

function asking(database: Database, ask: Ask): Database {
  return {
    statements: statementsAsking(database.statements, ask),
    async begin(options) {
      const { statements, commit, undo } = await ask('BEGIN', () => database.begin(options));
      return {
        statements: statementsAsking(statements, ask),
        commit: () => ask('COMMIT', commit),
        undo: () => ask('ROLLBACK', undo),
      };
    },
  };
}

function statementsAsking(statements: Statements, ask: Ask): Statements {
  return {
    ...statements,
    query: (sql) => ask(sql, () => statements.query(sql)),
    execute: (sql) => ask(sql, () => statements.execute(sql)),
    writeRows: (table, columns, rows) =>
      ask(`${table} ${JSON.stringify(rows)}`, () => statements.writeRows(table, columns, rows)),
    approximateRows: (relation) =>
      ask(`rows of ${JSON.stringify(relation)}`, () => statements.approximateRows(relation)),
    labelled: (label) => statementsAsking(statements.labelled(label), ask),
  };
}
