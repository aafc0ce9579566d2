/**
 * Histories that catch an evaluation which takes the rules of "who can have changed" too literally. Random search
 * hardly ever finds them, so each has a name. In every story a quiet customer's rows are the last to change, so that
 * reading the end of a table again helps nobody; and every tick but the first must be incremental.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { engines } from '../engines.ts';
import { at, type Conditions, type Setup, Story, sql } from './story.ts';

describe.each(engines)('on $name', (engine) => {
  let story: Story | undefined;
  const begin = async (conditions: Conditions, setup?: Setup): Promise<Story> => {
    story = await Story.begin(engine, conditions, setup);
    return story;
  };
  afterEach(async () => {
    await story?.end();
    story = undefined;
  });

  const event = (key: number, name: string, time: string, seen = time): string =>
    `INSERT INTO shop.events (customer_id, name, happened_at, seen_at) VALUES (${key}, '${name}', ${sql(time)}, ${sql(seen)})`;

  describe('edits that a filter hides', () => {
    it('a row edited into another source of a split', async () => {
      const { change, tick } = bound(await begin({ viewers: '{did: viewed}', buyers: '{did: bought}' }));
      await change(event(1, 'viewed', '08:30'));
      await tick('09:00', { viewers: [1], buyers: [] });
      await change(`UPDATE shop.events SET name = 'bought', seen_at = ${sql('09:30')} WHERE customer_id = 1`);
      await tick('10:00', { viewers: [], buyers: [1] });
    });

    it('a row edited out of its source’s where', async () => {
      const { change, tick } = bound(
        await begin({ refunded: '{did: refunds}', never: '{did_not: refunds}' }),
      );
      await change(`INSERT INTO shop.refunds VALUES (1, 'full', ${sql('08:30')}, ${sql('08:30')})`);
      await tick('09:00', { refunded: [1], never: [2, 3] });
      await change(
        `UPDATE shop.refunds SET kind = 'part', updated_at = ${sql('09:30')} WHERE customer_id = 1`,
      );
      await tick('10:00', { refunded: [], never: [1, 2, 3] });
    });

    it('a row edited out of a condition’s where, and out of its window', async () => {
      const big = '{did: bought, where: {amount: {gte: 100}}}';
      const { change, tick } = bound(await begin({ big, today: '{did: bought, within: 12h}' }));
      await change(
        `INSERT INTO shop.events (customer_id, name, happened_at, amount, seen_at) VALUES (1, 'bought', ${sql('08:30')}, 100, ${sql('08:30')})`,
      );
      await tick('09:00', { big: [1], today: [1] });
      await change(
        `UPDATE shop.events SET amount = 99.9999, happened_at = ${sql('2026-02-01 00:00')}, seen_at = ${sql('09:30')} WHERE customer_id = 1`,
      );
      await tick('10:00', { big: [], today: [] });
    });

    it('an entity row edited', async () => {
      const { change, tick } = bound(await begin({ pro: '{trait: plan, eq: pro}' }));
      await tick('09:00', { pro: [1, 2, 3] });
      await change(`UPDATE shop.customers SET plan = NULL, updated_at = ${sql('09:30')} WHERE id = 2`);
      await tick('10:00', { pro: [1, 3] });
    });
  });

  describe('who exists', () => {
    it('a customer who comes after their event', async () => {
      const { change, tick } = bound(await begin({ viewers: '{did: viewed}' }));
      await change(event(7, 'viewed', '08:30'));
      await tick('09:00', { viewers: [] });
      await change(`INSERT INTO shop.customers VALUES (7, 'pro', NULL, NULL, ${sql('09:30')})`);
      await tick('10:00', { viewers: [7] });
    });

    it('a customer without any event, under did_not', async () => {
      const { change, tick } = bound(await begin({ silent: '{did_not: viewed}' }));
      await change(event(1, 'viewed', '08:30'));
      await tick('09:00', { silent: [2, 3] });
      await change(`INSERT INTO shop.customers VALUES (7, 'pro', NULL, NULL, ${sql('09:30')})`);
      await tick('10:00', { silent: [2, 3, 7] });
    });

    it('rows of nobody and of a NULL key', async () => {
      const { change, tick } = bound(await begin({ viewers: '{did: viewed}', silent: '{did_not: viewed}' }));
      await tick('09:00', { viewers: [], silent: [1, 2, 3] });
      await change(event(77, 'viewed', '09:30'), event(2, 'viewed', '09:30').replace('(2,', '(NULL,'));
      await tick('10:00', { viewers: [], silent: [1, 2, 3] });
    });
  });

  describe('edges', () => {
    // Row at 12:00, window, ticks with whether its customer is a member then. Only the clock moves.
    const edges: readonly [string, string, readonly [string, boolean][]][] = [
      [
        'within: 1h',
        'T-1h is out',
        [
          ['12:59:59.999999', true],
          ['13:00', false],
          ['13:00:00.000001', false],
        ],
      ],
      [
        'within: 1h',
        'T is in',
        [
          ['11:59:59.999999', false],
          ['12:00', true],
          ['12:00:00.000001', true],
        ],
      ],
      [
        'older_than: 1h',
        'T-1h is in',
        [
          ['12:59:59.999999', false],
          ['13:00', true],
          ['13:00:00.000001', true],
        ],
      ],
      [
        'between: {from: 2h, to: 1h}',
        'T-to is in',
        [
          ['12:59:59.999999', false],
          ['13:00', true],
        ],
      ],
      [
        'between: {from: 2h, to: 1h}',
        'T-from is out',
        [
          ['13:59:59.999999', true],
          ['14:00', false],
        ],
      ],
      [
        'next: 1h',
        'T+1h is in',
        [
          ['10:59:59.999999', false],
          ['11:00', true],
          ['11:00:00.000001', true],
        ],
      ],
      [
        'next: 1h',
        'T is out',
        [
          ['11:59:59.999999', true],
          ['12:00', false],
          ['12:00:00.000001', false],
        ],
      ],
      [
        'after: "2026-03-02T12:00:00Z"',
        'the instant is in',
        [
          ['11:00', true],
          ['13:00', true],
        ],
      ],
      [
        'before: "2026-03-02T12:00:00Z"',
        'the instant is out',
        [
          ['11:00', false],
          ['13:00', false],
        ],
      ],
    ];
    it.each(edges)('%s: %s', async (window, _, ticks) => {
      const conditions = {
        did: `{did: viewed, ${window}}`,
        not: `{did_not: viewed, ${window}}`,
        filtered: `{did: viewed, where: {ends_at: {${window}}}}`,
        trait: `{trait: renews_at, ${window}}`,
      };
      const { change, tick } = bound(await begin(conditions));
      await change(
        `INSERT INTO shop.events (customer_id, name, happened_at, ends_at, seen_at) VALUES (1, 'viewed', ${sql('12:00')}, ${sql('12:00')}, ${sql('07:00')})`,
        `UPDATE shop.customers SET renews_at = ${sql('12:00')} WHERE id = 1`,
      );
      for (const [now, inside] of ticks) {
        const one = inside ? [1] : [];
        await tick(now, { did: one, not: inside ? [2, 3] : [1, 2, 3], filtered: one, trait: one });
      }
    });

    it('rows that leave one window when they enter another', async () => {
      const conditions = {
        fresh: '{did: viewed, within: 1h}',
        stale: '{did: viewed, between: {from: 2h, to: 1h}}',
      };
      const { change, tick } = bound(await begin(conditions));
      await change(event(1, 'viewed', '12:00'), event(2, 'viewed', '12:00:00.000001'));
      await tick('12:30', { fresh: [1, 2], stale: [] });
      await tick('13:00', { fresh: [2], stale: [1] });
      await tick('13:00:00.000001', { fresh: [], stale: [1, 2] });
      await tick('14:00', { fresh: [], stale: [2] });
    });

    it('a row from the future that ends a did_not when its time comes', async () => {
      const { change, tick } = bound(
        await begin({ waiting: '{all: [{trait: plan, eq: pro}, {did_not: bought, within: 1d}]}' }),
      );
      await change(event(1, 'bought', '12:00', '08:00'));
      await tick('09:00', { waiting: [1, 2, 3] });
      await tick('11:59:59.999999', { waiting: [1, 2, 3] });
      await tick('12:00', { waiting: [2, 3] });
    });

    it('a row without a time lies in no window but counts without one', async () => {
      const { change, tick } = bound(
        await begin({ ever: '{did: viewed}', once: '{did: viewed, older_than: 1m}' }),
      );
      await tick('09:00', { ever: [], once: [] });
      await change(
        `INSERT INTO shop.events (customer_id, name, seen_at) VALUES (1, 'viewed', ${sql('09:30')})`,
      );
      await tick('10:00', { ever: [1], once: [] });
    });

    it('one day is 24 hours, in the night when clocks go forward too', async () => {
      const { change, tick } = bound(await begin({ today: '{did: viewed, within: 1d}' }));
      await change(event(1, 'viewed', '2026-03-28 20:00'));
      await tick('2026-03-29 19:00', { today: [1] });
      await tick('2026-03-29 19:59:59.999999', { today: [1] });
      await tick('2026-03-29 20:00', { today: [] });
    });

    it('a DATE is the first instant of its day in the project’s time zone, across a change of clocks', async () => {
      // In Berlin the 29th of March begins at 23:00 UTC, the 30th, an hour shorter away, at 22:00 UTC.
      const conditions = {
        fresh: '{did: visits, within: 23h}',
        born: '{trait: born, within: 23h}',
        soon: '{did: visits, next: 1h}',
      };
      const { change, tick } = bound(await begin(conditions));
      await change(
        `INSERT INTO shop.visits VALUES (1, DATE '2026-03-29', ${sql('07:00')}), (2, DATE '2026-03-30', ${sql('07:00')})`,
        `UPDATE shop.customers SET born = DATE '2026-03-29' WHERE id = 1`,
        `UPDATE shop.customers SET born = DATE '2026-03-30' WHERE id = 2`,
      );
      await tick('2026-03-28 21:59:59.999999', { fresh: [], born: [], soon: [] });
      await tick('2026-03-28 22:00', { fresh: [], born: [], soon: [1] });
      await tick('2026-03-28 22:59:59.999999', { fresh: [], born: [], soon: [1] });
      await tick('2026-03-28 23:00', { fresh: [1], born: [1], soon: [] });
      await tick('2026-03-29 21:59:59.999999', { fresh: [1], born: [1], soon: [2] });
      await tick('2026-03-29 22:00', { fresh: [2], born: [2], soon: [] });
      await tick('2026-03-30 21:00', { fresh: [], born: [], soon: [] });
    });

    it('windows inside a where move by the clock alone', async () => {
      const { change, tick } = bound(await begin({ ending: '{did: viewed, where: {ends_at: {next: 2h}}}' }));
      await change(
        `INSERT INTO shop.events VALUES (1, 'viewed', ${sql('08:00')}, NULL, NULL, ${sql('12:00')}, ${sql('07:00')})`,
      );
      await tick('09:00', { ending: [] });
      await tick('10:00', { ending: [1] });
      await tick('12:00', { ending: [] });
    });
  });

  describe('cursors', () => {
    it('in the year 9999: later arrivals are still seen', async () => {
      const { change, tick } = bound(await begin({ viewers: '{did: viewed}' }));
      await change(event(1, 'viewed', '08:30', '9999-06-01 00:00'));
      await tick('09:00', { viewers: [1] });
      await change(event(2, 'viewed', '09:30'));
      await tick('10:00', { viewers: [1, 2] });
      await change(event(3, 'viewed', '10:30'));
      await tick('11:00', { viewers: [1, 2, 3] });
    });

    it('that are NULL: an arrival, and an edit that leaves it NULL', async () => {
      const { change, tick } = bound(
        await begin({ viewers: '{did: viewed}', pro: '{trait: plan, eq: pro}' }),
      );
      await tick('09:00', { viewers: [], pro: [1, 2, 3] });
      await change(
        `INSERT INTO shop.events (customer_id, name, happened_at) VALUES (1, 'viewed', ${sql('09:30')})`,
        `INSERT INTO shop.customers VALUES (4, 'pro', NULL, NULL, NULL)`,
      );
      await tick('10:00', { viewers: [1], pro: [1, 2, 3, 4] });
      await change(
        `UPDATE shop.events SET name = 'bought' WHERE customer_id = 1`,
        `UPDATE shop.customers SET plan = 'free' WHERE id = 4`,
      );
      await tick('11:00', { viewers: [], pro: [1, 2, 3] });
    });

    it('of a source that was empty at the first tick', async () => {
      const { change, tick } = bound(await begin({ ordered: '{has: orders}', refunded: '{did: refunds}' }));
      await change('DELETE FROM shop.refunds');
      await tick('09:00', { ordered: [], refunded: [] });
      // Where nothing was shown yet, everything counts as new, however old its cursor.
      await change(
        `INSERT INTO shop.orders VALUES (1, 'open', -5)`,
        `INSERT INTO shop.refunds VALUES (2, 'full', ${sql('01:00')}, ${sql('2020-01-01 00:00')})`,
      );
      await tick('10:00', { ordered: [1], refunded: [2] });
    });

    it('that are integers, beyond what a double holds', async () => {
      const { change, tick } = bound(await begin({ open: '{has: orders, where: {status: open}}' }));
      await change(
        `INSERT INTO shop.orders VALUES (1, 'open', 9007199254740993), (2, 'done', 9007199254740980)`,
      );
      await tick('09:00', { open: [1] });
      await change(
        `UPDATE shop.orders SET status = 'open', version = 9007199254740994 WHERE customer_id = 2`,
      );
      await tick('10:00', { open: [1, 2] });
      await change(
        `UPDATE shop.orders SET status = 'done', version = 9007199254740995 WHERE customer_id = 1`,
      );
      await tick('11:00', { open: [2] });
    });

    it('of rows that show late, within overlap', async () => {
      const { change, tick } = bound(await begin({ viewers: '{did: viewed}' }));
      await tick('09:00', { viewers: [] });
      await tick('09:00:30', { viewers: [] });
      await change(event(1, 'viewed', '08:00', '08:59:31'));
      await tick('09:00:31', { viewers: [1] });
      await change(event(2, 'viewed', '08:00', '09:00:30.999999'));
      await tick('09:00:40', { viewers: [1, 2] });
    });

    it('that stand still are not read again for ever', async () => {
      const { stayQuiet, change, tick } = bound(
        await begin({ viewers: '{did: viewed}', pro: '{trait: plan, eq: pro}' }),
      );
      stayQuiet();
      // A rebuild gave all rows one cursor.
      await change(
        event(1, 'viewed', '08:00'),
        `UPDATE shop.customers SET updated_at = ${sql('08:59:59')}`,
        `UPDATE shop.events SET seen_at = ${sql('08:59:59')}`,
      );
      await tick('09:00', { viewers: [1], pro: [1, 2, 3] });
      await tick('09:02', { viewers: [1], pro: [1, 2, 3] });
      const later = await tick('09:04', { viewers: [1], pro: [1, 2, 3] });
      expect(later.segments.map(({ affected }) => affected)).toEqual([0, 0]);
      await change(event(2, 'viewed', '09:05'));
      await tick('09:06', { viewers: [1, 2], pro: [1, 2, 3] });
    });
  });

  describe('what a cursor cannot show, a full run corrects', () => {
    it('a deleted row, a row moved to another key, a row loaded with an old cursor', async () => {
      const { change, tick } = bound(await begin({ viewers: '{did: viewed}', silent: '{did_not: viewed}' }));
      await change(event(1, 'viewed', '08:00'), event(2, 'viewed', '08:01'));
      await tick('09:00', { viewers: [1, 2], silent: [3] });
      await change(
        'DELETE FROM shop.events WHERE customer_id = 1',
        'UPDATE shop.events SET customer_id = 4 WHERE customer_id = 2',
        event(3, 'viewed', '08:02'),
      );
      await tick('09:50', { viewers: [1, 2], silent: [3] });
      await tick('11:00', { viewers: [3], silent: [1, 2] }, { full: true, mode: 'full' });
    });
  });

  describe('references', () => {
    it('equal their text pasted, when the other segment’s tick is long ago', async () => {
      const text = '{did: viewed, within: 1h}';
      const { change, tick } = bound(
        await begin({ base: text, user: '{not: {segment: base}}', pasted: `{not: ${text}}` }),
      );
      await change(event(1, 'viewed', '08:30'));
      await tick('09:00', { base: [1], user: [2, 3], pasted: [2, 3] });
      await change(event(2, 'viewed', '09:10'));
      await tick('09:20', { user: [3], pasted: [3] }, { only: true });
      await tick('09:30', { user: [1, 3], pasted: [1, 3] }, { only: true });
      await tick('10:10', { base: [], user: [1, 2, 3], pasted: [1, 2, 3] });
    });
  });

  describe('an entity given by a query', () => {
    it('is evaluated in full: a filter in it hides soft deletion', async () => {
      const entity = 'query: SELECT * FROM shop.customers WHERE plan IS NOT NULL\n    cursor: updated_at';
      const { change, tick } = bound(await begin({ viewers: '{did: viewed}' }, { entity }));
      await change(event(1, 'viewed', '08:30'), event(2, 'viewed', '08:30'));
      await tick('09:00', { viewers: [1, 2] });
      await change(`UPDATE shop.customers SET plan = NULL, updated_at = ${sql('09:30')} WHERE id = 1`);
      await tick('10:00', { viewers: [2] }, { mode: 'full' });
    });
  });

  describe('arithmetic', () => {
    it('floats are summed as decimals, in whatever order they come', async () => {
      const { change, tick } = bound(
        await begin({
          more: '{did: weighed, sum: {of: weight, gt: 0.6}}',
          exactly: '{did: weighed, sum: {of: weight, eq: 0.6}}',
        }),
      );
      const weigh = (key: number, weight: string, seen: string): string =>
        `INSERT INTO shop.events (customer_id, name, weight, seen_at) VALUES (${key}, 'weighed', ${weight}, ${sql(seen)})`;
      await change(weigh(1, '0.1', '08:00'), weigh(1, '0.2', '08:00'), weigh(1, '0.3', '08:00'));
      await tick('09:00', { more: [], exactly: [1] });
      await change(
        weigh(2, '0.3', '09:30'),
        weigh(2, '0.2', '09:30'),
        weigh(2, '0.1', '09:30'),
        weigh(2, `CAST('NaN' AS DOUBLE PRECISION)`, '09:30'),
      );
      await tick('10:00', { more: [], exactly: [1, 2] });
    });

    it('NULL and not: a measure of none is false either way round', async () => {
      const conditions = {
        high: '{did: bought, avg: {of: amount, gte: 10}}',
        not_high: '{not: {did: bought, avg: {of: amount, gte: 10}}}',
        low: '{did: bought, avg: {of: amount, lt: 10}}',
        none: '{did: bought, sum: {of: amount, lte: 0}}',
        not_free: '{not: {trait: plan, eq: free}}',
        other: '{trait: plan, ne: free}',
      };
      const { change, tick } = bound(await begin(conditions));
      await tick('09:00', {
        high: [],
        not_high: [1, 2, 3],
        low: [],
        none: [1, 2, 3],
        not_free: [1, 2, 3],
        other: [1, 2, 3],
      });
      await change(
        `INSERT INTO shop.events (customer_id, name, amount, seen_at) VALUES (1, 'bought', NULL, ${sql('09:30')}), (2, 'bought', 10, ${sql('09:30')})`,
        `UPDATE shop.customers SET plan = NULL, updated_at = ${sql('09:30')} WHERE id = 3`,
      );
      await tick('10:00', {
        high: [2],
        not_high: [1, 3],
        low: [],
        none: [1, 3],
        not_free: [1, 2, 3],
        other: [1, 2],
      });
    });

    it('rows of two tables do not multiply', async () => {
      const { change, tick } = bound(
        await begin({
          two: '{all: [{did: viewed, count: {eq: 2}}, {did: refunds, count: {eq: 3}}, {trait: score, gt: 0}]}',
        }),
      );
      await tick('09:00', { two: [] });
      const refund = `INSERT INTO shop.refunds VALUES (1, 'full', ${sql('09:10')}, ${sql('09:10')})`;
      await change(
        event(1, 'viewed', '09:10'),
        event(1, 'viewed', '09:10'),
        refund,
        refund,
        refund,
        `INSERT INTO shop.scores VALUES (1, 0.5, 'x', ${sql('09:10')})`,
      );
      await tick('10:00', { two: [1] });
    });
  });

  describe('the clock', () => {
    it('that goes back stands still until it has caught up', async () => {
      const { change, tick } = bound(await begin({ fresh: '{did: viewed, within: 1h}' }));
      await change(event(1, 'viewed', '08:00'));
      await tick('09:00', { fresh: [] });
      await change(event(2, 'viewed', '08:59:50'));
      await tick('08:59:55', { fresh: [2] });
      await tick('10:00', { fresh: [] });
    });

    it('may be the same twice, with rows in between', async () => {
      const { change, tick } = bound(await begin({ viewers: '{did: viewed, within: 1h}' }));
      await tick('09:00', { viewers: [] });
      await change(event(1, 'viewed', '09:00'));
      await tick('09:00', { viewers: [1] });
    });

    it('of segments that lag behind each other', async () => {
      const { change, tick } = bound(
        await begin({ fast: '{did: viewed, within: 1h}', slow: '{did: viewed, within: 2h}' }),
      );
      await tick('09:00', { fast: [], slow: [] });
      await change(event(1, 'viewed', '09:10'));
      await tick('09:30', { fast: [1] }, { only: true });
      await change(event(2, 'viewed', '09:40'));
      await tick('10:10', { fast: [2] }, { only: true });
      await tick('11:10', { fast: [], slow: [2] });
    });
  });

  describe('tables that no condition reads', () => {
    it('consent given and taken', async () => {
      const told = await begin({ pro: '{trait: plan, eq: pro}' }, { sync: 'consent: {trait: ads}' });
      const { change, tick } = bound(told);
      await change(
        `INSERT INTO shop.consents VALUES (1, TRUE, NULL, ${sql('07:00')}), (2, FALSE, NULL, ${sql('07:00')})`,
      );
      await tick('09:00', { pro: [1, 2, 3] });
      expect(Object.keys(await told.audience('pro'))).toEqual(['1']);
      await change(
        `UPDATE shop.consents SET ads = NULL, changed_at = ${sql('09:30')} WHERE customer_id = 1`,
        `UPDATE shop.consents SET ads = TRUE, changed_at = ${sql('09:30')} WHERE customer_id = 2`,
        `INSERT INTO shop.consents VALUES (3, TRUE, NULL, ${sql('09:30')})`,
      );
      await tick('10:00', { pro: [1, 2, 3] });
      expect(Object.keys(await told.audience('pro')).sort()).toEqual(['2', '3']);
    });

    it('an identifier and a field changed', async () => {
      const sync = 'match: [email, external_id], fields: {label: {trait: label}}';
      const told = await begin({ pro: '{trait: plan, eq: pro}' }, { sync });
      const { change, tick } = bound(told);
      await change(
        `INSERT INTO shop.consents VALUES (1, NULL, 'old@example.com', ${sql('07:00')})`,
        `INSERT INTO shop.scores VALUES (1, 1, 'old', ${sql('07:00')})`,
      );
      await tick('09:00', { pro: [1, 2, 3] });
      await change(`UPDATE shop.scores SET label = 'new', scored_at = ${sql('09:30')} WHERE customer_id = 1`);
      await tick('10:00', { pro: [1, 2, 3] });
      expect((await told.audience('pro'))['1']).toEqual({ label: 'new' });
      await change(
        `UPDATE shop.consents SET email = 'new@example.com', changed_at = ${sql('10:30')} WHERE customer_id = 1`,
      );
      await tick('11:00', { pro: [1, 2, 3] });
      const lines = await told.product.lines('pro');
      expect(JSON.stringify(lines.at(-1))).toContain('new@example.com');
    });
  });

  describe('two rows for one key', () => {
    it('in a 1:1 table fail the segments that read it, and only those', async () => {
      const told = await begin({ risky: '{trait: score, gt: 0.5}', viewers: '{did: viewed}' }, { sync: '' });
      await told.change(
        event(1, 'viewed', '08:30'),
        `INSERT INTO shop.scores VALUES (1, 0.9, NULL, ${sql('07:00')}), (1, 0.1, NULL, ${sql('07:01')}), (2, 0.9, NULL, ${sql('07:00')})`,
      );
      const report = await told.product.tick(at('09:00'));
      const [risky, viewers] = report.segments;
      expect(report.status).toBe('failed');
      expect(viewers).toMatchObject({ segment: 'viewers', members: 1 });
      expect(viewers!.error).toBeUndefined();
      expect(risky!.error!.message).toContain('shop.scores');
      expect(risky!.error!.message).toMatch(/\b1\b/);
      await told.expectMembers({ risky: [], viewers: [1] });
    });

    it('are settled by the newest where the table says so', async () => {
      const scores = 'cursor: scored_at, duplicates: latest';
      const { change, tick } = bound(await begin({ risky: '{trait: score, gt: 0.5}' }, { scores }));
      await change(
        `INSERT INTO shop.scores VALUES (1, 0.9, NULL, ${sql('07:00')}), (1, 0.1, NULL, ${sql('07:01')}), (2, 0.9, NULL, ${sql('07:00')})`,
      );
      await tick('09:00', { risky: [2] });
      await change(
        `INSERT INTO shop.scores VALUES (1, 0.8, NULL, ${sql('09:30')}), (2, 0.2, NULL, ${sql('09:30')})`,
      );
      await tick('10:00', { risky: [1] });
    });
  });
});

/** The story's verbs without its name in front. */
function bound(story: Story): Pick<Story, 'change' | 'tick' | 'stayQuiet'> {
  return {
    change: story.change.bind(story),
    tick: story.tick.bind(story),
    stayQuiet: story.stayQuiet.bind(story),
  };
}
