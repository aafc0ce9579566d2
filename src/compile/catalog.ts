/** Column types of the tables that are read: what the compiler needs to know of a warehouse to write exact SQL. */
import type { Relation } from '../config/project.ts';
import type { Place } from '../diagnostics/diagnostic.ts';
import { DiagnosedError, diagnose } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { relationName } from '../segment/reads.ts';
import { readSql } from '../segment/sql-text.ts';
import type { Dialect, SqlType } from '../warehouse/dialect.ts';
import { type Column, type Statements, WarehouseError } from '../warehouse/warehouse.ts';
import { renderQuery } from './render.ts';

export interface Catalog {
  /** The type of a column. Throws E301 (no such table) or E211 (no such column) at `place`. */
  typeOf(relation: Relation, column: string, place: Place): SqlType;
  /** All columns, in order; undefined where they are not known. Throws E301. */
  columnsOf(relation: Relation, place: Place): readonly Pick<Column, 'name' | 'type'>[] | undefined;
  /** The column of a `query:` segment's keys, its first; undefined where it is not known. Throws what the warehouse said of the query. */
  keyOf(sql: string): Pick<Column, 'name' | 'type'> | undefined;
  /** The type of an expression over a relation's row, alias `entity`; text where it is not known. */
  expressionType(relation: Relation, sql: string): SqlType;
  /** Whether a function's answer may change by itself, as far as is known. */
  mayMove(call: string): boolean;
}

type Found = readonly Column[] | undefined | { readonly error: WarehouseError };

/** What a catalog is asked for. */
export interface Wanted {
  readonly relations: readonly Relation[];
  /** `query:` segments' texts. */
  readonly queries: readonly string[];
  /** Functions that people's own SQL calls, in lower case. */
  readonly calls: readonly string[];
  /** Expressions over a relation's row. */
  readonly expressions?: readonly { readonly relation: Relation; readonly sql: string }[];
}

/**
 * Reads the columns of each relation once, and what the warehouse says of functions. A missing relation, or a query that
 * it cannot read, fails only the segment that asks for it.
 */
export async function readCatalog(
  statements: Statements,
  { relations, queries, calls, expressions = [] }: Wanted,
  dialect: Dialect,
): Promise<Catalog> {
  const tables = new Map<string, Found>();
  const epoch = dialect.literal({ type: 'instant', instant: 0n });
  const asRelation = (sql: string): Relation => ({ kind: 'query', sql: readSql(sql).at(epoch) });
  const asSelect = (relation: Relation, sql: string): Relation => {
    const columns = [{ expression: { kind: 'raw' as const, sql, t: 0n }, as: 'value' }];
    const query = {
      kind: 'select' as const,
      columns,
      from: { kind: 'relation' as const, relation },
      as: 'entity',
    };
    return { kind: 'query', sql: renderQuery(query, dialect) };
  };
  const selects = expressions.map((each) => asSelect(each.relation, each.sql));
  for (const relation of [...relations, ...queries.map(asRelation), ...selects]) {
    const id = JSON.stringify(relation);
    if (!tables.has(id)) tables.set(id, await described(statements, relation));
  }
  const moving = calls.length > 0 ? await statements.movingFunctions(calls) : new Set<string>();
  const columnsOf = (relation: Relation, place: Place): readonly Column[] => {
    const columns = tables.get(JSON.stringify(relation));
    if (!columns) throw new DiagnosedError([diagnose('E301', { table: relationName(relation) }, place)]);
    if ('error' in columns) throw columns.error;
    return columns;
  };
  return {
    columnsOf,
    keyOf(sql) {
      const found = tables.get(JSON.stringify(asRelation(sql)));
      if (found && 'error' in found) throw found.error;
      return found?.[0];
    },
    mayMove: (call) => moving.has(call),
    expressionType(relation, sql) {
      const found = tables.get(JSON.stringify(asSelect(relation, sql)));
      if (found && 'error' in found) throw found.error;
      return found?.[0]?.type ?? 'text';
    },
    typeOf(relation, column, place) {
      const columns = columnsOf(relation, place);
      const found = columns.find((each) => each.name === column);
      if (found) return found.type;
      const suggestion = nearest(
        column,
        columns.map((each) => each.name),
      );
      const table = relationName(relation);
      throw new DiagnosedError([diagnose('E211', { table, column, suggestion }, place)]);
    },
  };
}

async function described(statements: Statements, relation: Relation): Promise<Found> {
  try {
    return await statements.describe(relation);
  } catch (error) {
    if (relation.kind === 'query' && error instanceof WarehouseError && error.failure === 'statement') {
      return { error };
    }
    throw error;
  }
}

/** For printing SQL without a connection: types by what a column is used for, since nobody can be asked. */
export function assumedCatalog(instants: ReadonlySet<string>): Catalog {
  return {
    typeOf: (_relation, column) => (instants.has(column) ? 'instant' : 'other'),
    columnsOf: () => undefined,
    keyOf: () => undefined,
    mayMove: () => false,
    expressionType: () => 'text',
  };
}
