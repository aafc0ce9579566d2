/** Column types of the tables that are read: what the compiler needs to know of a warehouse to write exact SQL. */
import type { Relation } from '../config/project.ts';
import type { Place } from '../diagnostics/diagnostic.ts';
import { DiagnosedError, diagnose } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { relationName } from '../segment/reads.ts';
import type { SqlType } from '../warehouse/dialect.ts';
import type { Column, Statements } from '../warehouse/warehouse.ts';

export interface Catalog {
  /** The type of a column. Throws E301 (no such table) or E211 (no such column) at `place`. */
  typeOf(relation: Relation, column: string, place: Place): SqlType;
}

/** Reads the columns of each relation once. A missing relation fails only the segment that asks for it. */
export async function readCatalog(statements: Statements, relations: readonly Relation[]): Promise<Catalog> {
  const tables = new Map<string, readonly Column[] | undefined>();
  for (const relation of relations) {
    const id = JSON.stringify(relation);
    if (!tables.has(id)) tables.set(id, await statements.describe(relation));
  }
  return {
    typeOf(relation, column, place) {
      const columns = tables.get(JSON.stringify(relation));
      const table = relationName(relation);
      if (!columns) throw new DiagnosedError([diagnose('E301', { table }, place)]);
      const found = columns.find((each) => each.name === column);
      if (found) return found.type;
      const suggestion = nearest(
        column,
        columns.map((each) => each.name),
      );
      throw new DiagnosedError([diagnose('E211', { table, column, suggestion }, place)]);
    },
  };
}

/** For printing SQL without a connection: types by what a column is used for, since nobody can be asked. */
export function assumedCatalog(instants: ReadonlySet<string>): Catalog {
  return { typeOf: (_relation, column) => (instants.has(column) ? 'instant' : 'other') };
}
