/** A play's tables as SELECTs of constants in BigQuery's dialect, for an evaluator that has no tables. */
import type { Catalog } from '../../src/compile/catalog.ts';
import type { Entity, Project, Relation } from '../../src/config/project.ts';
import { formatInstant } from '../../src/instant.ts';
import { dialect } from '../../src/warehouse/bigquery/dialect.ts';
import type { Shop } from '../brute-force/shop.ts';
import { type Cell, type ColumnType, type Table, type Tables, tableOf } from '../brute-force/tables.ts';
import { catalogOf } from './compiled.ts';

/** The project over constants, and what its relations hold. */
export function inlined(
  project: Project,
  tables: Tables,
  shop: Shop,
): { project: Project; catalog: Catalog } {
  const known = new Map<string, Relation>();
  const relationOf = (relation: Relation): Relation => {
    if (relation.kind !== 'table') return relation;
    const name = relation.parts.at(-1)!;
    const sql = known.get(name) ?? { kind: 'query', sql: constants(name, tableOf(tables, relation)) };
    known.set(name, sql);
    return sql;
  };
  const over = <
    T extends { readonly relation: Relation; readonly through?: { readonly relation: Relation } },
  >(
    of: T,
  ): T => ({
    ...of,
    relation: relationOf(of.relation),
    ...(of.through ? { through: { ...of.through, relation: relationOf(of.through.relation) } } : {}),
  });
  const entityOf = (entity: Entity): Entity => ({
    ...over(entity),
    traits: new Map([...entity.traits].map(([name, trait]) => [name, over(trait)])),
    sources: new Map([...entity.sources].map(([name, source]) => [name, over(source)])),
  });
  const entities = new Map([...project.entities].map(([name, entity]) => [name, entityOf(entity)]));
  return { project: { ...project, entities }, catalog: catalogOf(shop) };
}

/** The comment tells the catalog whose columns they are. */
function constants(name: string, { columns, rows }: Table): string {
  const types = Object.entries(columns);
  const none = types.map(
    ([column, type]) => `CAST(NULL AS ${dialect.types[type]}) AS ${dialect.quote(column)}`,
  );
  const lines = rows.map(
    (row) => `SELECT ${types.map(([column, type]) => literal(row[column]!, type)).join(', ')}`,
  );
  return `/* ${name} */ SELECT * FROM (SELECT ${none.join(', ')}) WHERE FALSE\nUNION ALL ${lines.length > 0 ? lines.join('\nUNION ALL ') : `SELECT ${none.join(', ')} FROM (SELECT 1) WHERE FALSE`}`;
}

/** By a cast from text: the product's own literals are under test. */
function literal(cell: Cell, type: ColumnType): string {
  const native = dialect.types[type];
  if (cell === null) return `CAST(NULL AS ${native})`;
  return `CAST(${JSON.stringify(textOf(cell, type))} AS ${native})`;
}

function textOf(cell: Exclude<Cell, null>, type: ColumnType): string {
  if (type === 'instant') return formatInstant(cell as bigint);
  if (type === 'timestamp') return formatInstant(cell as bigint).replace('Z', '');
  return String(cell);
}
