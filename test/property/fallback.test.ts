/** When evaluating the affected keys is not what happens: everyone is cheaper, one segment fails, very many share a tick. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { loadProject } from '../../src/config/load.ts';
import { type RunOptions, runPipeline } from '../../src/pipeline.ts';
import type { RunReport } from '../../src/report/results.ts';
import { engines, type Opened } from '../engines.ts';
import { simulatedWorld } from '../simulated-world.ts';

const START = 1_780_000_000_000_000n;
const HOUR = 3_600_000_000n;
const CUSTOMERS = 12_000;

for (const engine of engines) {
  describe(engine.name, () => {
    let opened: Opened;
    afterEach(() => opened.drop());

    test('more affected keys than a full pass is worth: everyone is evaluated, with the same outcome', async () => {
      opened = await engine.open();
      await makeCustomers(opened);
      const shop = await openShop(opened, { paying: 'where: { trait: plan, eq: pro }' });
      expect((await shop.run(0n)).segments[0]).toMatchObject({
        reason: 'first_tick',
        members: CUSTOMERS / 2,
      });
      await shop.change(`UPDATE customers SET plan = 'pro', seen = ${instant(HOUR)} WHERE id < 7000`);
      expect((await shop.run(HOUR)).segments[0]).toMatchObject({
        mode: 'full',
        reason: 'affected_share',
        members: 3500 + CUSTOMERS / 2,
        entered: 3500,
      });
      await shop.change(`UPDATE customers SET plan = 'free', seen = ${instant(2n * HOUR)} WHERE id < 100`);
      expect((await shop.run(2n * HOUR)).segments[0]).toMatchObject({ exited: 100 });
      await shop.change(`UPDATE customers SET plan = 'pro', seen = ${instant(4n * HOUR)} WHERE id < 50`);
      await shop.run(3n * HOUR);
      expect((await shop.run(4n * HOUR)).segments[0]).toMatchObject({ mode: 'incremental' });
      expect(await shop.members('paying')).toBe(3500 + CUSTOMERS / 2 - 50);
    });

    test('one segment that fails does not keep the others of its tick from being evaluated', async () => {
      opened = await engine.open();
      await makeCustomers(opened);
      const shop = await openShop(opened, {
        broken: 'where: { trait: no_such_column, eq: 1 }',
        cast: 'where: { trait: plan, gt: 5 }',
        counted: 'where: { sql: "entity.id + 3" }',
        paying: 'where: { trait: plan, eq: pro }',
      });
      const report = await shop.run(0n);
      const byName = Object.fromEntries(report.segments.map((segment) => [segment.segment, segment]));
      expect(report.status).toBe('failed');
      expect(byName.broken?.error).toMatchObject({ code: 'E211' });
      expect(byName.cast?.error).toMatchObject({ code: 'E213' });
      expect(byName.counted?.error).toMatchObject({ code: 'E220' });
      expect(byName.paying).toMatchObject({ mode: 'full', members: CUSTOMERS / 2 });
    });

    test('a table that is suddenly empty holds the syncs that read it, until it has rows again', async () => {
      opened = await engine.open();
      await makeCustomers(opened);
      const shop = await openShop(opened, {
        paying: 'where: { trait: plan, eq: pro }\nsync: [{ to: out }]',
      });
      expect((await shop.run(0n)).syncs[0]).toMatchObject({ delivered: { add: CUSTOMERS / 2 } });
      await shop.change('CREATE TABLE kept AS SELECT * FROM customers', 'DELETE FROM customers');
      for (const after of [HOUR, 2n * HOUR]) {
        const { status, syncs } = await shop.run(after, { full: true });
        expect(status).toBe('held');
        expect(syncs[0]).toMatchObject({ held: { guard: 'empty_source', figure: 'customers is empty' } });
        expect(syncs[0]).toMatchObject({ delivered: { remove: 0 } });
      }
      await shop.change('INSERT INTO customers SELECT * FROM kept WHERE id >= 10');
      const back = await shop.run(3n * HOUR, { full: true });
      expect(back).toMatchObject({ status: 'done', syncs: [{ delivered: { add: 0, remove: 5 } }] });

      // An emptiness that was let pass once is no surprise any more, until the table fills and empties again.
      await shop.change('DELETE FROM customers WHERE id >= 100');
      const guards = { full: true, allowRemoval: new Set(['paying.out']) };
      expect(await shop.run(4n * HOUR, guards)).toMatchObject({ status: 'done' });
      await shop.change('DELETE FROM customers');
      expect(await shop.run(5n * HOUR, { full: true })).toMatchObject({ status: 'held' });
      const allowed = await shop.run(6n * HOUR, guards);
      expect(allowed).toMatchObject({ status: 'done', syncs: [{ delivered: { remove: 45 } }] });
      expect(await shop.run(7n * HOUR, { full: true })).toMatchObject({ status: 'done' });
    });

    test('300 segments in one run', async () => {
      opened = await engine.open();
      await makeCustomers(opened);
      const names = Array.from({ length: 300 }, (_, index) => `s${index}`);
      const conditions = names.map((name, index) => [name, `where: { trait: points, lt: ${index} }`]);
      const shop = await openShop(opened, Object.fromEntries(conditions));
      const report = await shop.run(0n);
      expect(report.segments.every((segment) => !segment.error)).toBe(true);
      expect(await shop.members('s150')).toBe(150);
      await shop.change(
        `UPDATE customers SET points = 100, seen = ${instant(HOUR)} WHERE id >= ${CUSTOMERS - 5}`,
      );
      await shop.run(HOUR);
      expect(await shop.members('s150')).toBe(155);
      expect(await shop.members('s100')).toBe(100);
    });
  });
}

async function makeCustomers({ session }: Opened): Promise<void> {
  await session.execute(
    'CREATE TABLE customers (id bigint, plan varchar(10), points bigint, seen timestamp with time zone)',
  );
  await session.execute(
    `INSERT INTO customers SELECT g, CASE WHEN g % 2 = 0 THEN 'pro' ELSE 'free' END, g, ${instant(-24n * HOUR)}
     FROM generate_series(0, ${CUSTOMERS - 1}) AS t(g)`,
  );
}

async function openShop(opened: Opened, segments: Record<string, string>) {
  const world = simulatedWorld(START);
  await mkdir(join(opened.folder, 'segments'), { recursive: true });
  const project = {
    version: 1,
    project: 'fallback',
    default_target: 'test',
    targets: { test: opened.target },
    entities: { customer: { table: 'customers', key: 'id', cursor: 'seen', reconcile: 'never' } },
  };
  await mkdir(join(opened.folder, 'destinations'));
  await writeFile(
    join(opened.folder, 'destinations', 'out.yaml'),
    'type: file\ndirectory: out\nformat: csv\n',
  );
  await writeFile(join(opened.folder, 'segsync.yaml'), JSON.stringify(project));
  for (const [name, where] of Object.entries(segments)) {
    await writeFile(
      join(opened.folder, 'segments', `${name}.yaml`),
      `entity: customer\ntier: hourly\n${where}\n`,
    );
  }
  const loaded = (await loadProject(world, { projectDir: opened.folder })).project;
  const query = (sql: string) => opened.session.query(sql);
  return {
    async run(after: bigint, options: Partial<RunOptions> = {}): Promise<RunReport> {
      world.set(START + after);
      const { report } = await runPipeline(world, loaded, {
        command: 'run',
        target: 'test',
        segments: new Set(loaded.segments.keys()),
        syncs: new Set(loaded.syncs.keys()),
        all: true,
        full: false,
        waitMs: 0,
        signal: new AbortController().signal,
        onEvent: () => undefined,
        ...options,
      });
      return report;
    },
    change: async (...statements: string[]): Promise<void> => {
      for (const sql of statements) await opened.session.execute(sql);
      await opened.session.execute('ANALYZE customers');
    },
    async members(segment: string): Promise<number> {
      const [row] = await query(`SELECT count(*) AS n FROM segsync.membership WHERE segment = '${segment}'`);
      return Number(row!.n);
    },
  };
}

function instant(after: bigint): string {
  return `TIMESTAMP WITH TIME ZONE '1970-01-01 00:00:00+00' + ${(START + after) / 1_000_000n} * INTERVAL '1 second'`;
}
