/** What a query would read, as the planner says it, which needs no running warehouse. */
import type { Estimate, Row } from '../warehouse.ts';

export async function estimate(
  query: (sql: string) => Promise<Row[]>,
  sql: string,
): Promise<Estimate | undefined> {
  try {
    const [row] = await query(`EXPLAIN USING JSON ${sql}`);
    const plan = JSON.parse(Object.values(row!)[0]!) as { GlobalStats?: { partitionsAssigned?: number } };
    const amount = plan.GlobalStats?.partitionsAssigned;
    return amount === undefined ? undefined : { amount, unit: 'partitions read' };
  } catch {
    return undefined;
  }
}
