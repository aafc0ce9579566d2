/** The table `meta`: one value a name. */
import type { Statements } from '../warehouse/warehouse.ts';
import { type StateTables, text, textList } from './sql.ts';

/** The value of `name`; undefined when there is none. */
export async function readMeta(
  statements: Statements,
  tables: StateTables,
  name: string,
): Promise<string | undefined> {
  const { dialect } = tables;
  const rows = await statements.query(
    `SELECT value FROM ${tables.from('meta')} AS meta WHERE name = ${text(dialect, name)}`,
  );
  return rows[0]?.value ?? undefined;
}

/** Sets the value of `name`. */
export async function writeMeta(
  statements: Statements,
  tables: StateTables,
  name: string,
  value: string,
): Promise<void> {
  const { dialect } = tables;
  const changed = await statements.execute(
    `UPDATE ${tables.name('meta')} SET value = ${text(dialect, value)} WHERE name = ${text(dialect, name)}`,
  );
  if (changed === 0) await insert(statements, tables, name, value);
}

/** The values of those of `names` that have one. */
export async function readMetas(
  statements: Statements,
  tables: StateTables,
  names: readonly string[],
): Promise<Map<string, string>> {
  const rows = await statements.query(
    `SELECT name, value FROM ${tables.from('meta')} AS meta WHERE name IN ${textList(tables.dialect, names)}`,
  );
  return new Map(rows.map((row) => [row.name!, row.value ?? '']));
}

/** Sets the values of several names. */
export async function writeMetas(
  statements: Statements,
  tables: StateTables,
  values: ReadonlyMap<string, string>,
): Promise<void> {
  if (values.size === 0) return;
  const { dialect } = tables;
  const rows = [...values].map(([name, value]) => `(${text(dialect, name)}, ${text(dialect, value)})`);
  const names = textList(dialect, [...values.keys()]);
  await statements.execute(`DELETE FROM ${tables.name('meta')} WHERE name IN ${names}`);
  await statements.execute(`INSERT INTO ${tables.name('meta')} (name, value) VALUES ${rows.join(', ')}`);
}

/** Takes the values of several names away. */
export async function removeMetas(
  statements: Statements,
  tables: StateTables,
  names: readonly string[],
): Promise<void> {
  if (names.length === 0) return;
  await statements.execute(
    `DELETE FROM ${tables.name('meta')} WHERE name IN ${textList(tables.dialect, names)}`,
  );
}

/** Takes the value of `name` away. */
export async function removeMeta(statements: Statements, tables: StateTables, name: string): Promise<void> {
  await statements.execute(`DELETE FROM ${tables.name('meta')} WHERE name = ${text(tables.dialect, name)}`);
}

/** Sets the value of `name` unless it has one. */
export async function addMeta(
  statements: Statements,
  tables: StateTables,
  name: string,
  value: string,
): Promise<void> {
  if ((await readMeta(statements, tables, name)) === undefined) await insert(statements, tables, name, value);
}

async function insert(
  statements: Statements,
  tables: StateTables,
  name: string,
  value: string,
): Promise<void> {
  const { dialect } = tables;
  await statements.execute(
    `INSERT INTO ${tables.name('meta')} (name, value) VALUES (${text(dialect, name)}, ${text(dialect, value)})`,
  );
}
