/** `settle` and `stay_at_least`, rule by rule: who waits, until when, and what comes of it. */
import { afterEach, describe, expect, it } from 'vitest';
import { formatInstant } from '../../src/instant.ts';
import { forgetKey } from '../../src/run/forget.ts';
import { engines } from '../engines.ts';
import { at, type Conditions, type Setup, Story, sql } from './story.ts';

let story: Story | undefined;
afterEach(async () => {
  await story?.end();
  story = undefined;
});

function views(customer: number, time: string, seen = time): string {
  return `INSERT INTO shop.events VALUES (${customer}, 'viewed', ${sql(time)}, 1, 1, NULL, ${sql(seen)})`;
}

/** `rank(2, 'pro', '08:10')`: a customer's plan, as of then. */
function plan(customer: number, name: string, time: string): string {
  return `UPDATE shop.customers SET plan = '${name}', updated_at = ${sql(time)} WHERE id = ${customer}`;
}

interface Change {
  readonly op: string;
  readonly key: string;
  readonly caused: string;
}

/** Nothing is sent of members but who they are. */
const KEYS_ONLY: Setup = { sync: 'match: [external_id]' };

const ROWS = 'SELECT entity_key, op, CAST(micros AS TEXT) AS micros FROM';

describe.each(engines)('on $name', (engine) => {
  const begin = async (conditions: Conditions, setup: Setup = {}): Promise<Story> => {
    story = await Story.begin(engine, conditions, setup);
    return story;
  };
  const read = (
    table: string,
    time: string,
    order: string,
  ): Promise<{ op: string; key: string; at: string }[]> =>
    story!.product.visit(async (session) => {
      const { micros_of } = engine.warehouse.dialect.functions;
      const rows = await session.query(
        `${ROWS} (SELECT entity_key, op, ${micros_of(time)} AS micros, ${order} FROM segsync.${table} WHERE segment = 's') AS found ORDER BY ${order}, entity_key`,
      );
      return rows.map(({ entity_key, op, micros }) => ({
        ...{ op: op!, key: entity_key! },
        at: formatInstant(BigInt(micros!)).slice(11, 19),
      }));
    });
  const changes = async (): Promise<Change[]> =>
    (await read('changes', 'caused_at', 'tick_id')).map(({ at: caused, ...rest }) => ({ ...rest, caused }));
  const waits = () => read('pending', 'due_at', 'since');
  const ticks = async (): Promise<number> =>
    story!.product.visit(
      async (session) => (await session.query('SELECT tick_id FROM segsync.ticks')).length,
    );

  it('somebody enters once it has held for `settle`, though no row arrives then', async () => {
    await begin({ s: '{trait: plan, eq: gold}\nsettle: 10m', free: '{trait: plan, eq: gold}' });
    await story!.tick('08:00', { s: [], free: [] });
    await story!.change(plan(1, 'gold', '08:01'));
    await story!.tick('08:02', { s: [], free: [1] });
    expect(await waits()).toEqual([{ op: 'enter', key: '1', at: '08:12:00' }]);
    await story!.tick('08:11:59', { s: [], free: [1] });
    await story!.tick('08:12', { s: [1], free: [1] });
    expect(await waits()).toEqual([]);
    expect(await changes()).toEqual([{ op: 'enter', key: '1', caused: '08:12:00' }]);
  });

  it('a missed wait’s end is made up for, and dated by it', async () => {
    await begin({ s: '{trait: plan, eq: gold}\nsettle: 10m' });
    await story!.tick('08:00', { s: [] });
    await story!.change(plan(1, 'gold', '08:01'), plan(2, 'gold', '08:01'));
    await story!.tick('08:02', { s: [] });
    await story!.change(plan(2, 'pro', '08:20'));
    await story!.tick('08:30', { s: [1] });
    expect(await changes()).toEqual([{ op: 'enter', key: '1', caused: '08:12:00' }]);
    expect(await waits()).toEqual([]);
  });

  it('what flaps within `settle` starts anew each time: nothing is sent, and no tick is counted', async () => {
    await begin({ s: '{trait: plan, eq: gold}\nsettle: 10m' });
    await story!.tick('08:00', { s: [] });
    for (let minute = 1; minute <= 20; minute += 1) {
      const time = `08:${String(minute).padStart(2, '0')}`;
      await story!.change(plan(1, minute % 2 ? 'gold' : 'pro', time));
      await story!.tick(time, { s: [] });
      expect(await waits()).toHaveLength(minute % 2);
    }
    expect(await changes()).toEqual([]);
    expect(await ticks()).toBe(0);
    expect(await story!.product.lines('s')).toEqual([]);
  });

  it('a member stays for `stay_at_least`, and leaves then though no row arrives', async () => {
    await begin({ s: '{trait: plan, eq: gold}\nstay_at_least: 30m' }, KEYS_ONLY);
    await story!.change(plan(1, 'gold', '07:30'));
    await story!.tick('08:00', { s: [1] });
    await story!.change(plan(1, 'pro', '08:05'));
    await story!.tick('08:06', { s: [1] });
    expect(await waits()).toEqual([{ op: 'exit', key: '1', at: '08:30:00' }]);
    await story!.tick('08:29', { s: [1] });
    await story!.tick('08:30', { s: [] });
    expect(await waits()).toEqual([]);
    const told = [
      { op: 'enter', key: '1', caused: '08:00:00' },
      { op: 'exit', key: '1', caused: '08:30:00' },
    ];
    expect(await changes()).toEqual(told);
  });

  it('who comes back in time never left; who was in for long enough leaves at once', async () => {
    await begin({ s: '{trait: plan, eq: gold}\nstay_at_least: 30m' }, KEYS_ONLY);
    await story!.change(plan(1, 'gold', '07:30'));
    await story!.tick('08:00', { s: [1] });
    await story!.change(plan(1, 'pro', '08:05'));
    await story!.tick('08:06', { s: [1] });
    await story!.change(plan(1, 'gold', '08:10'));
    await story!.tick('08:11', { s: [1] });
    expect(await waits()).toEqual([]);
    await story!.tick('08:31', { s: [1] });
    await story!.change(plan(1, 'pro', '08:32'));
    await story!.tick('08:33', { s: [] });
    expect(await changes()).toEqual([
      { op: 'enter', key: '1', caused: '08:00:00' },
      { op: 'exit', key: '1', caused: '08:32:00' },
    ]);
    expect((await story!.product.lines('s')).map(({ op }) => op)).toEqual(['add', 'remove']);
  });

  it('both at once, by time alone: a window opens, and closes', async () => {
    await begin({ s: '{did: viewed, within: 20m}\nsettle: 5m\nstay_at_least: 30m' });
    await story!.tick('08:00', { s: [] });
    await story!.change(views(1, '08:01'));
    await story!.tick('08:02', { s: [] });
    await story!.tick('08:07', { s: [1] });
    await story!.tick('08:22', { s: [1] });
    expect(await waits()).toEqual([{ op: 'exit', key: '1', at: '08:37:00' }]);
    await story!.tick('08:37', { s: [] });
  });

  it('everyone evaluated gives the same as the affected keys', async () => {
    await begin({ s: '{trait: plan, eq: gold}\nsettle: 10m\nstay_at_least: 30m' });
    await story!.tick('08:00', { s: [] });
    await story!.change(plan(1, 'gold', '08:01'));
    const full = { full: true, mode: 'full' } as const;
    await story!.tick('08:02', { s: [] }, full);
    expect(await waits()).toEqual([{ op: 'enter', key: '1', at: '08:12:00' }]);
    await story!.tick('08:05', { s: [] }, full);
    await story!.tick('08:12', { s: [1] }, full);
    await story!.change(plan(1, 'pro', '08:13'));
    await story!.tick('08:14', { s: [1] }, full);
    await story!.tick('08:42', { s: [] });
    expect(await waits()).toEqual([]);
  });

  it('a reference is to whom a segment holds for, not to its members', async () => {
    await begin({
      s: '{trait: plan, eq: gold}\nsettle: 10m',
      of: '{segment: s}',
      not: '{not: {segment: s}}',
    });
    await story!.tick('08:00', { s: [], of: [] });
    await story!.change(plan(1, 'gold', '08:01'));
    await story!.tick('08:02', { s: [], of: [1], not: [2, 3] });
  });

  it('at a first tick, and for another definition, nobody begins to wait; who waits goes on', async () => {
    const gold = '{trait: plan, eq: gold}\nsettle: 10m';
    await begin({ s: gold });
    await story!.change(plan(1, 'gold', '07:30'));
    await story!.tick('08:00', { s: [1] });
    await story!.change(plan(2, 'gold', '08:01'), plan(3, 'silver', '08:01'));
    await story!.tick('08:02', { s: [1] });
    await story!.edit({ s: '{trait: plan, in: [gold, silver]}\nsettle: 10m' });
    await story!.tick('08:05', { s: [1, 3] }, { mode: 'full' });
    expect(await waits()).toEqual([{ op: 'enter', key: '2', at: '08:12:00' }]);
    await story!.edit({ s: '{trait: plan, in: [gold, silver]}\nsettle: 20m' });
    await story!.tick('08:06', { s: [1, 3] }, { mode: 'full' });
    expect(await waits()).toEqual([{ op: 'enter', key: '2', at: '08:22:00' }]);
    await story!.tick('08:12', { s: [1, 3] });
    await story!.edit({ s: '{trait: plan, in: [gold, silver]}' });
    await story!.tick('08:13', { s: [1, 2, 3] }, { mode: 'full' });
    expect(await waits()).toEqual([]);
  });

  it('a definition that lets go of `stay_at_least` lets its members go', async () => {
    await begin({ s: '{trait: plan, eq: gold}\nstay_at_least: 30m' });
    await story!.change(plan(1, 'gold', '07:30'));
    await story!.tick('08:00', { s: [1] });
    await story!.change(plan(1, 'pro', '08:05'));
    await story!.tick('08:06', { s: [1] });
    await story!.edit({ s: '{trait: plan, eq: gold}' });
    await story!.tick('08:07', { s: [] }, { mode: 'full' });
    expect(await waits()).toEqual([]);
  });

  it('of a member who must stay, what is sent is kept up to date, and lost consent takes it out', async () => {
    const sync = 'fields: {plan: {trait: plan}}, consent: {trait: ads}';
    await begin({ s: '{trait: plan, in: [gold, black]}\nstay_at_least: 30m' }, { sync });
    await story!.change(
      ...[plan(1, 'gold', '07:30'), plan(2, 'gold', '07:30')],
      ...[1, 2].map((id) => `INSERT INTO shop.consents VALUES (${id}, TRUE, NULL, ${sql('07:30')})`),
    );
    await story!.tick('08:00', { s: [1, 2] });
    await story!.change(plan(1, 'pro', '08:05'), plan(2, 'pro', '08:05'));
    await story!.tick('08:06', { s: [1, 2] });
    expect(await story!.audience('s')).toEqual({ 1: { plan: 'pro' }, 2: { plan: 'pro' } });
    await story!.change(
      plan(1, 'free', '08:07'),
      `UPDATE shop.consents SET ads = FALSE, changed_at = ${sql('08:07')} WHERE customer_id = 2`,
    );
    await story!.tick('08:08', { s: [1, 2] });
    expect(await story!.audience('s')).toEqual({ 1: { plan: 'free' } });
    expect((await changes()).filter(({ op }) => op === 'touch').map(({ caused }) => caused)).toEqual([
      '08:05:00',
      '08:05:00',
      '08:07:00',
      '08:07:00',
    ]);
    await story!.tick('08:30', { s: [] });
  });

  it('an event comes of a wait that ends, and of nobody whom a first load or an edit finds', async () => {
    const gold = '{trait: plan, eq: gold}\nsettle: 10m';
    await begin({ s: gold }, { sync: 'mode: on_enter' });
    await story!.change(plan(1, 'gold', '07:30'), plan(2, 'silver', '07:30'));
    await story!.tick('08:00', { s: [1] });
    await story!.edit({ s: '{trait: plan, in: [gold, silver]}\nsettle: 10m' });
    await story!.tick('08:05', { s: [1, 2] }, { mode: 'full' });
    await story!.tick('08:20', { s: [1, 2] });
    expect(await story!.product.lines('s')).toEqual([]);
    await story!.change(plan(3, 'gold', '08:21'));
    await story!.tick('08:22', { s: [1, 2] });
    await story!.tick('08:32', { s: [1, 2, 3] });
    expect((await story!.product.lines('s')).map(({ key }) => key)).toEqual(['3']);
  });

  it('a query may be damped, too', async () => {
    const query = "query: SELECT id FROM shop.customers WHERE plan = 'gold'";
    await begin({ s: `${query}\nsettle: 10m\nstay_at_least: 30m` });
    await story!.tick('08:00', { s: [] });
    await story!.change(plan(1, 'gold', '08:01'));
    await story!.tick('08:02', { s: [] }, { mode: 'full' });
    await story!.tick('08:12', { s: [1] }, { mode: 'full' });
    await story!.change(plan(1, 'pro', '08:13'));
    await story!.tick('08:14', { s: [1] }, { mode: 'full' });
    await story!.tick('08:42', { s: [] }, { mode: 'full' });
  });

  it('who is gone from the entity’s table stays nowhere', async () => {
    await begin({ s: '{trait: plan, eq: gold}\nstay_at_least: 5d' });
    await story!.change(plan(1, 'gold', '07:30'), plan(2, 'gold', '07:30'));
    await story!.tick('08:00', { s: [1, 2] });
    await story!.change(plan(1, 'pro', '08:01'));
    await story!.tick('08:02', { s: [1, 2] });
    await story!.change('DELETE FROM shop.customers WHERE id IN (1, 2)');
    await story!.tick('08:03', { s: [] }, { full: true, mode: 'full' });
    expect(await waits()).toEqual([]);
  });

  it('reconcile takes nobody who waits for drift; whom it finds enters at once, and stays as long as others', async () => {
    await begin({ s: '{did: viewed}\nsettle: 3h\nstay_at_least: 3h' });
    await story!.change(views(1, '07:00'), views(2, '07:00'));
    await story!.tick('08:00', { s: [1, 2] });
    // One who waits to enter; one whose rows are gone, and one whose row came late: no cursor tells.
    await story!.change(
      views(900, '08:10'),
      'DELETE FROM shop.events WHERE customer_id = 1',
      views(3, '06:00', '05:00'),
    );
    await story!.tick('08:30', { s: [1, 2] });
    expect(await waits()).toEqual([{ op: 'enter', key: '900', at: '11:30:00' }]);
    const report = await story!.tick('09:30', { s: [1, 2, 3] });
    const [first] = report.segments;
    expect(first).toMatchObject({ entered: 1, exited: 0, drift: { corrected: 2, tables: ['shop.events'] } });
    expect(await waits()).toEqual([
      { op: 'enter', key: '900', at: '11:30:00' },
      { op: 'exit', key: '1', at: '11:00:00' },
    ]);
    const again = await story!.product.tick(at('09:31'), { full: true });
    expect(again.segments[0]).toMatchObject({ drift: { corrected: 0 } });
    await story!.tick('11:00', { s: [2, 3] });
  });

  it('a plan tells who would enter and leave by then, and changes nothing', async () => {
    await begin({ s: '{trait: plan, eq: gold}\nsettle: 10m' });
    await story!.tick('08:00', { s: [] });
    await story!.change(plan(1, 'gold', '08:01'));
    const planned = async (time: string) => {
      const { segments, syncs } = await story!.product.tick(at(time), { command: 'plan' });
      return [segments[0]!.entered, syncs[0]?.planned.add];
    };
    expect(await planned('08:02')).toEqual([0, 0]);
    expect(await waits()).toEqual([]);
    await story!.tick('08:02', { s: [] });
    expect(await planned('08:11')).toEqual([0, 0]);
    expect(await planned('08:12')).toEqual([1, 1]);
    expect(await waits()).toHaveLength(1);
  });

  it('a key that is forgotten waits for nothing', async () => {
    await begin({ s: '{trait: plan, eq: gold}\nsettle: 10m' });
    await story!.tick('08:00', { s: [] });
    await story!.change(plan(1, 'gold', '08:01'), plan(2, 'gold', '08:01'));
    await story!.tick('08:02', { s: [] });
    const { product } = story!;
    const request = { target: 'test', entity: 'customer', key: '1', waitMs: 0 };
    await forgetKey(product.world, product.project, { ...request, signal: new AbortController().signal });
    expect((await waits()).map(({ key }) => key)).toEqual(['2']);
  });
});
