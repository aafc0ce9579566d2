/** A warehouse that says exactly which rows changed: its feed takes the place of the cursor, deletions included. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { From } from '../../src/compile/query.ts';
import { loadProject } from '../../src/config/load.ts';
import { prepareSegment } from '../../src/evaluate/prepared.ts';
import { evaluateTick, type TickGroup, type TickOutcome } from '../../src/evaluate/tick.ts';
import { openWorkspace } from '../../src/evaluate/workspace.ts';
import { parseInstant } from '../../src/instant.ts';
import { readTables } from '../../src/run/open.ts';
import type { Statements } from '../../src/warehouse/warehouse.ts';
import { realWorld } from '../../src/world.ts';
import { engines, type Opened } from '../engines.ts';

const T0 = parseInstant('2026-03-02T08:00:00Z', 'UTC')!;
const T = parseInstant('2026-03-02T09:00:00Z', 'UTC')!;

let opened: Opened;
afterEach(() => opened.drop());

/** Rows of the log since a mark, in the shape of the table: as they were, and as they are. */
function withFeed(statements: Statements): Statements {
  return {
    ...statements,
    capture: async (relations) =>
      relations.map(({ relation, marks }) => {
        const isLogged = relation.kind === 'table' && relation.parts.at(-1) === 'events';
        if (!isLogged) return {};
        const feed = marks.map((mark) => `(SELECT * FROM shop.events_log WHERE change_id > ${mark})`);
        return { mark: '9', ...(feed[0] ? { feed: feed[0] } : {}) };
      }),
  };
}

test.each(engines)('deletions and moves are seen without a reconcile, on $name', async (engine) => {
  opened = await engine.open();
  const { session, warehouse, folder, target } = opened;
  for (const statement of SHOP) await session.execute(statement);
  const group = await groupOf(folder, target);
  const state = (sql: string): From => ({ kind: 'state', sql });
  const { catalog, made } = await readTables(session, warehouse.dialect, [group.members[0]!.prepared]);
  const { project } = await loadProject(realWorld(), { projectDir: folder });
  const found = await session.scratch(async (statements): Promise<TickOutcome> => {
    const workspace = openWorkspace(statements, warehouse.dialect);
    return evaluateTick(withFeed(statements), workspace, group, {
      ...{ project, warehouse, catalog, made, t: T },
      state: {
        membership: state('shop.members'),
        pending: state('shop.members'),
        changes: state('shop.members'),
        segments: state('shop.members'),
      },
    });
  });
  expect(found).toMatchObject({ mode: 'incremental', affected: 3 });
  expect(found.counts.get('buyers')).toEqual({ enter: 1, exit: 2, touch: 0 });
  expect(Object.values(found.watermarks.get('buyers')!).map(({ mark }) => mark)).toEqual([undefined, '9']);
});

/** Customers 1 to 4; 1, 2 and 3 were members. Since then 1's row was deleted and 2's moved to 4; no cursor tells of it. */
const SHOP = [
  'CREATE SCHEMA shop',
  'CREATE TABLE shop.customers (id BIGINT, seen TIMESTAMPTZ)',
  "INSERT INTO shop.customers SELECT n, CAST('2026-03-01 00:00:00+00' AS TIMESTAMPTZ) FROM generate_series(1, 4) AS t(n)",
  'CREATE TABLE shop.events (customer_id BIGINT, seen TIMESTAMPTZ)',
  "INSERT INTO shop.events SELECT n, CAST('2026-03-01 00:00:00+00' AS TIMESTAMPTZ) FROM generate_series(3, 4) AS t(n)",
  'CREATE TABLE shop.events_log (change_id BIGINT, customer_id BIGINT, seen TIMESTAMPTZ)',
  'INSERT INTO shop.events_log VALUES (3, 3, NULL), (7, 1, NULL), (8, 2, NULL), (9, 4, NULL)',
  'CREATE TABLE shop.members (segment TEXT, entity_key TEXT, row_hash TEXT, tick_id BIGINT)',
  "INSERT INTO shop.members SELECT 'buyers', CAST(n AS TEXT), '', 1 FROM generate_series(1, 3) AS t(n)",
];

async function groupOf(folder: string, target: Opened['target']): Promise<TickGroup> {
  await mkdir(join(folder, 'segments'));
  const events = { table: 'shop.events', key: 'customer_id', cursor: 'seen' };
  const entities = { customer: { table: 'shop.customers', key: 'id', cursor: 'seen', sources: { events } } };
  const project = {
    version: 1,
    project: 'feed',
    default_target: 'test',
    targets: { test: target },
    entities,
  };
  await writeFile(join(folder, 'segsync.yaml'), JSON.stringify(project));
  await writeFile(join(folder, 'segments', 'buyers.yaml'), 'entity: customer\nwhere: { has: events }\n');
  const read = (await loadProject(realWorld(), { projectDir: folder })).project;
  const prepared = prepareSegment(read, read.segments.get('buyers')!);
  const quiet = parseInstant('2026-03-01T00:00:00Z', 'UTC')!.toString();
  const watermarks = Object.fromEntries(
    prepared.reads.map(({ id }) => [
      id,
      { at: quiet, since: quiet, ...(id.includes('events') ? { mark: '5' } : {}) },
    ]),
  );
  const { fingerprint, entity } = prepared;
  const state = { fingerprint, tier: 'daily', evaluatedAt: T0, watermarks, tickId: 1n, members: 3 };
  return { entity, members: [{ prepared, state }] };
}
