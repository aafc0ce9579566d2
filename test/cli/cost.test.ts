/** `plan` tells what evaluating would cost before it is spent. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunReport } from '../../src/report/results.ts';
import { openRig, type ProjectFiles, type Rig } from '../chaos/rig.ts';
import { shopFiles } from '../chaos/shop.ts';
import { engines } from '../engines.ts';
import { build } from './segsync.ts';

const CUSTOMERS = 40_000;
const UNITS: Readonly<Record<string, string>> = { duckdb: 'rows from tables', postgres: 'planner cost' };

/** Three segments that share a pass over orders, and one that reads the customers only. */
const files: ProjectFiles = (places) => ({
  ...shopFiles(places),
  'segments/inside.yaml': 'entity: customer\nwhere: {trait: status, eq: inside}\n',
  'segments/buyers.yaml': 'entity: customer\nwhere: {did: orders, within: 7d}\n',
  'segments/regulars.yaml': 'entity: customer\nwhere: {did: orders, within: 30d, count: {gte: 3}}\n',
  'segments/lost.yaml': 'entity: customer\nwhere: {did_not: orders, within: 90d}\n',
});
const NAMES = ['buyers', 'inside', 'lost', 'regulars'];

const SHOP = [
  'CREATE SCHEMA shop',
  `CREATE TABLE shop.customers AS SELECT n AS id, CASE WHEN n % 3 = 0 THEN 'inside' ELSE 'waiting' END AS status, now() - n * INTERVAL '1 minute' AS updated_at FROM generate_series(1, ${CUSTOMERS}) AS t (n)`,
  `CREATE TABLE shop.orders AS SELECT n % ${CUSTOMERS} AS customer_id, now() - n * INTERVAL '1 minute' AS ordered_at FROM generate_series(1, ${3 * CUSTOMERS}) AS t (n)`,
  'ALTER TABLE shop.customers ADD COLUMN email text',
  'CREATE INDEX customers_id ON shop.customers (id)',
  'CREATE INDEX customers_updated_at ON shop.customers (updated_at)',
  'CREATE INDEX orders_customer ON shop.orders (customer_id, ordered_at)',
  'CREATE INDEX orders_ordered_at ON shop.orders (ordered_at)',
];

beforeAll(build);

for (const engine of engines) {
  describe(engine.name, () => {
    let rig: Rig;
    const reportOf = async (args: readonly string[]): Promise<RunReport> => {
      const { exit, stdout, stderr } = await rig.call([...args, '--json']);
      expect(exit, stderr).toBe(0);
      return JSON.parse(stdout);
    };
    beforeAll(async () => {
      rig = await openRig(engine, files);
      await rig.change([...SHOP, 'ANALYZE']);
    });
    afterAll(() => rig.drop());

    /** Each segment's cost, and that of all together: less than the sum, more than the dearest. */
    const expectCosts = ({ segments, cost }: RunReport): { total: number; alone: number[] } => {
      const unit = UNITS[engine.name];
      expect(segments.map(({ segment }) => segment)).toEqual(NAMES);
      for (const each of [...segments.map((segment) => segment.cost), cost])
        expect(each).toEqual({ amount: expect.any(Number), unit });
      const alone = segments.map((segment) => segment.cost!.amount);
      expect(Math.min(...alone)).toBeGreaterThan(0);
      expect(cost!.amount).toBeGreaterThan(0.99 * Math.max(...alone));
      expect(cost!.amount).toBeLessThan(0.9 * alone.reduce((sum, each) => sum + each));
      return { total: cost!.amount, alone };
    };

    it('before the first run, of each segment and of all together', async () => {
      const { alone } = expectCosts(await reportOf(['plan']));
      // Who reads the orders pays for them.
      const [buyers, inside, lost, regulars] = alone;
      expect(Math.min(buyers!, lost!, regulars!)).toBeGreaterThan(inside!);
    });

    it('in words, in one line', async () => {
      const { stdout } = await rig.call(['plan']);
      const line = /^Estimated cost: ([\d,]+) \((.*)\); one by one: ([\d,]+)\.$/m.exec(stdout);
      expect(line, stdout).not.toBeNull();
      expect(line![2]).toBe(UNITS[engine.name]);
    });

    it('of what is due only, and nowhere in a run', async () => {
      const run = await reportOf(['run', '--all']);
      expect(JSON.stringify(run)).not.toContain('cost');
      const idle = await reportOf(['run', '--dry-run']);
      expect(JSON.stringify(idle)).not.toContain('cost');
      const { segments, cost } = await reportOf(['plan', '--select', 'inside']);
      expect(segments[0]!.cost).toEqual(cost);
    });

    it('of the tick that it would be: the affected keys or everyone', async () => {
      await rig.change(["UPDATE shop.customers SET status = 'inside', updated_at = now() WHERE id = 7"]);
      const incremental = await reportOf(['plan']);
      expect(incremental.segments.map(({ mode }) => mode)).toEqual(NAMES.map(() => 'incremental'));
      const full = await reportOf(['plan', '--full']);
      const costs = [expectCosts(incremental), expectCosts(full)];
      // The other planner takes a fixed share of every table for what passes a filter.
      if (engine.name === 'postgres') expect(costs[0]!.total).toBeLessThan(costs[1]!.total);
    });
  });
}
