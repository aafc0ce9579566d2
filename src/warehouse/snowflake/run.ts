/** One statement on one connection. */
import type { Bind, Connection, RowStatement } from 'snowflake-sdk';

/** Snowflake cuts no longer ones off: it refuses them. */
const LONGEST_TAG = 2_000;

export interface RunOptions {
  /** Shown in the query history, and in the bill's detail. */
  readonly tag?: string;
  /** Rows for the question marks of an INSERT: one execution with all of them. */
  readonly rows?: readonly (readonly Bind[])[];
  /** Only looks at the statement: its columns. */
  readonly looks?: boolean;
  /** Asks for its end when it aborts. */
  readonly signal?: AbortSignal;
}

/** Statements that run at the moment, so that they can be stopped. */
export type Running = Set<RowStatement>;

/** Resolves once its first rows can be read. */
export function run(
  connection: Connection,
  running: Running,
  sqlText: string,
  { tag = '', rows, looks, signal }: RunOptions = {},
): Promise<RowStatement> {
  return new Promise((done, refuse) => {
    const statement = connection.execute({
      sqlText,
      streamResult: true,
      ...(tag === '' ? {} : { parameters: { QUERY_TAG: tag.slice(0, LONGEST_TAG) } }),
      ...(rows ? { binds: rows as Bind[][] } : {}),
      ...(looks ? { describeOnly: true } : {}),
      complete(error, completed) {
        running.delete(statement);
        signal?.removeEventListener('abort', abort);
        if (error) refuse(error);
        else done(completed as RowStatement);
      },
    }) as RowStatement;
    const abort = (): void => void stop(statement);
    signal?.addEventListener('abort', abort);
    running.add(statement);
  });
}

export function stop(statement: RowStatement): Promise<void> {
  return new Promise((done) => statement.cancel(() => done()));
}
