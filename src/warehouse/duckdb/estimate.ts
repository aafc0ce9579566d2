/**
 * What a query would cost. DuckDB's planner has no unit of its own for that: it tells how many rows it expects of every
 * operator. Those that come out of tables, files and table functions are the work that grows with the data.
 */
import type { Estimate, Row } from '../warehouse.ts';

interface Operator {
  readonly children: readonly Operator[];
  readonly extra_info: { readonly [name: string]: unknown };
}

/** Undefined for what cannot be explained: the statement is wrong, or of a kind that has no plan. */
export async function estimate(
  query: (sql: string) => Promise<Row[]>,
  sql: string,
): Promise<Estimate | undefined> {
  try {
    const [explained] = await query(`EXPLAIN (FORMAT JSON)\n${sql}`);
    const roots = JSON.parse(explained!.explain_value!) as Operator[];
    return { amount: roots.reduce((sum, root) => sum + rowsFromTables(root), 0), unit: 'rows from tables' };
  } catch {
    return undefined;
  }
}

function rowsFromTables({ children, extra_info: told }: Operator): number {
  const isSource = told.Table !== undefined || told.Function !== undefined;
  const own = isSource ? Number(told['Estimated Cardinality'] ?? 0) : 0;
  return children.reduce((sum, child) => sum + rowsFromTables(child), own);
}
