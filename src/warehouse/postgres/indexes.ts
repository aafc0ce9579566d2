/** Columns that every tick looks rows up by, and that no index begins with. */
import type { MissingIndex, Row, Sought } from '../warehouse.ts';
import { dialect } from './dialect.ts';

/** A table of fewer rows is read as fast without one. */
const FEW_ROWS = 10_000;

export async function missingIndexes<T extends Sought>(
  query: (sql: string) => Promise<Row[]>,
  sought: readonly T[],
): Promise<readonly (T & MissingIndex)[]> {
  const wanted = sought.flatMap(({ relation, column }, position) => {
    if (relation.kind !== 'table') return [];
    const name = relation.parts.map(dialect.quote).join('.');
    return [`(${position}, ${text(name)}, ${text(column)})`];
  });
  if (wanted.length === 0) return [];
  const rows = await query(
    'SELECT w.position, quote_ident(s.nspname) AS schema, quote_ident(c.relname) AS name,' +
      ' quote_ident(a.attname) AS attribute' +
      ` FROM (VALUES ${wanted.join(', ')}) AS w (position, name, sought)` +
      ' JOIN pg_catalog.pg_class AS c ON c.oid = to_regclass(w.name)' +
      ' JOIN pg_catalog.pg_namespace AS s ON s.oid = c.relnamespace' +
      ' JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attname = w.sought' +
      ` WHERE c.relkind IN ('r', 'm') AND c.reltuples >= ${FEW_ROWS}` +
      ' AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_index AS i WHERE i.indrelid = c.oid' +
      ' AND i.indisvalid AND i.indpred IS NULL AND i.indkey[0] = a.attnum)' +
      ' ORDER BY w.position',
  );
  return rows.map(({ position, schema, name, attribute }) => ({
    ...sought[Number(position)]!,
    statement: `CREATE INDEX CONCURRENTLY ON ${schema}.${name} (${attribute})`,
  }));
}

function text(of: string): string {
  return dialect.literal({ type: 'text', text: of });
}
