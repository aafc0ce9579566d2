/** The table `rejections`: what destinations refused, and when it is tried again. Written by flushes. */
import type { Instant } from '../instant.ts';
import type { Statements } from '../warehouse/warehouse.ts';
import { instant, type StateTables, text } from './sql.ts';

export interface RejectionCount {
  readonly rows: number;
  /** Of them, people who should be gone and are not. */
  readonly removals: number;
}

/** Rejected rows by sync; those without any are missing. */
export async function countRejections(
  statements: Statements,
  tables: StateTables,
): Promise<Map<string, RejectionCount>> {
  const rows = await statements.query(
    `SELECT sync, count(*) AS rejected, sum(CASE WHEN op = 'remove' THEN 1 ELSE 0 END) AS removals` +
      ` FROM ${tables.from('rejections')} AS rejections GROUP BY sync ORDER BY sync`,
  );
  return new Map(
    rows.map((row) => [row.sync!, { rows: Number(row.rejected), removals: Number(row.removals) }]),
  );
}

/** Rejected rows by sync and reason, the commonest first. */
export async function readRejectionReasons(
  statements: Statements,
  tables: StateTables,
): Promise<Map<string, { readonly code: string; readonly message: string; readonly rows: number }[]>> {
  const rows = await statements.query(
    `SELECT sync, code, message, count(*) AS rejected FROM ${tables.from('rejections')} AS rejections` +
      ' GROUP BY sync, code, message ORDER BY sync, count(*) DESC, code, message',
  );
  const reasons = new Map<string, { code: string; message: string; rows: number }[]>();
  for (const { sync, code, message, rejected } of rows) {
    const reason = { code: code ?? '', message: message ?? '', rows: Number(rejected) };
    reasons.set(sync!, [...(reasons.get(sync!) ?? []), reason]);
  }
  return reasons;
}

/** Has the rejected rows of a sync tried again at its next delivery; resolves to how many there are. */
export function retryRejections(
  statements: Statements,
  tables: StateTables,
  { sync, at }: { sync: string; at: Instant },
): Promise<number> {
  const { dialect } = tables;
  return statements.execute(
    `UPDATE ${tables.name('rejections')} SET next_at = ${instant(dialect, at)}, dead = FALSE` +
      ` WHERE sync = ${text(dialect, sync)}`,
  );
}
