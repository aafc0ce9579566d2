/** A run that dies at any of a tick's writes leaves those who wait as they were; the next one finds them so. */
import { afterEach, describe, expect, it } from 'vitest';
import { runPipeline } from '../../src/pipeline.ts';
import { openTarget } from '../../src/run/open.ts';
import { openState } from '../../src/state/state.ts';
import type { Session, Statements } from '../../src/warehouse/warehouse.ts';
import { engines } from '../engines.ts';
import { at, Story, sql } from './story.ts';

let story: Story | undefined;
afterEach(async () => {
  await story?.end();
  story = undefined;
});

const WRITES = /^(INSERT INTO|DELETE FROM|UPDATE) \S*\b(pending|membership|changes|ticks|segments)\b/;

/** Statements that fail from the `left`th write of a tick on. */
function failing<S extends Statements>(of: S, left: { writes: number }): S {
  return new Proxy(of, {
    get(target, name) {
      const own = Reflect.get(target, name);
      if (name === 'labelled') return (label: string) => failing(target.labelled(label), left);
      if (name === 'transaction') {
        return (work: (statements: Statements) => Promise<unknown>, options: object) =>
          (target as unknown as Session).transaction((each) => work(failing(each, left)), options);
      }
      if (name !== 'execute') return typeof own === 'function' ? own.bind(target) : own;
      return async (statement: string) => {
        if (WRITES.test(statement.replaceAll('"', ''))) {
          left.writes -= 1;
          if (left.writes < 0) throw new Error('killed');
        }
        return target.execute(statement);
      };
    },
  });
}

/** One run at `now` that dies before a write; whether it got through. */
async function runUntil(writes: number, now: string): Promise<boolean> {
  const { world, project } = story!.product;
  world.set(at(now));
  const opened = await openTarget(world, project, 'test', 'write');
  const session = failing(opened.session, { writes });
  const { warehouse } = opened;
  const schema = project.state.schema;
  const state = await openState({ session, warehouse, schema, world, access: 'write' });
  try {
    const { report } = await runPipeline(world, project, {
      ...{ command: 'run', target: 'test', segments: new Set(project.segments.keys()), syncs: new Set() },
      ...{ all: true, full: false, waitMs: 0, opened: { ...opened, ...state, session } },
      signal: new AbortController().signal,
      onEvent: () => {},
    });
    return report.segments.every(({ mode }) => mode !== 'skipped');
  } catch {
    return false;
  } finally {
    await opened.session.close();
  }
}

const plan = (customer: number, name: string, time: string): string =>
  `UPDATE shop.customers SET plan = '${name}', updated_at = ${sql(time)} WHERE id = ${customer}`;

describe.each(engines)('on $name', (engine) => {
  const state = () =>
    story!.product.visit(async (session) => ({
      pending: await session.query('SELECT entity_key, op, due_at FROM segsync.pending ORDER BY entity_key'),
      members: await session.query('SELECT entity_key FROM segsync.membership ORDER BY entity_key'),
      segments: await session.query('SELECT evaluated_at, members FROM segsync.segments'),
    }));

  /** Killed at each write in turn: as if it had not been; then done. */
  const killed = async (now: string): Promise<number> => {
    const before = await state();
    for (let writes = 0; ; writes += 1) {
      if (await runUntil(writes, now)) return writes;
      expect(await state(), `before write ${writes + 1}`).toEqual(before);
    }
  };

  it('nobody’s wait is lost, or lasts longer', { timeout: 240_000 }, async () => {
    story = await Story.begin(engine, { s: '{trait: plan, eq: gold}\nsettle: 10m\nstay_at_least: 30m' });
    await story.tick('08:00', { s: [] });
    await story.change(plan(1, 'gold', '08:01'), plan(2, 'gold', '08:01'), plan(3, 'gold', '08:01'));
    expect(await killed('08:02')).toBeGreaterThan(1);
    expect((await state()).pending.map(({ entity_key }) => entity_key)).toEqual(['1', '2', '3']);
    await story.change(plan(2, 'pro', '08:05'));
    expect(await killed('08:06')).toBeGreaterThan(1);
    expect((await state()).pending.map(({ entity_key }) => entity_key)).toEqual(['1', '3']);
    expect(await killed('08:12')).toBeGreaterThan(3);
    await story.expectMembers({ s: [1, 3] });
    await story.change(plan(1, 'pro', '08:13'));
    await killed('08:14');
    await story.expectMembers({ s: [1, 3] });
    expect((await state()).pending.map(({ op }) => op)).toEqual(['exit']);
    await killed('08:42');
    await story.expectMembers({ s: [3] });
    expect((await state()).pending).toEqual([]);
  });
});
