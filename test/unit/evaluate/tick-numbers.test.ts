/** Two ticks at once, of segments apart: the longer one's snapshot does not show the number that the shorter one took. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadProject } from '../../../src/config/load.ts';
import { runPipeline } from '../../../src/pipeline.ts';
import { connectTarget } from '../../../src/run/open.ts';
import { openState } from '../../../src/state/state.ts';
import type { Session, Statements } from '../../../src/warehouse/warehouse.ts';
import { realWorld } from '../../../src/world.ts';
import { engines, type Opened } from '../../engines.ts';
import { type Folder, makeFolder } from '../../resident/project.ts';

const world = realWorld();

describe.each(engines.map((engine) => [engine.name, engine] as const))('%s', (_, engine) => {
  let opened: Opened;
  let folder: Folder;
  beforeEach(async () => {
    opened = await engine.open();
    await opened.session.execute('CREATE SCHEMA shop');
    await opened.session.execute(
      "CREATE TABLE shop.customers AS SELECT CAST('a' AS text) AS id, TIMESTAMPTZ '2026-11-01 00:00:00Z' AS at",
    );
    const target = JSON.stringify(opened.target);
    folder = await makeFolder({
      'segsync.yaml': `version: 1\nproject: two\ndefault_target: dev\ntargets: { dev: ${target} }\nentities:\n  customer: { table: shop.customers, key: id, cursor: at, reconcile: never }\n`,
      'segments/long.yaml': 'entity: customer\ntier: daily\nwhere: { trait: id, eq: a }\n',
      'segments/short.yaml': 'entity: customer\ntier: daily\nwhere: { trait: id, ne: nobody }\n',
    });
  });
  afterEach(async () => {
    await folder.remove();
    await opened.drop();
  });

  it('are both committed, under numbers of their own', async () => {
    const { project } = await loadProject(world, { projectDir: folder.path });
    const run = async (name: string, beforeItsTick: () => Promise<void> = async () => {}) => {
      const connected = await connectTarget(world, project, 'dev', 'write', { waitMs: 0 });
      const session = telling(connected.session, beforeItsTick);
      const { warehouse } = connected;
      const state = await openState({ session, warehouse, schema: 'segsync', world, access: 'write' });
      const { report } = await runPipeline(world, project, {
        ...{ command: 'run', target: 'dev', all: true, full: false, waitMs: 0 },
        ...{ segments: new Set([name]), syncs: new Set<string>() },
        opened: { ...connected, session, ...state },
        signal: new AbortController().signal,
        onEvent: () => {},
      });
      await session.close();
      return report.segments[0];
    };
    // As often as the long one is tried, another short one is there before it.
    let others = 0;
    const long = await run('long', async () => {
      others++;
      await opened.session.execute(
        `INSERT INTO shop.customers VALUES ('other ${others}', TIMESTAMPTZ '2026-11-02 00:00:0${others}Z')`,
      );
      expect(await run('short')).not.toHaveProperty('error');
    });
    expect(others).toBe(2);
    expect(long).toMatchObject({ segment: 'long', entered: 1 });
    const rows = await opened.session.query('SELECT segment, tick_id FROM segsync.segments ORDER BY segment');
    expect(new Set(rows.map(({ tick_id: id }) => id)).size).toBe(2);
  });
});

/** A session that calls `before` when a tick, in the snapshot it was evaluated in, is about to be written. */
function telling(session: Session, before: () => Promise<void>): Session {
  const heard = (statements: Statements): Statements => ({
    ...statements,
    async execute(sql) {
      if (/INSERT INTO \S+"?ticks"? /.test(sql)) await before();
      return statements.execute(sql);
    },
    labelled: (label) => heard(statements.labelled(label)),
  });
  return {
    ...session,
    transaction: (work, options) => session.transaction((statements) => work(heard(statements)), options),
  };
}
