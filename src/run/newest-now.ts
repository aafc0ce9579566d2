/** What tables show right now, for commands that look and do not tick. */
import { type Catalog, readCatalog } from '../compile/catalog.ts';
import { renderQuery } from '../compile/render.ts';
import type { Scope } from '../compile/rows.ts';
import { cursorKind } from '../compile/watermarks.ts';
import { DiagnosedError } from '../diagnostics/diagnostic.ts';
import { readNewest } from '../evaluate/newest.ts';
import type { Watermarks } from '../evaluate/watermark.ts';
import type { Instant } from '../instant.ts';
import type { ReadTable } from '../segment/reads.ts';
import type { Newest } from '../segment/stale.ts';
import type { StateTables } from '../state/sql.ts';
import type { Statements } from '../warehouse/warehouse.ts';
import { tellsAge } from './refused-contract.ts';

export interface Looked {
  readonly statements: Statements;
  readonly tables: StateTables;
  readonly timezone: string;
  readonly t: Instant;
  readonly catalog?: Catalog;
  /** What they showed before: rows below need not be read. */
  readonly before: Watermarks;
}

/** One statement for all of them. A table that is missing, or whose cursor is no time, is left out. */
export async function newestNow(
  reads: readonly ReadTable[],
  { statements, tables, timezone, t, catalog, before }: Looked,
): Promise<Newest> {
  const known = catalog ?? (await describe(reads, statements, tables));
  const scope = { catalog: known, timezone, t };
  const dated = reads.filter((read) => isDated(read, scope));
  const input = {
    reads: dated,
    stored: [],
    segments: { kind: 'state', sql: tables.from('segments'), sliced: tables.sliced } as const,
    scope,
    from: shownBy(before, t),
  };
  const rows = await readNewest((query) => statements.query(renderQuery(query, tables.dialect)), input);
  const shown = new Map(rows.map((row): [string, string | null] => [row.id!, row.at ?? null]));
  return (id) => shown.get(id);
}

function describe(
  reads: readonly ReadTable[],
  statements: Statements,
  { dialect }: StateTables,
): Promise<Catalog> {
  const relations = reads.map(({ table }) => table.relation);
  return readCatalog(statements, { relations, queries: [], calls: [] }, dialect);
}

function isDated(read: ReadTable, scope: Scope): boolean {
  try {
    return tellsAge(read, (each) => cursorKind(each, scope));
  } catch (error) {
    if (error instanceof DiagnosedError) return false;
    throw error;
  }
}

function shownBy(before: Watermarks, t: Instant): Map<string, string> {
  return new Map(
    Object.entries(before).flatMap(([id, { at }]) =>
      at !== null && BigInt(at) <= t ? [[id, at] as const] : [],
    ),
  );
}
