/** The texts of definitions that the state was made with, kept in `meta`: a plan tells from them what has changed. */
import type { Statements } from '../warehouse/warehouse.ts';
import { readMetas, writeMetas } from './meta.ts';
import type { StateTables } from './sql.ts';

const PREFIX = 'definition:';

export interface DefinitionText {
  /** Of the segment or sync that the text is of: with another one, the text is not what the state was made with. */
  readonly fingerprint: string;
  readonly text: string;
}

/** By the names given (`segment:x`, `sync:x.y`); those that no run has noted are missing. */
export async function readTexts(
  statements: Statements,
  tables: StateTables,
  names: readonly string[],
): Promise<ReadonlyMap<string, DefinitionText>> {
  if (names.length === 0) return new Map();
  const metas = await readMetas(
    statements,
    tables,
    names.map((name) => PREFIX + name),
  );
  return new Map([...metas].map(([name, value]) => [name.slice(PREFIX.length), parsed(value)]));
}

/** Notes the texts that differ from those noted. */
export async function noteTexts(
  statements: Statements,
  tables: StateTables,
  texts: ReadonlyMap<string, DefinitionText>,
): Promise<void> {
  const known = await readTexts(statements, tables, [...texts.keys()]);
  const changed = [...texts].filter(([name, own]) => value(known.get(name)) !== value(own));
  await writeMetas(statements, tables, new Map(changed.map(([name, own]) => [PREFIX + name, value(own)])));
}

/** The fingerprint in the first line, the text below it. */
function value(of: DefinitionText | undefined): string {
  return of ? `${of.fingerprint}\n${of.text}` : '';
}

function parsed(of: string): DefinitionText {
  const end = of.indexOf('\n');
  return { fingerprint: of.slice(0, end), text: of.slice(end + 1) };
}
