/** The SQL of each form of the language in each dialect, as text that a person reviews. Update with `vitest run test/golden --update`. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadWarehouse, warehouseNames } from '../../src/adapters.ts';
import type { Catalog } from '../../src/compile/catalog.ts';
import { loadProject } from '../../src/config/load.ts';
import type { Project } from '../../src/config/project.ts';
import { DiagnosedError } from '../../src/diagnostics/diagnostic.ts';
import { prepareSegment } from '../../src/evaluate/prepared.ts';
import { parseInstant } from '../../src/instant.ts';
import { printTick } from '../../src/run/print.ts';
import { storedId } from '../../src/segment/reads.ts';
import type { SqlType } from '../../src/warehouse/dialect.ts';
import { realWorld } from '../../src/world.ts';

const T = parseInstant('2026-11-22T10:00:00Z', 'UTC')!;
const T0 = parseInstant('2026-11-22T09:55:00Z', 'UTC')!;

const PROJECT = `
version: 1
project: golden
timezone: Europe/Berlin
default_target: dev
targets:
  dev: { type: duckdb, path: golden.duckdb }
entities:
  customer:
    table: shop.customers
    key: customer_id
    cursor: updated_at
    traits:
      score: { table: ml.scores, key: customer_id, column: value, cursor: scored_at, duplicates: latest }
    identifiers:
      email: { trait: email, kind: email }
    sources:
      events: { table: shop.events, split: name, key: customer_id, time: occurred_at, cursor: ingested_at, append_only: true }
      orders: { table: shop.orders, key: customer_ref, time: placed_on, cursor: { column: version, overlap: 500 }, where: { status: { ne: cancelled } } }
      tickets: { table: support.tickets, key: account_id, cursor: updated_at, through: { table: crm.account_members, key: customer_id, cursor: linked_at } }
      visits: { table: shop.visits, key: customer_id, time: at, cursor: at, timezone: America/New_York }
`;

const SEGMENTS: Record<string, string> = {
  did_within: 'where: { did: added_to_cart, within: 30m }',
  did_not_within: 'where: { did_not: order_completed, within: 30m }',
  windows: `where:
  any:
    - { did: a, older_than: 30d }
    - { did: a, between: { from: 14d, to: 7d } }
    - { did: a, next: 7d }
    - { did: a, after: 2026-03-29 }
    - { did: a, before: "2026-03-29T01:30:00Z" }`,
  measures: `where:
  all:
    - { did: orders, count: { gte: 3 } }
    - { did: orders, sum: { of: total, gt: 500.25 } }
    - { did: orders, avg: { of: total, between: [10, 20] } }
    - { did: orders, within: 365d, distinct: { of: channel, gte: 2 } }
    - { did: orders, max: { of: channel, eq: "web's" } }`,
  traits: `where:
  all:
    - { trait: plan, in: [pro, team] }
    - { trait: plan, ne: "it's \\\\ 🙂" }
    - not: { trait: country, eq: DE }
    - { trait: score, gte: 0.7 }
    - { trait: born, before: 2000-01-01 }
    - { trait: email, ends_with: "@example.com" }
    - { trait: phone, is_null: false }`,
  where_inside: `where:
  did: orders
  where: { any: [ { channel: web }, { not: { total: { lt: 10 } } } ] }
  within: 90d`,
  zoned: 'where: { did: visits, within: 1d }',
  pasted: `where:
  all:
    - segment: did_within
    - not: { segment: did_not_within }`,
  calendar: `where:
  any:
    - { did: a, this: month }
    - { did: visits, previous: { count: 2, unit: week } }
    - { trait: born, this: year }`,
  first_last: `where:
  all:
    - { did: orders, first: { of: channel, eq: web } }
    - { did: orders, within: 90d, last: { of: total, gte: 10 } }`,
  pairs: `where:
  all:
    - measure: { did: session, within: 7d }
      lt: { times: 0.5, measure: { did: session, between: { from: 14d, to: 7d } } }
    - { trait: plan, ne: { trait: country } }
    - measure: { did: orders, avg: total }
      gt: { times: 2, trait: score }`,
  sequence_plain: `where:
  sequence:
    - did: added_to_cart
    - not: { did: order_completed }
  within: 30m`,
  sequence: `where:
  sequence:
    - did: product_viewed
    - not: { did: order_completed }
    - { did: added_to_cart, within: 1h }
    - not: { did: order_completed }
      for: 30m
  within: 7d`,
  sequence_across: `where:
  sequence:
    - did: added_to_cart
    - { did: orders, where: { channel: web } }
    - not: { did: visits }`,
  own_sql: `where: { sql: "entity.plan = 'pro' AND length(country) > 1" }`,
  own_sql_moving: `allow_full: true
where: { sql: "entity.updated_at > :T - INTERVAL '1 day' -- lately" }`,
  own_query: `query: |
  SELECT customer_id FROM shop.vips WHERE since < :T`,
  of_query: 'where: { all: [{ segment: own_query }, { did: a, within: 1d }] }',
  damped: `settle: 5m
stay_at_least: 1h
where: { did: a, within: 1d }`,
  second_hop: 'where: { has_no: tickets, where: { status: open } }',
  feeds: 'where: { all: [{ has: visits }, { did: a }] }',
  share: 'where: { share: { of: holdout, below: 12.5% } }',
};

const TYPES: Record<string, SqlType> = {
  customer_id: 'integer',
  customer_ref: 'text',
  account_id: 'text',
  version: 'integer',
  placed_on: 'date',
  at: 'timestamp',
  born: 'date',
  total: 'float',
  value: 'float',
};

const INSTANTS = ['updated_at', 'linked_at', 'scored_at', 'occurred_at', 'ingested_at'];

const catalog: Catalog = {
  typeOf: (_relation, column) => TYPES[column] ?? (INSTANTS.includes(column) ? 'instant' : 'text'),
  columnsOf: () => undefined,
  keyOf: () => ({ name: 'customer_id', type: 'integer' }),
  mayMove: () => false,
  expressionType: () => 'text',
};

describe('compiled SQL', async () => {
  const world = realWorld();
  let root: string;
  let project: Project;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'segsync-golden-'));
    await mkdir(join(root, 'segments'));
    await writeFile(join(root, 'segsync.yaml'), PROJECT);
    for (const [name, where] of Object.entries(SEGMENTS)) {
      await writeFile(join(root, 'segments', `${name}.yaml`), `entity: customer\n${where}\n`);
    }
    project = (await loadProject(world, { projectDir: root })).project;
  });
  afterAll(() => rm(root, { recursive: true }));

  for (const dialect of await warehouseNames(world)) {
    for (const name of Object.keys(SEGMENTS).filter((each) => each !== 'feeds')) {
      for (const mode of ['incremental', 'full'] as const) {
        test(`${name}, ${mode}, ${dialect}`, async () => {
          const warehouse = (await loadWarehouse(world, dialect))!;
          await expect(sqlOrRefusal(() => sqlOf(name, mode, warehouse))).toMatchFileSnapshot(
            `expected/${dialect}/${name}.${mode}.sql`,
          );
        });
      }
    }
  }

  for (const dialect of await warehouseNames(world)) {
    test(`change feeds, ${dialect}`, async () => {
      const warehouse = (await loadWarehouse(world, dialect))!;
      if (!warehouse.capabilities.changeFeed) return expect(warehouse.dialect.changesOf).toBeUndefined();
      const customer = project.entities.get('customer')!;
      const { cursor: _, ...visits } = customer.sources.get('visits')!;
      const sources = new Map(customer.sources)
        .set('visits', { ...visits, changeFeed: true })
        .set('events', { ...customer.sources.get('events')!, changeFeed: true });
      const entities = new Map(project.entities).set('customer', { ...customer, sources });
      await expect(sqlOf('feeds', 'incremental', warehouse, { ...project, entities })).toMatchFileSnapshot(
        `expected/${dialect}/change_feed.incremental.sql`,
      );
    });
  }

  /** What a dialect cannot say, it says so. */
  function sqlOrRefusal(sql: () => string): string {
    try {
      return sql();
    } catch (error) {
      if (error instanceof DiagnosedError) return error.message;
      throw error;
    }
  }

  function sqlOf(
    name: string,
    mode: 'incremental' | 'full',
    warehouse: Parameters<typeof printTick>[1]['warehouse'],
    of: Project = project,
  ) {
    const prepared = prepareSegment(of, of.segments.get(name)!);
    const mark = { at: (mode === 'full' ? T : T0).toString(), since: T0.toString() };
    const watermarks = Object.fromEntries([
      ...prepared.reads.map(({ id }) => [id, id.endsWith('version') ? { ...mark, at: '120000' } : mark]),
      ...prepared.stored.map((segment) => [storedId(segment), { ...mark, at: '41' }]),
    ]);
    const state = { fingerprint: '', tier: 'daily', evaluatedAt: T0, watermarks, tickId: 1n, members: 0 };
    const full = mode === 'full' ? { full: new Map([[name, 'first_tick' as const]]) } : {};
    return printTick(
      { entity: prepared.entity, members: [{ prepared, state }], ...full },
      {
        project,
        warehouse,
        catalog,
        t: T,
        membership: ['segsync', 'membership'].map(warehouse.dialect.quote).join('.'),
        pending: ['segsync', 'pending'].map(warehouse.dialect.quote).join('.'),
        changes: ['segsync', 'changes'].map(warehouse.dialect.quote).join('.'),
      },
    );
  }
});
