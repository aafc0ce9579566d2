/** What an error of the database means for a batch. Its message may quote people's data: only its code is used. */
import { fail } from '../../diagnostics/diagnostic.ts';
import type { Batch, Outcome } from '../destination.ts';
import { retryAll } from '../receipts.ts';
import { type Dialect, type Failure, MissingDriver } from './dialect.ts';

/** Whatever of the batch was written is taken back: the transaction failed, or its end is not known. */
export function outcomeOf(destination: string, dialect: Dialect, batch: Batch, error: unknown): Outcome {
  const failure = dialect.failureOf(error);
  const code = `sql_${failure.code ?? 'connection'}`;
  if (error instanceof MissingDriver) return stop(destination, dialect, error);
  switch (failure.meaning) {
    case 'later':
      return { receipts: retryAll(batch, code, wording(failure)) };
    case 'rows':
      return { refused: { code, message: wording(failure) } };
    default:
      return stop(destination, dialect, error);
  }
}

/** Throws what stops the sync. */
export function stop(destination: string, dialect: Dialect, error: unknown): never {
  if (error instanceof MissingDriver) {
    const hint = `install it: \`npm install ${error.driver}\``;
    return fail('E407', { destination, detail: error.message, hint });
  }
  const failure = dialect.failureOf(error);
  const detail = wording(failure);
  switch (failure.meaning) {
    case 'credentials':
      return fail('E406', { destination, detail, hint: 'check user, password and database in `url`' });
    case 'later':
      return fail('E404', { destination, detail });
    default:
      return fail('E407', {
        destination,
        detail,
        hint: 'the role needs to read and write `table`, and to make it where `create_table` is not false; its columns are on the page of `type: sql`',
      });
  }
}

function wording({ code }: Failure): string {
  if (code === undefined) return 'the connection failed';
  return `the database answered with ${code.length === 5 ? `SQLSTATE ${code}` : code}`;
}
