/** Changes are dated by what caused them: the segment's own rows since its own last tick, or the instant an edge crossed one. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { loadProject } from '../../src/config/load.ts';
import { formatInstant, parseInstant } from '../../src/instant.ts';
import { runPipeline } from '../../src/pipeline.ts';
import { engines, type Opened } from '../engines.ts';
import { simulatedWorld } from '../simulated-world.ts';

const START = parseInstant('2026-03-02T12:00:00Z', 'UTC')!;
const SECOND = 1_000_000n;
const at = (seconds: number): bigint => START + BigInt(seconds) * SECOND;

for (const engine of engines) {
  describe(engine.name, () => {
    let opened: Opened;
    afterEach(() => opened.drop());

    test('in a shared tick, by the segment’s own reads and its own last tick', async () => {
      opened = await engine.open();
      const shop = await openShop({
        fast: 'did: cart',
        slow: 'did: visit',
        left: 'did_not: cart, within: 10m',
      });
      await shop.run(0, 'fast', 'slow', 'left');
      await shop.event(1, 'visit', 5);
      await shop.run(6, 'fast');
      await shop.event(1, 'cart', 16);
      await shop.run(17, 'fast', 'slow', 'left');
      expect(await shop.changes()).toEqual({
        'fast enter': at(16),
        'slow enter': at(5),
        'left enter': at(0),
        'left exit': at(16),
      });
      // The edge T - 10m crosses the row ten minutes after it happened.
      await shop.run(700, 'fast', 'slow', 'left');
      expect(await shop.changes()).toMatchObject({ 'left enter': at(616), 'slow enter': at(5) });
    });

    test('a row that shows late is dated by its cursor, one from the future by T', async () => {
      opened = await engine.open();
      const shop = await openShop({ fast: 'did: cart' });
      await shop.event(2, 'visit', 0);
      await shop.run(0, 'fast');
      await shop.event(1, 'cart', -20);
      await shop.run(10, 'fast');
      expect(await shop.changes()).toEqual({ 'fast enter': at(-20) });
      await shop.event(2, 'cart', 9999);
      await shop.run(20, 'fast');
      expect(await shop.changes()).toEqual({ 'fast enter': at(20) });
    });

    async function openShop(segments: Record<string, string>) {
      const { session, folder, target } = opened;
      const world = simulatedWorld(START);
      await session.execute('CREATE TABLE people (id bigint, seen timestamp with time zone)');
      await session.execute(
        'CREATE TABLE events (person bigint, name varchar(20), happened timestamp with time zone)',
      );
      const instant = (seconds: number): string =>
        `CAST('${formatInstant(at(seconds))}' AS timestamp with time zone)`;
      await session.execute(`INSERT INTO people VALUES (1, ${instant(-900)}), (2, ${instant(-900)})`);
      const events = {
        table: 'events',
        split: 'name',
        key: 'person',
        time: 'happened',
        cursor: 'happened',
        append_only: true,
      };
      const people = { table: 'people', key: 'id', cursor: 'seen', sources: { events } };
      const project = { version: 1, project: 'causes', default_target: 'test', targets: { test: target } };
      await mkdir(join(folder, 'segments'), { recursive: true });
      await writeFile(
        join(folder, 'segsync.yaml'),
        JSON.stringify({ ...project, entities: { person: people } }),
      );
      for (const [name, where] of Object.entries(segments)) {
        await writeFile(join(folder, 'segments', `${name}.yaml`), `entity: person\nwhere: { ${where} }\n`);
      }
      const loaded = (await loadProject(world, { projectDir: folder })).project;
      return {
        event: (person: number, name: string, seconds: number) =>
          session.execute(`INSERT INTO events VALUES (${person}, '${name}', ${instant(seconds)})`),
        async run(seconds: number, ...names: string[]): Promise<void> {
          world.set(at(seconds));
          const { report } = await runPipeline(world, loaded, {
            command: 'run',
            target: 'test',
            segments: new Set(names),
            syncs: new Set(),
            all: true,
            full: false,
            waitMs: 0,
            signal: new AbortController().signal,
            onEvent: () => undefined,
          });
          expect(report.status).toBe('done');
        },
        /** The newest change of each segment and operation. */
        async changes(): Promise<Record<string, bigint>> {
          const { functions } = opened.warehouse.dialect;
          const rows = await session.query(
            `SELECT segment, op, ${functions.micros_of('caused_at')} AS caused FROM segsync.changes ORDER BY tick_id`,
          );
          return Object.fromEntries(rows.map((row) => [`${row.segment} ${row.op}`, BigInt(row.caused!)]));
        },
      };
    }
  });
}
