/** Trait columns of entity rows: joined from the entity's table and its 1:1 tables. */
import type { Entity, Table } from '../config/project.ts';
import { resolveTrait, type Trait } from '../segment/resolve.ts';
import type { SqlType } from '../warehouse/dialect.ts';
import type { Catalog } from './catalog.ts';
import type { Operand } from './comparison.ts';
import { asText, column, compare, type Expression, number } from './expression.ts';
import type { From, Join, Select, SelectColumn } from './query.ts';
import { operandOf, type Scope } from './rows.ts';

/** The alias of the entity's table. */
export const ENTITY = 'entity';

export interface TraitJoins {
  /** The entity's table as it stands in FROM, newest row only where it says `duplicates: latest`. */
  readonly entity: From;
  /** 1:1 tables, left-joined by `on(table, alias)`. */
  joins(on: (table: Table, as: string) => Expression): Join[];
  /** The trait's column in the joined row. */
  column(name: string): Expression;
  type(name: string): SqlType;
}

/** How the traits named reach the entity's rows; `sql`: expressions over the entity's row, as further columns of it. */
export function traitJoins(
  entity: Entity,
  names: readonly string[],
  catalog: Catalog,
  sql: readonly SelectColumn[] = [],
): TraitJoins {
  const traits = new Map([...new Set(names)].map((name) => [name, resolveTrait(entity, name)]));
  const tables = [...new Set([...traits.values()].flatMap((trait) => (trait.table ? [trait.table] : [])))];
  const aliasOf = (trait: Trait): string => (trait.table ? `t${tables.indexOf(trait.table)}` : ENTITY);
  const typeOf = (trait: Trait): SqlType => {
    const table = trait.table ?? entity;
    return catalog.typeOf(table.relation, trait.column, table.place);
  };
  for (const trait of traits.values()) typeOf(trait);
  const columnsOf = (table: Table): string[] =>
    [...traits.values()].filter((trait) => (trait.table ?? entity) === table).map((trait) => trait.column);
  return {
    entity:
      sql.length === 0 ? newestRows(entity, columnsOf(entity), catalog) : withColumns(entity, sql, catalog),
    joins: (on) =>
      tables.map((table, index) => ({
        type: 'left join',
        from: newestRows(table, columnsOf(table), catalog),
        as: `t${index}`,
        on: on(table, `t${index}`),
      })),
    column: (name) => column(traits.get(name)!.column, aliasOf(traits.get(name)!)),
    type: (name) => typeOf(traits.get(name)!),
  };
}

/** A trait as an operand whose expression is `of`: a column of the wide row, or of a join. */
export function traitOperand(
  entity: Entity,
  trait: Trait,
  of: Expression,
  scope: Scope,
  place = entity.place,
): Operand {
  const operand = operandOf(trait.table ?? entity, trait.column, undefined, scope, place);
  return {
    ...operand,
    name: trait.name,
    expression: of,
    ...(operand.time ? { time: { ...operand.time, expression: of } } : {}),
  };
}

/** The entity's rows with more columns: in a query of their own, where a name can mean nothing but the entity's. */
function withColumns(entity: Entity, sql: readonly SelectColumn[], catalog: Catalog): From {
  const all = catalog.columnsOf(entity.relation, entity.place)?.map(({ name }) => name) ?? [];
  return {
    kind: 'query',
    query: {
      kind: 'select',
      columns: [{ expression: { kind: 'star', table: ENTITY }, as: '*' }, ...sql],
      from: newestRows(entity, all, catalog),
      as: ENTITY,
    },
  };
}

/** A 1:1 table's rows; with `duplicates: latest` the one with the newest cursor, equal cursors settled by the values. */
function newestRows(table: Table, needed: readonly string[], catalog: Catalog): From {
  const relation: From = { kind: 'relation', relation: table.relation };
  if (table.duplicates !== 'latest') return relation;
  const columns = [...new Set([table.key, ...needed])];
  const plain = columns.map((name) => ({ expression: column(name), as: name }));
  const typeOf = (name: string): SqlType => catalog.typeOf(table.relation, name, table.place);
  const ties = needed.map((name) => ({ by: asText(column(name), typeOf(name)), descending: true }));
  const newest = table.cursor ? [{ by: column(table.cursor.column), descending: true }] : [];
  const ranked: Select = {
    kind: 'select',
    columns: [
      ...plain,
      {
        expression: {
          kind: 'row_number',
          partitionBy: [column(table.key)],
          orderBy: [...newest, ...ties, { by: column(table.key) }],
        },
        as: 'segsync_rank',
        comment: 'duplicates: latest',
      },
    ],
    from: relation,
    as: 'r',
  };
  return {
    kind: 'query',
    query: {
      kind: 'select',
      columns: plain,
      from: { kind: 'query', query: ranked },
      as: 'ranked',
      where: [compare(column('segsync_rank'), '=', number('1'))],
    },
  };
}
