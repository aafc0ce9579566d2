/**
 * What a destination has and is still to tell its readers of, and the manifest it told last; kept in `meta`. A part is
 * written together with the receipts of its batch, so that the two can never disagree, under the batch's id, so that it
 * cannot be there twice.
 */
import type { Instant } from '../instant.ts';
import type { Statements } from '../warehouse/warehouse.ts';
import { writeMeta } from './meta.ts';
import { type LedgerOf, type StateTables, text, textList } from './sql.ts';

export interface PartRow {
  readonly batchId: string;
  /** Among those that are to be told, later ones have higher places. */
  readonly place: number;
  readonly op: string;
  readonly rows: number;
  readonly at: Instant;
  /** As the destination gave it. */
  readonly part: string;
}

export interface ManifestRow {
  readonly id: string;
  readonly runId: string;
  readonly at: Instant;
  /** The id of the one before. */
  readonly previous?: string;
  /** It may have been written, and is not known to be: all parts that are to be told are its own. */
  readonly open: boolean;
}

export interface Untold {
  /** In their order. */
  readonly parts: readonly PartRow[];
  /** The newest. */
  readonly manifest?: ManifestRow;
}

export async function readUntold(statements: Statements, tables: StateTables, of: LedgerOf): Promise<Untold> {
  const rows = await statements.query(
    `SELECT name, value FROM ${tables.from('meta')} AS meta` +
      ` WHERE name = ${text(tables.dialect, manifestName(of))} OR ${areParts(tables, of)}`,
  );
  const manifest = rows.find(({ name }) => name === manifestName(of));
  const parts = rows.filter((row) => row !== manifest).map(({ name, value }) => partOf(name!, value!));
  return {
    parts: parts.sort((a, b) => a.place - b.place),
    ...(manifest ? { manifest: manifestOf(manifest.value!) } : {}),
  };
}

/** Where a part goes that comes after these. */
export function nextPlace(parts: readonly PartRow[]): number {
  return (parts.at(-1)?.place ?? -1) + 1;
}

/** In the transaction that writes their receipts, which may have been committed already. */
export async function writeParts(
  statements: Statements,
  tables: StateTables,
  of: LedgerOf,
  parts: readonly PartRow[],
): Promise<void> {
  if (parts.length === 0) return;
  const named = parts.map(({ batchId, at, ...rest }): [string, string] => [
    partName(of, batchId),
    JSON.stringify({ ...rest, at: at.toString() }),
  ]);
  const names = textList(
    tables.dialect,
    named.map(([name]) => name),
  );
  await statements.execute(`DELETE FROM ${tables.name('meta')} WHERE name IN ${names}`);
  await statements.writeRows(tables.name('meta'), ['name', 'value'], named);
}

export function writeManifest(
  statements: Statements,
  tables: StateTables,
  of: LedgerOf,
  { at, ...manifest }: ManifestRow,
): Promise<void> {
  return writeMeta(statements, tables, manifestName(of), JSON.stringify({ ...manifest, at: at.toString() }));
}

export async function removeParts(statements: Statements, tables: StateTables, of: LedgerOf): Promise<void> {
  await statements.execute(`DELETE FROM ${tables.name('meta')} WHERE ${areParts(tables, of)}`);
}

const PART = 'part:';
/** Of a batch's id. */
const ID = 32;

/** The id first: how long the name of an audience is in a database's characters is not known here. */
function partName({ sync, audienceRef }: LedgerOf, batchId: string): string {
  return `${PART}${batchId}:${sync}@${audienceRef}`;
}

function areParts({ dialect }: StateTables, of: LedgerOf): string {
  const whose = partName(of, '').slice(PART.length);
  return `(name LIKE ${text(dialect, `${PART}%`)} AND substr(name, ${PART.length + ID + 1}) = ${text(dialect, whose)})`;
}

function manifestName({ sync, audienceRef }: LedgerOf): string {
  return `manifest:${sync}@${audienceRef}`;
}

function partOf(name: string, value: string): PartRow {
  const { at, ...rest } = JSON.parse(value) as Omit<PartRow, 'at' | 'batchId'> & { at: string };
  return { ...rest, batchId: name.slice(PART.length, PART.length + ID), at: BigInt(at) };
}

function manifestOf(value: string): ManifestRow {
  const { at, ...rest } = JSON.parse(value) as Omit<ManifestRow, 'at'> & { at: string };
  return { ...rest, at: BigInt(at) };
}
