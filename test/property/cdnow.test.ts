/**
 * Real purchases (the CDNOW history) by recency, frequency and spend on three dates, against plain SQL written by
 * hand. The data lies beside the checkout, not in it.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunReport } from '../../src/report/results.ts';
import { build } from '../cli/segsync.ts';
import { emptyProject, type ProjectCopy, REPOSITORY } from '../project-copy.ts';

const DATA = resolve(REPOSITORY, '../shared/data/cdnow.csv');
const present = existsSync(DATA);

/** The last tick comes two days after the one before, so that it is worth being incremental. */
const DATES = ['1997-09-30', '1998-06-13', '1998-06-15'];

interface Example {
  readonly where: string;
  /** Customers who should be in it; `:day` is the tick's day. */
  readonly sql: string;
}

const EXAMPLES: Readonly<Record<string, Example>> = {
  bought_lately: {
    where: '{ did: purchases, within: 60d }',
    sql: having('count(*) FILTER (date > :day - 60 AND date <= :day) > 0'),
  },
  frequent: {
    where: '{ did: purchases, within: 180d, count: { gte: 3 } }',
    sql: having('count(*) FILTER (date > :day - 180 AND date <= :day) >= 3'),
  },
  big_spenders: {
    where: '{ did: purchases, within: 365d, sum: { of: dollars, gte: 200.50 } }',
    sql: having('sum(dollars) FILTER (date > :day - 365 AND date <= :day) >= 200.50'),
  },
  dear_baskets: {
    where: '{ did: purchases, within: 365d, where: { cds: { gte: 2 } }, avg: { of: dollars, gt: 45 } }',
    sql: having('avg(dollars) FILTER (cds >= 2 AND date > :day - 365 AND date <= :day) > 45'),
  },
  one_large_order: {
    where: '{ did: purchases, within: 90d, max: { of: cds, gte: 8 } }',
    sql: having('max(cds) FILTER (date > :day - 90 AND date <= :day) >= 8'),
  },
  several_days: {
    where: '{ did: purchases, within: 120d, distinct: { of: date, gte: 3 } }',
    sql: having('count(DISTINCT date) FILTER (date > :day - 120 AND date <= :day) >= 3'),
  },
  lapsed: {
    where:
      '{ all: [{ did: purchases, between: { from: 365d, to: 90d } }, { did_not: purchases, within: 90d }] }',
    sql: having(
      'count(*) FILTER (date > :day - 365 AND date <= :day - 90) > 0 AND count(*) FILTER (date > :day - 90 AND date <= :day) = 0',
    ),
  },
  silent_for_a_quarter: {
    where: '{ did_not: purchases, within: 90d }',
    sql: having('count(*) FILTER (date > :day - 90 AND date <= :day) = 0'),
  },
  champions: {
    where: '{ all: [{ segment: bought_lately }, { segment: frequent }, { segment: big_spenders }] }',
    sql: having(
      `count(*) FILTER (date > :day - 60 AND date <= :day) > 0 AND count(*) FILTER (date > :day - 180 AND date <= :day) >= 3
       AND sum(dollars) FILTER (date > :day - 365 AND date <= :day) >= 200.50`,
    ),
  },
};

if (!present) console.warn(`skipped: the CDNOW purchases are not at ${DATA}`);

describe.skipIf(!present)('CDNOW customers by recency, frequency and spend', () => {
  let project: ProjectCopy;

  beforeAll(async () => {
    await build();
    project = emptyProject('cdnow.duckdb');
    await project.write('init.sql', INIT);
    await project.write('segsync.yaml', PROJECT);
    for (const [name, { where }] of Object.entries(EXAMPLES)) {
      await project.write(`segments/${name}.yaml`, `entity: customer\ntier: daily\nwhere: ${where}\n`);
    }
  });
  afterAll(() => project.remove());

  it.each(DATES)('are the customers that plain SQL finds on %s', async (day) => {
    const run = await project.segsync(['run', '--all', '--json', '--now', `${day}T00:00:00Z`]);
    expect(run, run.stderr + run.stdout).toMatchObject({ exit: 0 });
    const { segments } = JSON.parse(run.stdout) as RunReport;
    expect(segments).toHaveLength(Object.keys(EXAMPLES).length);
    for (const { segment, members, mode } of segments) {
      const expected = EXAMPLES[segment]!.sql.replaceAll(':day', `DATE '${day}'`);
      const stored = `SELECT entity_key::BIGINT AS customer_id FROM segsync.membership WHERE segment = '${segment}'`;
      expect(await project.query(`(${expected}) EXCEPT (${stored})`), `missing in ${segment}`).toEqual([]);
      const counted = await project.query(`SELECT count(*) AS n FROM (${expected})`);
      expect(members, segment).toBe(Number(counted[0]!.n));
      expect(members, segment).toBeGreaterThan(0);
      expect(mode, segment).toBe(day === DATES[0] ? 'full' : mode);
    }
    if (day === DATES.at(-1))
      expect(new Set(segments.map(({ mode }) => mode))).toEqual(new Set(['incremental']));
  });
});

function having(condition: string): string {
  return `SELECT customer_id FROM purchases GROUP BY customer_id HAVING ${condition}`;
}

// Everything was loaded long before the first tick, so that only time decides what changes.
const INIT = `
CREATE TABLE purchases AS
SELECT customer_id::BIGINT AS customer_id, date::DATE AS date, cds::INTEGER AS cds, dollars::DECIMAL(10, 2) AS dollars,
  TIMESTAMPTZ '1997-01-01 00:00:00+00' + row_number() OVER (ORDER BY customer_id, date) * INTERVAL 1 SECOND AS loaded_at
FROM read_csv('${DATA.replaceAll("'", "''")}');
CREATE TABLE customers AS SELECT customer_id, min(loaded_at) AS loaded_at FROM purchases GROUP BY customer_id;
`;

const PROJECT = `
version: 1
project: cdnow
default_target: dev
targets:
  dev: { type: duckdb, path: cdnow.duckdb, init: init.sql }
entities:
  customer:
    table: customers
    key: customer_id
    cursor: loaded_at
    sources:
      purchases: { table: purchases, key: customer_id, time: date, cursor: loaded_at }
`;
