/** What tests can say of each form of segment: every one passes, and fails with another expectation. */
import { describe, expect, it } from 'vitest';
import { folderOf, segsync } from './segsync.ts';

const PROJECT = `version: 1
project: stories
timezone: Europe/Berlin
targets:
  dev: { type: duckdb, path: data.duckdb }
entities:
  customer:
    table: lake.shop.customers
    key: customer_id
    cursor: updated_at
    traits:
      score: { table: ml.scores, key: customer_id, column: score, cursor: scored_at }
    sources:
      orders: { table: shop.orders, key: customer_id, time: placed_at, cursor: loaded_at }
      visits: { table: shop.visits, key: household, time: visited_at, cursor: loaded_at, through: { table: shop.households, key: customer_id, source_key: id, cursor: linked_at } }
  account:
    table: crm.accounts
    key: account_id
    cursor: updated_at
    sources:
      invoices: { table: crm.invoices, key: account_id, cursor: updated_at }
`;

interface Case {
  readonly segment: string;
  /** Other segments. */
  readonly others?: Readonly<Record<string, string>>;
  readonly test: string;
}

const where = (condition: string): string => `entity: customer\nwhere: ${condition}\n`;

const CASES: Readonly<Record<string, Case>> = {
  'types:, where values would say another': {
    segment: where('{ trait: code, starts_with: "20" }'),
    test: `at: 2026-01-01
    types: { customer: { code: text } }
    given: { customer: [{ customer_id: a, code: 2026 }, { customer_id: b, code: 1026 }] }
    expect: { members: [a] }`,
  },
  'update and delete': {
    segment: where('{ all: [{ trait: plan, eq: pro }, { did: orders }] }'),
    test: `story:
      - at: 2026-01-01T00:00:00Z
        insert: { customer: [{ customer_id: 1, plan: free }], orders: [{ customer_id: 1, placed_at: 2026-01-01 }] }
        expect: { members: [] }
      - after: 5m
        update: { customer: [{ where: { customer_id: 1 }, set: { plan: pro } }] }
        expect: { enter: [1], members: [1] }
      - after: 5m
        delete: { orders: [{ customer_id: 1, placed_at: 2026-01-01 }] }
        update: { customer: [{ where: { customer_id: 1, plan: pro }, set: { plan: pro } }] }
        expect: { exit: [1], members: [] }`,
  },
  'query: over tables of another entity and of none': {
    segment:
      "entity: customer\nquery: |\n  SELECT v.id FROM analytics.vips v JOIN crm.accounts a ON a.account_id = v.account WHERE a.tier = 'gold'\n",
    test: `at: 2026-01-01
    given:
      customer: [{ customer_id: a }, { customer_id: b }]
      account: [{ account_id: 7, tier: gold }, { account_id: 8, tier: tin }]
      analytics.vips: [{ id: a, account: 7 }, { id: b, account: 8 }]
    expect: { members: [a] }`,
  },
  'a reference to a query:': {
    segment: where('{ not: { segment: vips } }'),
    others: { vips: 'entity: customer\nquery: SELECT id FROM analytics.vips\n' },
    test: `story:
      - at: 2026-01-01
        insert: { customer: [{ customer_id: a }, { customer_id: b }], analytics.vips: [{ id: a }] }
        expect: { members: [b] }
      - after: 1h
        insert: { analytics.vips: [{ id: b }] }
        expect: { exit: [b], members: [] }`,
  },
  'sql: with the instant': {
    segment: where('{ sql: "entity.renews_at < :T" }'),
    test: `story:
      - at: 2026-01-01T00:00:00Z
        insert: { customer: [{ customer_id: a, renews_at: 2026-01-01T01:00:00Z }] }
        expect: { members: [] }
      - after: 2h
        expect: { enter: [a], members: [a] }`,
  },
  'share, by the published hash': {
    segment: where('{ share: { of: spring, below: 50% } }'),
    test: `at: 2026-01-01
    given: { customer: [{ customer_id: c1 }, { customer_id: c2 }, { customer_id: c3 }, { customer_id: c4 }] }
    expect: { members: [c4] }`,
  },
  'calendar windows in the project’s time zone': {
    segment: where('{ did: orders, this: day }'),
    test: `story:
      - at: 2026-03-28T22:59:00Z
        insert:
          customer: [{ customer_id: a }, { customer_id: b }]
          orders: [{ customer_id: a, placed_at: 2026-03-27T23:00:00Z }, { customer_id: b, placed_at: 2026-03-27T22:59:59Z }]
        expect: { members: [a] }
      - at: 2026-03-28T23:00:00Z
        expect: { exit: [a], members: [] }`,
  },
  'tables of their own, joined through another': {
    segment: where('{ all: [{ trait: score, gte: 0.5 }, { did: visits, within: 1d }] }'),
    test: `story:
      - at: 2026-01-01T00:00:00Z
        insert:
          customer: [{ customer_id: a }, { customer_id: b }]
          score: [{ customer_id: a, score: 0.5 }, { customer_id: b, score: 0.4 }]
          visits.through: [{ customer_id: a, id: 1 }, { customer_id: b, id: 1 }]
          visits: [{ household: 1, visited_at: 2026-01-01T00:00:00Z }]
        expect: { members: [a] }
      - after: 1d
        update: { score: [{ where: { customer_id: b }, set: { score: 0.6 } }] }
        expect: { exit: [a], members: [] }
      - after: 1m
        insert: { visits: [{ household: 1, visited_at: 2026-01-02T00:00:30Z }] }
        expect: { enter: [a, b], members: [a, b] }`,
  },
  'an instant that is yet to come, and one more than a day later': {
    segment: where('{ did: orders, within: 30d }'),
    test: `story:
      - at: 2035-01-01T00:00:00Z
        insert: { customer: [{ customer_id: a }], orders: [{ customer_id: a, placed_at: 2035-01-01T00:00:00Z }] }
        expect: { members: [a] }
      - after: 30d
        expect: { exit: [a], members: [] }`,
  },
};

describe.each(Object.entries(CASES))('%s', (_, { segment, others = {}, test }) => {
  const run = async (text: string): ReturnType<typeof segsync> => {
    const files = Object.entries(others).map(([name, of]) => [`segments/${name}.yaml`, of]);
    await using folder = await folderOf({
      ...Object.fromEntries(files),
      'segsync.yaml': PROJECT,
      'segments/s.yaml': segment,
      'segments/s_test.yaml': `segment: s\ntests:\n  - name: t\n    ${text}\n`,
    });
    return await segsync(folder.path, ['test']);
  };
  it('passes', async () => {
    expect(await run(test)).toEqual({ stdout: '1 test, 0 failed.\n', stderr: '', exit: 0 });
  });

  it('fails when somebody else is expected at the end', async () => {
    const at = test.lastIndexOf('members: [');
    const otherwise = `${test.slice(0, at)}members: [somebody_else] }`;
    const { stdout, exit } = await run(otherwise);
    expect(exit).toBe(1);
    expect(stdout).toContain('members: missing somebody_else');
  });
});
