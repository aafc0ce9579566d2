/**
 * What a query would read at most: the size of the tables in it, as the planner says it. Files that it will skip are
 * counted, too, for it knows of them only when it runs.
 */
import type { Estimate, Row } from '../warehouse.ts';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
/** A table in a plan: whatever else stands there has a size that was made from these. */
const TABLE = /^[\s:+|-]*Relation .*Statistics\(sizeInBytes=([\d.]+(?:E[+-]?\d+)?) ([KMGTPE]i)?B/gm;

export async function estimate(
  query: (sql: string) => Promise<Row[]>,
  sql: string,
): Promise<Estimate | undefined> {
  try {
    const rows = await query(`EXPLAIN COST ${sql}`);
    const plan = rows.flatMap((row) => Object.values(row)).join('\n');
    const sizes = [...plan.matchAll(TABLE)].map(
      ([, size, unit]) => Number(size) * 1024 ** UNITS.indexOf(`${unit ?? ''}B`),
    );
    if (sizes.length === 0) return undefined;
    return { amount: Math.round(sizes.reduce((sum, each) => sum + each, 0)), unit: 'bytes read' };
  } catch {
    return undefined;
  }
}
