/** A contract is judged by what a tick reads anyway: it asks the warehouse for nothing more. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { loadProject } from '../../src/config/load.ts';
import { prepareSegment } from '../../src/evaluate/prepared.ts';
import { evaluateTick } from '../../src/evaluate/tick.ts';
import { openWorkspace } from '../../src/evaluate/workspace.ts';
import { formatAge, parseInstant } from '../../src/instant.ts';
import { readTables } from '../../src/run/open.ts';
import type { Statements } from '../../src/warehouse/warehouse.ts';
import { realWorld } from '../../src/world.ts';
import { engines, type Opened } from '../engines.ts';

const T = parseInstant('2026-03-02T09:00:00Z', 'UTC')!;
const SHOP = [
  'CREATE SCHEMA shop',
  'CREATE TABLE shop.customers (id BIGINT, seen TIMESTAMP)',
  "INSERT INTO shop.customers SELECT n, TIMESTAMP '2026-03-02 06:30:00' FROM generate_series(1, 4) AS t(n)",
  'CREATE TABLE shop.scores (customer_id BIGINT, value BIGINT, day DATE)',
  "INSERT INTO shop.scores SELECT n, n, DATE '2026-03-02' FROM generate_series(1, 4) AS t(n)",
  'CREATE TABLE shop.members (segment TEXT, entity_key TEXT, row_hash TEXT, tick_id BIGINT)',
];

let opened: Opened;
afterEach(() => opened.drop());

test.each(engines)('on $name, with times of a zone, and dates', async (engine) => {
  opened = await engine.open();
  for (const statement of SHOP) await opened.session.execute(statement);
  const plain = await tick('');
  const bound = await tick(', expect_fresh_within: 1h');
  expect(bound.asked).toEqual(plain.asked);
  expect(plain.stale).toEqual([]);
  // 06:30 in Berlin is 05:30 in UTC; a date is the first instant of its day there, 23:00 of the day before.
  expect(bound.stale).toEqual(['shop.customers 3h 30m', 'shop.scores 10h 00m']);
});

/** One full tick: every statement that it sends, and what it finds stale. */
async function tick(contract: string): Promise<{ asked: string[]; stale: string[] }> {
  const { session, warehouse, folder, target } = opened;
  await write(folder, target, contract);
  const { project } = await loadProject(realWorld(), { projectDir: folder });
  const prepared = prepareSegment(project, project.segments.get('likely')!);
  const { catalog, made } = await readTables(session, warehouse.dialect, [prepared]);
  const asked: string[] = [];
  const members = { kind: 'state', sql: 'shop.members' } as const;
  const { stale } = await session.scratch((statements) =>
    evaluateTick(
      overheard(statements, asked),
      openWorkspace(overheard(statements, asked), warehouse.dialect),
      { entity: prepared.entity, members: [{ prepared }], full: new Map([['likely', 'first_tick']]) },
      {
        ...{ project, warehouse, catalog, made, t: T },
        state: { membership: members, pending: members, changes: members, segments: members },
      },
    ),
  );
  const found = stale.get('likely') ?? [];
  return { asked, stale: found.map(({ table, age }) => `${table} ${formatAge(age!)}`) };
}

function overheard(statements: Statements, asked: string[]): Statements {
  return {
    ...statements,
    query: (sql) => {
      asked.push(sql);
      return statements.query(sql);
    },
    execute: (sql) => {
      asked.push(sql);
      return statements.execute(sql);
    },
  };
}

async function write(folder: string, target: Opened['target'], contract: string): Promise<void> {
  await mkdir(join(folder, 'segments'), { recursive: true });
  await writeFile(
    join(folder, 'segsync.yaml'),
    `version: 1
project: bound
timezone: Europe/Berlin
targets: { dev: ${JSON.stringify(target)} }
entities:
  customer:
    table: shop.customers
    key: id
    cursor: seen
    timezone: Europe/Berlin
    ${contract.slice(2)}
    traits:
      score: { table: shop.scores, key: customer_id, column: value, cursor: day${contract} }
`,
  );
  await writeFile(
    join(folder, 'segments/likely.yaml'),
    'entity: customer\nwhere: { trait: score, gte: 3 }\n',
  );
}
