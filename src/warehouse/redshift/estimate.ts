/** What a query would cost by the planner's reckoning: its own unit, good for comparing. */
import type { Estimate, Row } from '../warehouse.ts';

/** Undefined for what cannot be explained. The plan's first line tells the whole cost: `(cost=0.00..87.98 rows=...`. */
export async function estimate(
  query: (sql: string) => Promise<Row[]>,
  sql: string,
): Promise<Estimate | undefined> {
  try {
    const [row] = await query(`EXPLAIN\n${sql}`);
    const [, cost] = /\(cost=[\d.]+\.\.([\d.]+)/.exec(row?.['QUERY PLAN'] ?? '') ?? [];
    return cost === undefined ? undefined : { amount: Number(cost), unit: 'planner cost' };
  } catch {
    return undefined;
  }
}
