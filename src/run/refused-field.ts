/** Fields of syncs that would go stale unseen. */
import { type Diagnostic, diagnose } from '../diagnostics/diagnostic.ts';
import type { Kinds } from '../evaluate/mode.ts';
import type { PreparedSegment } from '../evaluate/prepared.ts';
import { readSql } from '../segment/sql-text.ts';

/** E134 for an expression whose value may change though no row does: nothing would tell that it has to be sent again. */
export function refusedFields(
  { sentSql }: PreparedSegment,
  { mayMove }: Pick<Kinds, 'mayMove'>,
): Diagnostic[] {
  return sentSql.flatMap(({ sql, place }) => {
    const { moving, calls } = readSql(sql);
    const what = moving ?? calls.find(mayMove);
    return what === undefined ? [] : [diagnose('E134', { what }, place)];
  });
}
