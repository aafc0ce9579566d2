/** When everyone was last evaluated for a segment: kept in `meta`, since ticks do not tell of full passes. */
import type { Instant } from '../instant.ts';
import type { Statements } from '../warehouse/warehouse.ts';
import { type StateTables, text, textList } from './sql.ts';

const PREFIX = 'reconciled:';

export interface Reconciled {
  readonly at: Instant;
  /** True from a segment's first tick until the first pass after it. */
  readonly isNew: boolean;
}

/** By segment; those whose members were never evaluated whole, or not since this is noted, are missing. */
export async function readReconciled(
  statements: Statements,
  tables: StateTables,
): Promise<ReadonlyMap<string, Reconciled>> {
  const { dialect } = tables;
  const isOne = dialect.functions.starts_with('name', text(dialect, PREFIX));
  const rows = await statements.query(
    `SELECT name, value FROM ${tables.from('meta')} AS meta WHERE ${isOne}`,
  );
  return new Map(rows.map((row) => [row.name!.slice(PREFIX.length), readValue(row.value!)]));
}

/** `segments` were all evaluated whole at `at`. */
export async function writeReconciled(
  statements: Statements,
  tables: StateTables,
  segments: readonly string[],
  { at, isNew }: Reconciled,
): Promise<void> {
  if (segments.length === 0) return;
  const { dialect } = tables;
  const names = segments.map((segment) => PREFIX + segment);
  const value = text(dialect, `${at}${isNew ? ' new' : ''}`);
  await statements.execute(`DELETE FROM ${tables.name('meta')} WHERE name IN ${textList(dialect, names)}`);
  const rows = names.map((name) => `(${text(dialect, name)}, ${value})`);
  await statements.execute(`INSERT INTO ${tables.name('meta')} (name, value) VALUES ${rows.join(', ')}`);
}

function readValue(value: string): Reconciled {
  const [at, mark] = value.split(' ');
  return { at: BigInt(at!), isNew: mark === 'new' };
}
