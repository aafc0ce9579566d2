/** The same tick over 1, 4 and 16 times the history: the same customers, each with events that reach further back. */
import { execute } from '../engines/statements.mjs';
import { figureOf } from './figures.mjs';
import { change, summaryOf } from './rounds.mjs';
import { FOUR } from './segments.mjs';
import { openSegsync } from './segsync.mjs';
import { indexesOf, MINUTE, shopOf } from './shop.mjs';

const TIMES = [1, 4, 16];
const DAYS = 180;
const AIM = 1.5;

export async function measure(bench) {
  const base = Math.ceil(bench.events / TIMES.at(-1));
  const shops = [];
  for (const times of TIMES) shops.push(await openShop(bench, times, base));
  await bench.settle();
  for (let round = 0; round <= bench.rounds; round += 1) {
    bench.now += MINUTE;
    for (const { shop, segsync, ticks } of shops) {
      await change(bench, 0.001, shop);
      const tick = await segsync.tick(bench.now);
      // The first one warms up.
      if (round > 0) ticks.push(tick);
    }
  }
  const [once, ...more] = shops.map(({ times, ticks }) => ({ times, segsync: summaryOf(ticks) }));
  const figures = more.map(({ times, segsync }) =>
    figureOf({
      part: 'growth',
      label: `${(base * times).toLocaleString('en-US')} events over ${DAYS * times} days, 0.1 % changed`,
      segsync,
      against: `${base.toLocaleString('en-US')} events`,
      ms: once.segsync.run_ms,
      most: AIM,
    }),
  );
  return { figures, checks: [] };
}

async function openShop(bench, times, base) {
  const schema = `history_${times}`;
  bench.progress(`${times} times the history`);
  const { dialect, customers } = bench;
  const shop = shopOf(dialect, { customers, events: base * times, schema, days: DAYS * times });
  await execute(bench.engine, bench.place, [...shop.load, ...(dialect.indexed ? indexesOf(shop) : [])]);
  const segsync = await openSegsync(bench, { name: schema, segments: FOUR, shop });
  await segsync.tick(bench.now);
  return { times, shop, segsync, ticks: [] };
}
