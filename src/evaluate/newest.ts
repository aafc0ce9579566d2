/** The greatest cursor that each table shows, asked for from what it showed before. */
import type { From, Query } from '../compile/query.ts';
import type { Scope } from '../compile/rows.ts';
import { watermarksQuery } from '../compile/watermarks.ts';
import type { ReadTable } from '../segment/reads.ts';
import type { Row } from '../warehouse/warehouse.ts';

export interface NewestInput {
  readonly reads: readonly ReadTable[];
  /** `query:` segments, whose newest ticks are asked for beside. */
  readonly stored: readonly string[];
  readonly segments: From;
  readonly scope: Scope;
  /** By `ReadTable.id`: a cursor that was shown before. */
  readonly from: ReadonlyMap<string, string>;
}

/** Rows of `watermarksQuery`. */
export async function readNewest(
  answer: (query: Query) => Promise<Row[]>,
  { reads, stored, segments, scope, from }: NewestInput,
): Promise<Row[]> {
  const ask = async (...of: Parameters<typeof watermarksQuery>): Promise<Row[]> => {
    const query = watermarksQuery(...of);
    return query ? answer(query) : [];
  };
  const found = await ask(reads, stored, segments, scope, from);
  // The rows that were newest are gone: then all others are looked at.
  const gone = reads.filter(
    ({ id }) => from.has(id) && found.some((row) => row.id === id && row.at === null),
  );
  const others = found.filter((row) => !gone.some(({ id }) => id === row.id));
  return [...others, ...(await ask(gone, [], segments, scope))];
}
