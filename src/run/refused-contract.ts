/** Contracts that nobody can judge. */
import type { Catalog } from '../compile/catalog.ts';
import { type Diagnostic, diagnose } from '../diagnostics/diagnostic.ts';
import type { Kinds } from '../evaluate/mode.ts';
import type { PreparedSegment } from '../evaluate/prepared.ts';
import { type ReadTable, relationName } from '../segment/reads.ts';

/** E157 for each table that is expected to be fresh and whose cursor is no time. */
export function refusedContracts(
  { reads }: { readonly reads: PreparedSegment['reads'] },
  { cursorKind }: Pick<Kinds, 'cursorKind'>,
  catalog: Catalog,
): Diagnostic[] {
  return reads.flatMap((read) => {
    const [contract] = read.contracts ?? [];
    if (!contract || tellsAge(read, cursorKind)) return [];
    const { relation, cursor, place } = read.table;
    const { column } = cursor!;
    const type = catalog.typeOf(relation, column, place);
    return [diagnose('E157', { table: relationName(relation), column, type }, contract.place)];
  });
}

/** Whether a table's cursor is a time, or at least a date. */
export function tellsAge(read: ReadTable, cursorKind: Kinds['cursorKind']): boolean {
  const kind = cursorKind(read);
  return kind === 'time' || kind === 'date';
}
