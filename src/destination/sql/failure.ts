/** What an error of the database means for a batch. Its message may quote people's data: only its code is used. */
import { fail } from '../../diagnostics/diagnostic.ts';
import type { Batch, Outcome } from '../destination.ts';
import { retryAll } from '../receipts.ts';

export type Meaning = 'credentials' | 'later' | 'table' | 'rows';

/** SQLSTATE, or its class, of PostgreSQL; none where the connection failed. */
export function meaningOf(state: string | undefined): Meaning {
  if (state === undefined) return 'later';
  if (/^(28|3D)/.test(state)) return 'credentials';
  if (/^(22|23)/.test(state)) return 'rows';
  return /^(08|40|53|55|57|58)/.test(state) ? 'later' : 'table';
}

/** A SQLSTATE of the server; undefined for the codes of the network. */
export function stateOf(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** Whatever of the batch was written is taken back: the transaction failed, or its end is not known. */
export function outcomeOf(destination: string, batch: Batch, error: unknown): Outcome {
  const state = stateOf(error);
  switch (meaningOf(state)) {
    case 'later':
      return { receipts: retryAll(batch, `sql_${state ?? 'connection'}`, wording(state)) };
    case 'rows':
      return { refused: { code: `sql_${state}`, message: wording(state) } };
    default:
      return stop(destination, error);
  }
}

/** Throws what stops the sync. */
export function stop(destination: string, error: unknown): never {
  const state = stateOf(error);
  const detail = wording(state);
  switch (meaningOf(state)) {
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

function wording(state: string | undefined): string {
  return state === undefined ? 'the connection failed' : `the database answered with SQLSTATE ${state}`;
}
