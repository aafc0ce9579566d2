/** What no cursor shows: rows deleted, moved to another customer, shown too late. Found on schedule, corrected, told. */
import { afterEach, describe, expect, it } from 'vitest';
import type { RunReport } from '../../src/report/results.ts';
import { engines } from '../engines.ts';
import { at, type Conditions, Story, sql } from './story.ts';

const BUYERS: Conditions = {
  buyers: '{did: bought}',
  pros: '{trait: plan, eq: pro}',
  refunded: '{all: [{did: refunds}, {did: bought}]}',
};

let story: Story | undefined;
afterEach(async () => {
  await story?.end();
  story = undefined;
});

function event(customer: number, name: string, time: string, seen = time): string {
  return `INSERT INTO shop.events VALUES (${customer}, '${name}', ${sql(time)}, 1, 1, NULL, ${sql(seen)})`;
}

function drift({ segments }: RunReport): Record<string, unknown> {
  return Object.fromEntries(
    segments.flatMap((each) => (each.drift ? [[each.segment, each.drift] as const] : [])),
  );
}

const NONE = { corrected: 0, tables: [] };

describe.each(engines)('on $name', (engine) => {
  async function begin(entity = 'table: shop.customers\n    cursor: updated_at'): Promise<Story> {
    story = await Story.begin(engine, BUYERS, { entity });
    await story.change(event(1, 'bought', '07:00'), event(2, 'bought', '07:00'));
    await story.tick('08:00', { buyers: [1, 2], pros: [1, 2, 3], refunded: [] });
    return story;
  }

  it('deleted and moved rows are found an hour after a segment is new, and a day after that', async () => {
    const { product } = await begin();
    await story!.change(
      'DELETE FROM shop.events WHERE customer_id = 1',
      'UPDATE shop.events SET customer_id = 3 WHERE customer_id = 2',
    );
    const early = await story!.tick('08:59', { buyers: [1, 2] });
    expect(drift(early)).toEqual({});
    const first = await story!.tick('09:00', { buyers: [3], pros: [1, 2, 3] });
    expect(drift(first)).toEqual({
      buyers: { corrected: 3, tables: ['shop.events'] },
      pros: NONE,
      refunded: NONE,
    });
    expect(await story!.audience('buyers')).toEqual({ 3: { plan: 'pro' } });
    await story!.change('DELETE FROM shop.events WHERE customer_id = 3');
    expect(drift(await story!.tick('2026-03-03 08:59', { buyers: [3] }))).toEqual({});
    const second = await story!.tick('2026-03-03 09:00', { buyers: [] });
    expect(drift(second).buyers).toEqual({ corrected: 1, tables: ['shop.events'] });
    const rows = await product.visit((session) =>
      session.query("SELECT op FROM segsync.changes WHERE segment = 'buyers' ORDER BY tick_id, op"),
    );
    expect(rows.map(({ op }) => op)).toEqual(['enter', 'enter', 'enter', 'exit', 'exit', 'exit']);
  });

  it('changes that a cursor announced are no drift', async () => {
    await begin();
    await story!.change(event(3, 'bought', '08:30'), 'DELETE FROM shop.events WHERE customer_id = 1');
    const report = await story!.tick('09:30', { buyers: [2, 3] });
    expect(drift(report).buyers).toEqual({ corrected: 1, tables: ['shop.events'] });
    expect(report.segments.find(({ segment }) => segment === 'buyers')).toMatchObject({
      entered: 1,
      exited: 1,
    });
  });

  it('customers who are gone point to their own table; with several tables left, all are named', async () => {
    await begin();
    await story!.change(
      `INSERT INTO shop.refunds VALUES (1, 'full', ${sql('08:10')}, ${sql('08:10')}), (2, 'full', ${sql('08:10')}, ${sql('08:10')})`,
    );
    await story!.tick('08:30', { refunded: [1, 2] });
    await story!.change(
      'DELETE FROM shop.customers WHERE id = 1',
      'DELETE FROM shop.refunds WHERE customer_id = 2',
    );
    const report = await story!.tick('09:30', { buyers: [2], pros: [2, 3], refunded: [] });
    expect(drift(report)).toEqual({
      buyers: { corrected: 1, tables: ['shop.customers'] },
      pros: { corrected: 1, tables: ['shop.customers'] },
      refunded: { corrected: 2, tables: ['shop.customers', 'shop.refunds', 'shop.events'] },
    });
  });

  it('`run --full` tells what it corrected, and puts the scheduled pass off', async () => {
    await begin();
    await story!.change('DELETE FROM shop.events WHERE customer_id = 1');
    const full = await story!.tick('08:50', { buyers: [2] }, { full: true, mode: 'full' });
    expect(drift(full)).toEqual({
      buyers: { corrected: 1, tables: ['shop.events'] },
      pros: NONE,
      refunded: NONE,
    });
    expect(drift(await story!.tick('09:30', { buyers: [2] }))).toEqual({});
  });

  it('a segment that fails in a full tick does not count as looked at, the others of the tick do', async () => {
    story = await Story.begin(engine, { ...BUYERS, broken: '{trait: no_such_column, eq: 1}' });
    await story.product.tick(at('08:00'), { full: true });
    const rows = await story.product.visit((session) =>
      session.query("SELECT name FROM segsync.meta WHERE name LIKE 'reconciled:%' ORDER BY name"),
    );
    expect(rows.map(({ name }) => name)).toEqual([
      'reconciled:buyers',
      'reconciled:pros',
      'reconciled:refunded',
    ]);
  });

  it('an entity that says `reconcile: never` is left alone', async () => {
    await begin('table: shop.customers\n    cursor: updated_at\n    reconcile: never');
    await story!.change('DELETE FROM shop.events WHERE customer_id = 1');
    expect(drift(await story!.tick('2026-03-05 09:00', { buyers: [1, 2] }))).toEqual({});
  });

  it('a plan finds the same and changes nothing', async () => {
    const { product } = await begin();
    await story!.change('DELETE FROM shop.events WHERE customer_id = 1');
    const plan = await product.tick(at('09:30'), { command: 'plan' });
    expect(plan.segments.find(({ segment }) => segment === 'buyers')).toMatchObject({
      mode: 'full',
      reason: 'reconcile',
      exited: 1,
      drift: { corrected: 1, tables: ['shop.events'] },
    });
    await story!.expectMembers({ buyers: [1, 2] });
    await story!.tick('09:30', { buyers: [2] });
  });
});
