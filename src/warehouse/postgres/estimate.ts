/** What a query would cost by the planner's reckoning: in its own unit, in which reading a page in sequence is 1. */
import type { Estimate, Row } from '../warehouse.ts';

/** Undefined for what cannot be explained: the statement is wrong, or of a kind that has no plan. */
export async function estimate(
  attempt: (sql: string) => Promise<Row[]>,
  sql: string,
): Promise<Estimate | undefined> {
  try {
    const [row] = await attempt(`EXPLAIN (FORMAT JSON)\n${sql}`);
    const [explained] = JSON.parse(row!['QUERY PLAN']!) as { Plan: { 'Total Cost': number } }[];
    return { amount: explained!.Plan['Total Cost'], unit: 'planner cost' };
  } catch {
    return undefined;
  }
}
