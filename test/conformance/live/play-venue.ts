/** A play in somebody's own warehouse: in a schema of the run's own, by statements in the warehouse's dialect. */
import type { Project, Target } from '../../../src/config/project.ts';
import { leavesOf, resolveSegment } from '../../../src/segment/resolve.ts';
import type { Statements, Warehouse } from '../../../src/warehouse/warehouse.ts';
import type { Venue } from '../../brute-force/performance.ts';
import type { Play, Write } from '../../brute-force/play.ts';
import type { Columns, TableName } from '../../brute-force/shop.ts';
import { projectOf } from '../../brute-force/stage.ts';
import { cellText } from '../../brute-force/statements.ts';

export interface VenueOptions {
  readonly warehouse: Warehouse;
  readonly target: Target;
  /** For the shop's tables and the state's, whose names are different ones. */
  readonly schema: string;
  readonly signal: AbortSignal;
}

export function venueOf({ warehouse, target, schema, signal }: VenueOptions): Venue {
  const { dialect } = warehouse;
  const nameOf = (table: string): string => `${dialect.quote(schema)}.${dialect.quote(table)}`;
  return {
    place: { target, schema },
    signal,
    seen: (play) => ({ ...play, shop: moved(play.shop, schema) }),
    make: (product, { shop }) =>
      product.visit(async (session) => {
        await session.execute(`CREATE SCHEMA ${dialect.quote(schema)}`);
        for (const [table, columns] of Object.entries(shop.columns)) {
          const list = Object.entries(columns as Columns).map(
            ([column, type]) => `${dialect.quote(column)} ${dialect.types[type]}`,
          );
          await session.execute(`CREATE TABLE ${nameOf(table)} (${list.join(', ')})`);
        }
      }),
    write: (product, { shop }, writes) =>
      product.visit((session) =>
        session.transaction(async (statements) => {
          for (const [table, rows] of byTable(writes))
            await replace(statements, nameOf(table), shop.columns[table], rows);
        }),
      ),
  };
}

/** One statement for what is replaced and one for what is written: here each of them may cost money. */
async function replace(
  statements: Statements,
  table: string,
  columns: Columns,
  writes: readonly Write[],
): Promise<void> {
  const changed = writes.filter(({ added }) => !added).map(({ row }) => String(row.row_id));
  if (changed.length > 0)
    await statements.execute(`DELETE FROM ${table} WHERE row_id IN (${changed.join(', ')})`);
  const rows = new Map(writes.map(({ row }) => [row.row_id, row]));
  const names = Object.keys(columns);
  const texts = [...rows.values()].map((row) =>
    names.map((name) => (row[name] === null ? null : cellText(row[name]!, columns[name]!))),
  );
  await statements.writeRows(table, names, texts);
}

function byTable(writes: readonly Write[]): Map<TableName, Write[]> {
  const tables = new Map<TableName, Write[]>();
  for (const write of writes) tables.set(write.table, [...(tables.get(write.table) ?? []), write]);
  return tables;
}

/** The same, with every table of `shop` in another schema. */
function moved<T>(of: T, schema: string): T {
  if (of instanceof Map) return new Map([...of].map(([key, value]) => [key, moved(value, schema)])) as T;
  if (Array.isArray(of)) return of.map((each) => moved(each, schema)) as T;
  if (typeof of !== 'object' || of === null) return of;
  const entries = Object.entries(of).map(([key, value]) => [key, moved(value, schema)]);
  const copy = Object.fromEntries(entries) as { kind?: unknown; parts?: readonly string[] };
  if (copy.kind === 'table' && copy.parts?.[0] === 'shop') copy.parts = [schema, ...copy.parts.slice(1)];
  return copy as T;
}

/** Without segments in SQL of somebody's own, and those that refer to one: such text is in a dialect already. */
export function withoutOwnSql(play: Play): Play {
  const project = projectOf(play);
  const segments = new Map([...play.segments].filter(([name]) => !speaksSql(project, name)));
  return {
    ...play,
    segments,
    syncs: new Map([...play.syncs].filter(([, { segment }]) => segments.has(segment))),
    steps: play.steps.map((step) => ({
      ...step,
      segments: step.segments.filter((name) => segments.has(name)),
    })),
  };
}

function speaksSql(project: Project, name: string): boolean {
  const verdict = resolveSegment(project, project.segments.get(name)!);
  return leavesOf(verdict).some(({ kind }) => kind === 'sql' || kind === 'query' || kind === 'stored');
}
