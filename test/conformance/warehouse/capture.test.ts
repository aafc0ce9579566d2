/** What PostgreSQL tells of rows that were not visible at an earlier snapshot, and ticks while transactions commit out of order. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { loadProject } from '../../../src/config/load.ts';
import type { Relation } from '../../../src/config/project.ts';
import { runPipeline } from '../../../src/pipeline.ts';
import type { SegmentResult } from '../../../src/report/results.ts';
import type { Capture } from '../../../src/warehouse/warehouse.ts';
import { realWorld } from '../../../src/world.ts';
import { Dice } from '../../brute-force/dice.ts';
import { engines, type Opened } from '../../engines.ts';

const engine = engines.find(({ name }) => name === 'postgres')!;
const world = realWorld();
let opened: Opened;
const clients: pg.Client[] = [];
beforeEach(async () => {
  opened = await engine.open();
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end()));
  await opened.drop();
});

async function client(): Promise<pg.Client> {
  const { url } = opened.target;
  const made = new pg.Client({ connectionString: typeof url === 'string' ? url : inject('postgresUrl') });
  await made.connect();
  clients.push(made);
  return made;
}

function table(name: string): Relation {
  return { kind: 'table', parts: [name] };
}

async function capture(name: string, marks: readonly string[] = []): Promise<Capture> {
  const [told] = await opened.session.capture([{ relation: table(name), marks }], 'r');
  return told!;
}

/** Ids of the rows that pass the condition. */
async function shown(name: string, marks: readonly string[]): Promise<string[]> {
  const { narrows } = await capture(name, marks);
  const rows = await opened.session.query(`SELECT id FROM ${name} AS r WHERE ${narrows} ORDER BY id`);
  return rows.map((row) => row.id!);
}

/**
 * A mark that the rows of `ids` were visible at. Transactions of other tests, in other databases of the server, count as
 * in progress too: until they end, a mark says less.
 */
async function markWithout(name: string, ids: readonly string[]): Promise<string> {
  return vi.waitFor(
    async () => {
      const { mark } = await capture(name);
      const found = await shown(name, [mark!]);
      expect(ids.filter((id) => found.includes(id))).toEqual([]);
      return mark!;
    },
    { timeout: 30_000, interval: 50 },
  );
}

/** Ticks until one looks at nobody, although all rows lie within the overlap. */
async function tickUntilQuiet(): Promise<void> {
  await vi.waitFor(async () => expect(await tick()).toMatchObject({ mode: 'incremental', affected: 0 }), {
    timeout: 30_000,
    interval: 50,
  });
}

describe('capture on postgres', () => {
  test('rows that committed after a snapshot pass, whenever their transaction began; older ones do not', async () => {
    await opened.session.execute('CREATE TABLE people (id bigint, plan text)');
    await opened.session.execute('INSERT INTO people SELECT n, NULL FROM generate_series(1, 5) AS n');
    const late = await client();
    await late.query('BEGIN');
    await late.query('INSERT INTO people VALUES (10, NULL)');
    await late.query('SAVEPOINT inner_one');
    await late.query('INSERT INTO people VALUES (11, NULL)');
    await opened.session.execute('INSERT INTO people VALUES (6, NULL)');
    const mark = await markWithout('people', ['1', '2', '3', '4', '5']);
    await opened.session.execute("UPDATE people SET plan = 'pro' WHERE id = 2");
    await opened.session.execute('INSERT INTO people VALUES (7, NULL)');
    await late.query('INSERT INTO people VALUES (12, NULL)');
    await late.query('COMMIT');
    const found = await shown('people', [mark]);
    expect(found).toEqual(expect.arrayContaining(['2', '7', '10', '11', '12']));
    for (const old of ['1', '3', '4', '5']) expect(found).not.toContain(old);
    const next = await markWithout('people', found);
    expect(await shown('people', [next, mark])).toEqual(found);
  });

  test('a mark that is too old, and relations whose rows may come from elsewhere, tell nothing', async () => {
    await opened.session.execute('CREATE TABLE people (id bigint)');
    await opened.session.execute('CREATE TABLE parted (id bigint) PARTITION BY RANGE (id)');
    await opened.session.execute('CREATE TABLE parent (id bigint)');
    await opened.session.execute('CREATE TABLE child () INHERITS (parent)');
    await opened.session.execute('CREATE VIEW seen AS SELECT * FROM people');
    for (const name of ['parted', 'parent', 'seen', 'nowhere']) expect(await capture(name), name).toEqual({});
    const { mark } = await capture('people');
    const [query] = await opened.session.capture(
      [{ relation: { kind: 'query', sql: 'SELECT 1 AS id' }, marks: [] }],
      'r',
    );
    expect(query).toEqual({});
    expect(await capture('people', [(BigInt(mark!) - 2n ** 31n).toString()])).toEqual({ mark });
  });

  test('transactions that write to the state do not count for other tables, those of anybody else do', async () => {
    await opened.session.execute('CREATE TABLE people (id bigint)');
    await opened.session.execute('CREATE SCHEMA state');
    await opened.session.execute('CREATE TABLE state.leases (id bigint)');
    await opened.session.execute('CREATE TABLE state.members (id bigint)');
    await opened.session.execute('INSERT INTO people SELECT n FROM generate_series(1, 5) AS n');
    const tick = await client();
    await tick.query('BEGIN');
    const { rows } = await tick.query(
      'INSERT INTO state.leases VALUES (1) RETURNING CAST(pg_current_xact_id() AS text) AS xid',
    );
    const ticking = BigInt(rows[0].xid);
    await tick.query('INSERT INTO state.members VALUES (1)');
    await opened.session.execute('INSERT INTO people VALUES (6)');
    const marks = async (): Promise<[people: bigint, members: bigint]> => {
      const relations = [table('people'), { kind: 'table', parts: ['state', 'members'] } as const];
      const told = await opened.session.capture(
        relations.map((relation) => ({ relation, marks: [] })),
        'r',
        'state.leases',
      );
      return [BigInt(told[0]!.mark!), BigInt(told[1]!.mark!)];
    };
    await vi.waitFor(async () => expect((await marks())[0]).toBeGreaterThan(ticking), {
      timeout: 30_000,
      interval: 50,
    });
    expect((await marks())[1]).toBeLessThanOrEqual(ticking);
    expect(BigInt((await capture('people')).mark!)).toBeLessThanOrEqual(ticking);
    const late = await client();
    await late.query('BEGIN');
    await late.query('SAVEPOINT inner_one');
    await late.query('INSERT INTO people VALUES (10)');
    await opened.session.execute('INSERT INTO people VALUES (7)');
    const [mark] = await marks();
    await late.query('COMMIT');
    await tick.query('COMMIT');
    expect(await shown('people', [mark.toString()])).toContain('10');
  });

  test('looking back costs only what became visible: within the overlap, too, nothing new affects nobody', async () => {
    await openShop('1h');
    await opened.session.execute(
      "INSERT INTO people SELECT n, 'pro', now() FROM generate_series(1, 50) AS n",
    );
    expect(await tick()).toMatchObject({ reason: 'first_tick', members: 50 });
    await tickUntilQuiet();
    await opened.session.execute("UPDATE people SET plan = 'free', seen = now() WHERE id = 7");
    await opened.session.execute("INSERT INTO people VALUES (51, 'pro', NULL)");
    expect(await tick()).toMatchObject({ entered: 1, exited: 1 });
    await tickUntilQuiet();
  });

  test('transactions that commit in any order, or not at all: after every tick the members are right', async () => {
    await openShop('0s');
    const dice = new Dice(20_261_125);
    const writers = await Promise.all([client(), client(), client()]);
    const busy = new Set<pg.Client>();
    let id = 0;
    for (let turn = 0; turn < 160; turn += 1) {
      const writer = dice.pick(writers);
      if (!busy.has(writer)) {
        await writer.query('BEGIN');
        busy.add(writer);
      }
      id += 1;
      if (dice.chance(0.3)) await writer.query(`SAVEPOINT s${id}`);
      await writer.query(`INSERT INTO people VALUES (${id}, 'pro', clock_timestamp())`);
      if (dice.chance(0.2)) {
        await writer.query(
          `UPDATE people SET plan = 'free', seen = clock_timestamp() WHERE id = (SELECT id FROM people WHERE plan = 'pro' AND id % 3 = ${writers.indexOf(writer)} ORDER BY id LIMIT 1)`,
        );
      }
      if (dice.chance(0.4)) {
        await writer.query(dice.chance(0.8) ? 'COMMIT' : 'ROLLBACK');
        busy.delete(writer);
      }
      if (!dice.chance(0.3)) continue;
      await tick();
      const rows = await opened.session.query(
        `SELECT count(*) AS apart FROM (SELECT CAST(id AS text) AS k FROM people WHERE plan = 'pro') AS p
           FULL JOIN segsync.membership AS m ON m.entity_key = p.k WHERE p.k IS NULL OR m.entity_key IS NULL`,
      );
      expect(rows[0]!.apart, `turn ${turn}`).toBe('0');
    }
  });
});

async function openShop(overlap: string): Promise<void> {
  const { session, folder, target } = opened;
  await session.execute('CREATE TABLE people (id bigint, plan text, seen timestamptz)');
  await mkdir(join(folder, 'segments'));
  const project = {
    version: 1,
    project: 'capture',
    default_target: 'test',
    targets: { test: target },
    entities: { person: { table: 'people', key: 'id', cursor: { column: 'seen', overlap } } },
  };
  await writeFile(join(folder, 'segsync.yaml'), JSON.stringify(project));
  await writeFile(
    join(folder, 'segments', 'paying.yaml'),
    'entity: person\nwhere: { trait: plan, eq: pro }\n',
  );
}

async function tick(): Promise<SegmentResult> {
  const { project } = await loadProject(world, { projectDir: opened.folder });
  const { report } = await runPipeline(world, project, {
    command: 'run',
    target: 'test',
    segments: new Set(['paying']),
    syncs: new Set(),
    all: true,
    full: false,
    waitMs: 0,
    signal: new AbortController().signal,
    onEvent: () => undefined,
  });
  expect(report.status).toBe('done');
  return report.segments[0]!;
}
