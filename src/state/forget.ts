/** One key in the state: where it stands, and taking it out. */
import type { Statements } from '../warehouse/warehouse.ts';
import { inSlices, type StateTables, text, textList } from './sql.ts';

/** A row that the ledger has of a key. */
export interface KnownRow {
  readonly sync: string;
  readonly audienceRef: string;
  /** JSON. */
  readonly identifiers: string;
  readonly state: string;
  readonly payloadHash?: string;
  readonly tickId: bigint;
}

/** The ledger's rows of a key, for the syncs that segments of its entity ever had. */
export async function readKnown(
  statements: Statements,
  tables: StateTables,
  { key, segments }: { key: string; segments: readonly string[] },
): Promise<KnownRow[]> {
  const { dialect } = tables;
  const rows = await statements.query(
    `SELECT sync, audience_ref, ${dialect.functions.text_of('identifiers')} AS identifiers, state, payload_hash, tick_id` +
      ` FROM ${tables.from('ledger')} AS ledger WHERE entity_key = ${text(dialect, key)}` +
      ` AND sync IN (SELECT sync FROM ${tables.from('syncs')} AS syncs WHERE segment IN ${textList(dialect, segments)})` +
      ' ORDER BY sync, audience_ref',
  );
  return rows.map((row) => ({
    sync: row.sync!,
    audienceRef: row.audience_ref ?? '',
    identifiers: row.identifiers ?? '{}',
    state: row.state ?? '',
    tickId: BigInt(row.tick_id ?? 0),
    ...(row.payload_hash ? { payloadHash: row.payload_hash } : {}),
  }));
}

/** Names of every segment over an entity that was ever evaluated. */
export async function segmentsOfEntity(
  statements: Statements,
  tables: StateTables,
  entity: string,
): Promise<string[]> {
  const rows = await statements.query(
    `SELECT segment FROM ${tables.from('segments')} AS segments` +
      ` WHERE entity = ${text(tables.dialect, entity)} ORDER BY segment`,
  );
  return rows.map((row) => row.segment!);
}

/** Takes a key out of the members of segments, of who waits to be one or not, and of the changes. */
export async function forgetMember(
  statements: Statements,
  tables: StateTables,
  { key, segments }: { key: string; segments: readonly string[] },
): Promise<void> {
  const { dialect } = tables;
  const own = `entity_key = ${text(dialect, key)} AND segment IN ${textList(dialect, segments)}`;
  const member = own + inSlices(tables, segments);
  await statements.execute(
    `UPDATE ${tables.name('segments')} SET members = members - 1` +
      ` WHERE segment IN (SELECT segment FROM ${tables.name('membership')} WHERE ${member})`,
  );
  await statements.execute(`DELETE FROM ${tables.name('membership')} WHERE ${member}`);
  await statements.execute(`DELETE FROM ${tables.name('pending')} WHERE ${member}`);
  await statements.execute(`DELETE FROM ${tables.name('changes')} WHERE ${own}`);
}

/** Takes a key out of the rejections of syncs. */
export async function forgetRejections(
  statements: Statements,
  tables: StateTables,
  { key, syncs }: { key: string; syncs: readonly string[] },
): Promise<void> {
  const { dialect } = tables;
  await statements.execute(
    `DELETE FROM ${tables.name('rejections')} WHERE entity_key = ${text(dialect, key)}` +
      ` AND sync IN ${textList(dialect, syncs)}`,
  );
}
