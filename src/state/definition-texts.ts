/** The texts of definitions that the state was made with, kept in `meta`: a plan tells from them what has changed. */
import type { Statements } from '../warehouse/warehouse.ts';
import { readMetas, writeMetas } from './meta.ts';
import type { StateTables } from './sql.ts';

const PREFIX = 'definition:';

/** By the names given (`segment:x`, `sync:x.y`); those that no run has noted are missing. */
export async function readTexts(
  statements: Statements,
  tables: StateTables,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (names.length === 0) return new Map();
  const metas = await readMetas(
    statements,
    tables,
    names.map((name) => PREFIX + name),
  );
  return new Map([...metas].map(([name, text]) => [name.slice(PREFIX.length), text]));
}

/** Notes the texts that differ from those noted. */
export async function noteTexts(
  statements: Statements,
  tables: StateTables,
  texts: ReadonlyMap<string, string>,
): Promise<void> {
  const known = await readTexts(statements, tables, [...texts.keys()]);
  const changed = [...texts].filter(([name, text]) => known.get(name) !== text);
  await writeMetas(statements, tables, new Map(changed.map(([name, text]) => [PREFIX + name, text])));
}
