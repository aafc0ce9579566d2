/** Histories told by hand over sequences, calendar windows, own SQL, query segments and a second hop. */
import { afterEach, describe, expect, it } from 'vitest';
import { engines } from '../engines.ts';
import { at, type Conditions, type Setup, Story, sql } from './story.ts';

let story: Story;
afterEach(() => story.end());

function event(customer: number, name: string, time: string, seen = time): string {
  return `INSERT INTO shop.events VALUES (${customer}, '${name}', ${sql(time)}, 1, 1, NULL, ${sql(seen)})`;
}

describe.each(engines)('on $name', (engine) => {
  async function begin(conditions: Conditions, setup: Setup = {}): Promise<void> {
    story = await Story.begin(engine, conditions, setup);
  }

  describe('sequences', () => {
    it('a later forbidden row ends it, one of the same instant does not', async () => {
      await begin({ left: '{sequence: [{did: cart}, {not: {did: order}}], within: 30m}' });
      await story.change(event(1, 'cart', '08:00'), event(2, 'cart', '08:00'), event(2, 'order', '08:00'));
      await story.tick('08:01', { left: [1, 2] });
      await story.change(event(1, 'order', '08:02'));
      await story.tick('08:03', { left: [2] });
      await story.tick('08:29:59', { left: [2] });
      await story.tick('08:30', { left: [] });
    });

    it('a forbidden row dated in the future counts once its time has come', async () => {
      await begin({ left: '{sequence: [{did: cart}, {not: {did: order}}], within: 1d}' });
      await story.change(event(1, 'cart', '08:00'), event(1, 'order', '08:20', '08:00'));
      await story.tick('08:01', { left: [1] });
      await story.tick('08:19:59', { left: [1] });
      await story.tick('08:20', { left: [] });
    });

    it('`for` holds once its time is over; a row at its very end still forbids', async () => {
      await begin({
        alone: '{sequence: [{did: cart}, {not: {did: order}, for: 30m}]}',
      });
      await story.change(event(1, 'cart', '08:00'), event(2, 'cart', '08:00'), event(3, 'cart', '08:00'));
      await story.tick('08:10', { alone: [] });
      await story.tick('08:29:59.999999', { alone: [] });
      await story.change(event(2, 'order', '08:30'));
      await story.tick('08:30', { alone: [1, 3] });
      await story.change(event(1, 'order', '08:30:00.000001', '08:31'), event(3, 'order', '08:29', '08:31'));
      await story.tick('08:31', { alone: [1] });
    });

    it('`within` counts from the step before, its end included, and any earlier row may lead on', async () => {
      await begin({ fast: '{sequence: [{did: view}, {did: cart, within: 10m}, {did: order, within: 5m}]}' });
      await story.change(event(1, 'view', '08:00'), event(2, 'view', '08:00'), event(3, 'view', '08:00'));
      await story.tick('08:01', { fast: [] });
      await story.change(
        event(1, 'cart', '08:10'),
        event(2, 'cart', '08:10:00.000001'),
        event(3, 'cart', '08:05'),
      );
      await story.change(
        event(1, 'order', '08:15'),
        event(2, 'order', '08:12'),
        event(3, 'order', '08:10:00.000001'),
      );
      await story.tick('08:16', { fast: [1] });
      await story.change(event(3, 'cart', '08:08', '08:17'));
      await story.tick('08:17', { fast: [1, 3] });
      await story.change(event(2, 'view', '08:04', '08:18'));
      await story.tick('08:18', { fast: [1, 2, 3] });
    });

    it('one row cannot be two steps, but two rows of one kind can', async () => {
      await begin({
        twice: '{sequence: [{did: view}, {did: view}]}',
        thrice: '{sequence: [{did: view}, {did: view, within: 1h}, {did: view}]}',
      });
      await story.change(event(1, 'view', '08:00'), event(2, 'view', '08:00'), event(2, 'view', '08:00'));
      await story.tick('08:01', { twice: [], thrice: [] });
      await story.change(event(1, 'view', '08:02'));
      await story.tick('08:03', { twice: [1], thrice: [] });
      await story.change(event(1, 'view', '08:04'));
      await story.tick('08:05', { twice: [1], thrice: [1] });
    });

    it('a forbidden row between the steps, also one edited into the way, and out of it again', async () => {
      await begin({ straight: '{sequence: [{did: view}, {not: {did: left}}, {did: order}], within: 1d}' });
      await story.change(event(1, 'view', '08:00'), event(1, 'other', '08:01'), event(1, 'order', '08:02'));
      await story.tick('08:03', { straight: [1] });
      await story.change(
        `UPDATE shop.events SET name = 'left', seen_at = ${sql('08:04')} WHERE name = 'other'`,
      );
      await story.tick('08:04', { straight: [] });
      await story.change(
        `UPDATE shop.events SET name = 'other', seen_at = ${sql('08:05')} WHERE name = 'left'`,
      );
      await story.tick('08:05', { straight: [1] });
      await story.tick('2026-03-03 08:00', { straight: [] });
    });

    it('over several tables, undated rows apart', async () => {
      await begin({ regret: '{sequence: [{did: order}, {did: refunds, within: 2h}, {not: {did: order}}]}' });
      await story.change(
        event(1, 'order', '08:00'),
        `INSERT INTO shop.events VALUES (2, 'order', NULL, 1, 1, NULL, ${sql('08:00')})`,
        `INSERT INTO shop.refunds VALUES (1, 'full', ${sql('09:00')}, ${sql('09:00')}), (2, 'full', ${sql('09:00')}, ${sql('09:00')})`,
      );
      await story.tick('09:00', { regret: [1] });
      await story.change(event(1, 'order', '09:01'));
      await story.tick('09:02', { regret: [] });
    });

    it('one heavy key does not stall', async () => {
      await begin({
        heavy:
          '{sequence: [{did: view}, {not: {did: order}}, {did: cart, within: 1h}, {not: {did: order}, for: 5m}], within: 30d}',
      });
      await story.change(
        `INSERT INTO shop.events SELECT 1, CASE n % 3 WHEN 0 THEN 'view' WHEN 1 THEN 'order' ELSE 'other' END,
           ${sql('07:00')} - n * INTERVAL '10 seconds', 1, 1, NULL, ${sql('07:00')} FROM generate_series(1, 20000) AS t(n)`,
        event(2, 'view', '07:00'),
        event(2, 'cart', '07:30'),
      );
      await story.tick('08:00', { heavy: [2] });
      await story.change(event(1, 'view', '08:00'), event(1, 'cart', '08:01'));
      await story.tick('08:07', { heavy: [1, 2] });
    });
  });

  describe('calendar windows', () => {
    it('a row on the first instant of the day, and the day with 23 hours', async () => {
      await begin({ today: '{did: seen, this: day}', yesterday: '{did: seen, previous: day}' });
      // In Berlin the 29th begins at 23:00 UTC and ends at 22:00.
      await story.change(
        event(1, 'seen', '2026-03-28 23:00'),
        event(2, 'seen', '2026-03-28 22:59:59.999999'),
      );
      await story.tick('2026-03-29 10:00', { today: [1], yesterday: [2] });
      await story.tick('2026-03-29 21:59:59.999999', { today: [1], yesterday: [2] });
      await story.tick('2026-03-29 22:00', { today: [], yesterday: [1] });
      await story.tick('2026-03-30 21:59', { today: [], yesterday: [1] });
      await story.tick('2026-03-30 22:00', { today: [], yesterday: [] });
    });

    it('a date on the first of the month enters and leaves with the month, of the project’s zone', async () => {
      await begin({
        month: '{trait: born, this: month}',
        before: '{trait: born, previous: {count: 2, unit: month}}',
      });
      await story.change(
        `UPDATE shop.customers SET born = DATE '2026-04-01', updated_at = ${sql('2026-03-30 10:00')} WHERE id = 1`,
      );
      await story.tick('2026-03-31 21:59', { month: [], before: [] });
      await story.tick('2026-03-31 22:00', { month: [1], before: [] });
      await story.tick('2026-04-30 22:00', { month: [], before: [1] });
      await story.tick('2026-05-31 22:00', { month: [], before: [1] });
      await story.tick('2026-06-30 22:00', { month: [], before: [] });
    });

    it('an edge that stands still affects nobody, and one that jumps dates the change by its jump', async () => {
      await begin({ week: '{did: seen, this: week}' });
      await story.change(event(1, 'seen', '08:00'), event(2, 'seen', '2026-03-01 08:00', '08:00'));
      await story.tick('09:00', { week: [1] });
      story.stayQuiet();
      await story.tick('12:00', { week: [1] });
      const still = await story.tick('15:00', { week: [1] });
      expect(still.segments.map(({ affected }) => affected)).toEqual([0]);
      await story.tick('2026-03-10 15:00', { week: [] });
      const [change] = await story.product.visit((session) =>
        session.query(
          "SELECT CAST(extract(epoch FROM caused_at) * 1000000 AS bigint) AS caused FROM segsync.changes WHERE op = 'exit'",
        ),
      );
      expect(change!.caused).toBe(at('2026-03-08 23:00').toString());
    });
  });

  describe('first and last', () => {
    it('go by time, pass over what is unknown, and settle ties by the smaller value', async () => {
      await begin({
        began: '{did: refunds, first: {of: kind, eq: full}}',
        ended: '{has: events, last: {of: name, eq: a}}',
      });
      await story.change(event(1, 'b', '08:00'), event(1, 'a', '08:00'));
      await story.tick('08:01', { ended: [1] });
      await story.change(
        `INSERT INTO shop.events VALUES (1, NULL, ${sql('08:02')}, 1, 1, NULL, ${sql('08:02')}), (1, 'c', NULL, 1, 1, NULL, ${sql('08:02')})`,
      );
      await story.tick('08:02', { ended: [1] });
      await story.change(event(1, 'c', '08:03'));
      await story.tick('08:03', { ended: [] });
    });
  });

  describe('comparing two values', () => {
    it('unknown on either side is false, and `not` is the complement', async () => {
      await begin({
        fewer:
          '{measure: {did: view, within: 1h}, lt: {times: 0.5, measure: {did: view, between: {from: 2h, to: 1h}}}}',
        late: '{trait: renews_at, gt: {measure: {did: view, max: happened_at}}}',
        other: '{not: {trait: renews_at, gt: {measure: {did: view, max: happened_at}}}}',
      });
      await story.change(
        ...['06:10', '06:20', '06:30'].map((time) => event(1, 'view', time)),
        `UPDATE shop.customers SET renews_at = ${sql('07:00')}, updated_at = ${sql('07:30')} WHERE id IN (1, 2)`,
      );
      await story.tick('08:00', { fewer: [1], late: [1], other: [2, 3] });
      await story.change(event(1, 'view', '07:50', '08:01'), event(1, 'view', '07:55', '08:01'));
      await story.tick('08:01', { fewer: [], late: [], other: [1, 2, 3] });
    });
  });

  describe('own SQL', () => {
    it('over the row alone it is incremental; with the clock, everyone is evaluated', async () => {
      await begin({
        plain: `{sql: "entity.plan = 'free' OR renews_at IS NOT NULL -- unknown is no"}`,
        moving: '{sql: "entity.renews_at <= :T"}',
        complement: '{not: {sql: "entity.renews_at <= :T"}}',
      });
      await story.change(
        `UPDATE shop.customers SET renews_at = ${sql('09:00')}, updated_at = ${sql('08:00')} WHERE id = 1`,
      );
      await story.tick('08:30', { plain: [1], moving: [], complement: [1, 2, 3] });
      const report = await story.tick(
        '09:00',
        { plain: [1], moving: [1], complement: [2, 3] },
        { mode: 'full' },
      );
      expect(Object.fromEntries(report.segments.map(({ segment, reason }) => [segment, reason]))).toEqual({
        plain: 'changed_keys',
        moving: 'moving_sql',
        complement: 'moving_sql',
      });
    });

    it('a `query:` segment, and one that refers to it', async () => {
      await begin({
        chosen: 'query: SELECT customer_id FROM shop.refunds WHERE happened_at <= :T',
        paying: '{all: [{segment: chosen}, {trait: plan, eq: pro}]}',
        others: '{not: {segment: chosen}}',
      });
      const refund = (customer: string, time: string): string =>
        `INSERT INTO shop.refunds VALUES (${customer}, 'part', ${sql(time)}, ${sql('07:00')})`;
      await story.change(
        refund('1', '08:30'),
        refund('2', '07:00'),
        refund('777', '07:00'),
        refund('NULL', '07:00'),
      );
      const plan = await story.product.tick(at('08:00'), { command: 'plan' });
      await story.tick('08:00', { chosen: [2], paying: [2], others: [1, 3] });
      expect(figures(plan)).toEqual({ chosen: 1, others: 3, paying: 1 });
      const report = await story.tick(
        '08:30',
        { chosen: [1, 2], paying: [1, 2], others: [3] },
        { mode: 'full' },
      );
      expect(report.segments.map(({ segment, mode }) => [segment, mode])).toEqual([
        ['chosen', 'full'],
        ['others', 'incremental'],
        ['paying', 'incremental'],
      ]);
      await story.change(refund('3', '08:40'));
      // The reference stands as of the last tick of the query.
      await story.tick('08:41', { paying: [1, 2], others: [3] }, { only: true });
      await story.tick('08:42', { chosen: [1, 2, 3] }, { only: true, mode: 'full' });
      await story.tick('08:43', { paying: [1, 2, 3], others: [] }, { only: true });
      await story.change('DELETE FROM shop.refunds WHERE customer_id = 2');
      await story.tick('08:44', { chosen: [1, 3], paying: [1, 3], others: [2] }, { mode: 'full' });
    });
  });

  describe('two sources over one table', () => {
    it('that go by different times do not bound one another', async () => {
      await begin(
        { either: '{any: [{did: happening, within: 5d}, {did: ending, next: 30d}]}' },
        {
          sources: [
            'happening: {table: shop.events, key: customer_id, time: happened_at, cursor: seen_at}',
            'ending: {table: shop.events, key: customer_id, time: ends_at, cursor: seen_at}',
          ],
        },
      );
      const row = (customer: number, happened: string, ends: string, seen: string): string =>
        `INSERT INTO shop.events VALUES (${customer}, 'x', ${sql(happened)}, 1, 1, ${sql(ends)}, ${sql(seen)})`;
      await story.change(
        row(1, '2026-01-01', '2026-03-20', '07:00'),
        row(2, '2026-01-01', '2026-01-02', '07:00'),
      );
      await story.tick('08:00', { either: [1] });
      await story.change(row(2, '2026-01-01', '2026-03-20', '08:10'), row(3, '08:05', '2026-01-02', '08:10'));
      await story.tick('08:10', { either: [1, 2, 3] });
    });

    it('that are split by different columns do not bound one another', async () => {
      await begin(
        { either: '{any: [{has: bya.x}, {has: byb.y}]}' },
        {
          tables: [
            'CREATE TABLE shop.plans (customer_id BIGINT, a TEXT, b TEXT, changed_at TIMESTAMPTZ)',
            `INSERT INTO shop.plans VALUES (900, 'none', 'none', ${sql('07:55')})`,
          ],
          sources: [
            'bya: {table: shop.plans, split: a, key: customer_id, cursor: changed_at}',
            'byb: {table: shop.plans, split: b, key: customer_id, cursor: changed_at}',
          ],
        },
      );
      await story.change(
        `INSERT INTO shop.plans VALUES (1, 'x', 'n', ${sql('07:00')}), (2, 'n', 'y', ${sql('07:00')}), (3, 'y', 'x', ${sql('07:00')})`,
      );
      await story.tick('08:00', { either: [1, 2] });
      await story.change(`UPDATE shop.plans SET b = 'y', changed_at = ${sql('08:10')} WHERE customer_id = 3`);
      await story.tick('08:10', { either: [1, 2, 3] });
    });
  });

  describe('a second hop', () => {
    it('rows of what a customer is linked to, each once, as links and rows come and change', async () => {
      await begin(
        {
          waiting: '{has: tickets, where: {status: open}, count: {eq: 1}}',
          some: '{has: tickets, where: {status: open}}',
        },
        {
          tables: [
            'CREATE TABLE shop.links (customer_id BIGINT, account TEXT, linked_at TIMESTAMPTZ)',
            'CREATE TABLE shop.tickets (account TEXT, status TEXT, changed_at TIMESTAMPTZ)',
            `INSERT INTO shop.links VALUES (900, 'quiet', ${sql('07:55')})`,
            `INSERT INTO shop.tickets VALUES ('quiet', 'none', ${sql('07:55')})`,
          ],
          sources: [
            'tickets: {table: shop.tickets, key: account, cursor: changed_at, through: {table: shop.links, key: customer_id, cursor: linked_at}}',
          ],
        },
      );
      await story.change(
        `INSERT INTO shop.links VALUES (1, 'a', ${sql('07:00')}), (1, 'a', ${sql('07:00')}), (2, 'a', ${sql('07:00')}), (2, NULL, ${sql('07:00')})`,
        `INSERT INTO shop.tickets VALUES ('a', 'closed', ${sql('07:00')}), (NULL, 'open', ${sql('07:00')})`,
      );
      await story.tick('08:00', { waiting: [], some: [] });
      await story.change(
        `UPDATE shop.tickets SET status = 'open', changed_at = ${sql('08:10')} WHERE account = 'a'`,
      );
      await story.tick('08:10', { waiting: [1, 2], some: [1, 2] });
      await story.change(
        `INSERT INTO shop.links VALUES (3, 'b', ${sql('08:20')})`,
        `UPDATE shop.links SET account = 'b', linked_at = ${sql('08:20')} WHERE customer_id = 2 AND account = 'a'`,
      );
      await story.tick('08:20', { waiting: [1], some: [1] });
      await story.change(
        `INSERT INTO shop.tickets VALUES ('b', 'open', ${sql('08:30')}), ('a', 'open', ${sql('08:30')})`,
      );
      await story.tick('08:30', { waiting: [2, 3], some: [1, 2, 3] });
    });
  });
});

function figures({
  segments,
}: {
  segments: readonly { segment: string; entered: number }[];
}): Record<string, number> {
  return Object.fromEntries(segments.map(({ segment, entered }) => [segment, entered]));
}
