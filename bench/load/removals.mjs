/** Customers leave a realtime audience, again and again, beside a load or not. */
import { openDestinations } from '../../dist/run/destinations.js';
import { openRuns } from './runs.mjs';

/** Removals timed with nothing else going on. */
const ALONE = 20;
/** Between two of them. */
const PAUSE_MS = 200;

/** Delays in milliseconds from the commit of the act to the removal's arrival: `{alone, beside, loadMs, loaded}`. */
export async function priority({ engine, place, folder, leavers }) {
  const runs = await openRuns(folder);
  // One budget for all runs of a process, as a resident one has it.
  const destinations = openDestinations(runs.world, runs.project);
  const keen = { segments: ['keen'], syncs: ['keen.out'], destinations };
  await runs.run(keen);
  await runs.run({ segments: ['everyone'], syncs: [], destinations });
  const shop = await engine.connect(place);
  const one = () => removal(runs, keen, shop, leavers);
  const alone = [];
  while (alone.length < ALONE) alone.push(...(await one()));
  const beside = [];
  const started = performance.now();
  let report;
  const load = runs
    .run({ segments: ['everyone'], syncs: ['everyone.out'], destinations })
    .then((ended) => (report = ended));
  await pause();
  while (!report) beside.push(...(await one()));
  const loadMs = performance.now() - started;
  await load;
  await shop.close();
  await destinations.close();
  await runs.close();
  const [{ delivered }] = report.syncs;
  return { alone, beside, loadMs, loaded: delivered.add };
}

async function removal(runs, keen, shop, leavers) {
  const keys = await leave(shop, leavers);
  const at = performance.timeOrigin + performance.now();
  await runs.run(keen);
  const arrived = new Map(
    (await arrivals()).filter(({ op }) => op === 'remove').map((each) => [each.key, each.at]),
  );
  await pause();
  return keys.map((key) => {
    if (!arrived.has(key)) throw new Error('a removal did not arrive');
    return arrived.get(key) - at;
  });
}

const KEEN = "SELECT customer_id FROM shop.customers WHERE plan = 'team' AND loyalty_points >= 900";

/** Takes their points from so many keen customers; resolves to their keys. */
async function leave(shop, count) {
  const keys = (await shop.rows(`${KEEN} ORDER BY customer_id LIMIT ${count}`)).map(([key]) => key);
  await shop.run(
    `UPDATE shop.customers SET loyalty_points = 0, updated_at = now() WHERE customer_id IN (${keys.join(', ')})`,
  );
  return keys;
}

function arrivals() {
  return new Promise((resolve) => {
    process.once('message', ({ arrivals: noted }) => resolve(noted));
    process.send({ ask: 'arrivals' });
  });
}

function pause() {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}
