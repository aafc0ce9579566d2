/**
 * Since when the other side owes a key what it should have: the first cause that is not answered. A change that is dated
 * by its tick alone (a first load, an edit, a pass over everyone) has no cause that anybody knows, and is not measured.
 */
import { integer, ofSync, type StateTables, text } from '../state/sql.ts';

/** Of rows of `changes`, the instant of the cause; NULL where the tick alone dates it. */
export const KNOWN_CAUSE = 'CASE WHEN caused_at < evaluated_at THEN caused_at END';

interface Asked {
  readonly sync: { readonly name: string; readonly segment: string };
  readonly audienceRef: string;
  /** Which of the rows that were asked for; default all. A condition on `ledger`. */
  readonly only?: string;
}

/** By `entity_key`, of rows that were asked for without an answer: `owed_since`, from the change on that was sent. */
export function owedSql(
  tables: StateTables,
  { sync, audienceRef, only }: Asked,
  changes = tables.from('changes'),
): string {
  const { dialect } = tables;
  const asked =
    `${tables.from('ledger')} AS ledger WHERE ${ofSync(tables, sync.name)}` +
    ` AND audience_ref = ${text(dialect, audienceRef)} AND state = 'sending'${only ? ` AND ${only}` : ''}`;
  const oldest = dialect.functions.coalesce(`(SELECT min(tick_id) FROM ${asked})`, integer(dialect, 0n));
  return (
    `SELECT changes.entity_key AS entity_key, min(${KNOWN_CAUSE}) AS owed_since FROM ${changes} AS changes` +
    ` JOIN (SELECT entity_key, tick_id FROM ${asked}) AS asked` +
    ' ON asked.entity_key = changes.entity_key AND changes.tick_id >= asked.tick_id' +
    ` WHERE changes.segment = ${text(dialect, sync.segment)} AND changes.tick_id >= ${oldest}` +
    ' GROUP BY changes.entity_key'
  );
}
