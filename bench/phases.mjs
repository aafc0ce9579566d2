/** The phases of a benchmark, in order. Each is run by a process of its own, so that each has its own peak of memory. */
import { changeStatement, loadStatements, START } from './data.mjs';
import { execute, query } from './engines/statements.mjs';
import { openTicks } from './ticks.mjs';

const MINUTE = 60_000_000;
const FULL_TICKS = 3;

/** By name: `(context) => figures`, `context` being `{engine, place, folder, options, now, round}`. */
export const PHASES = { load, first, full, incremental, apart, check };

async function load({ engine, place, options }) {
  const started = performance.now();
  await execute(engine, place, [...loadStatements(engine.dialect, options), ...engine.afterLoad]);
  return { ms: performance.now() - started, now: START };
}

async function first({ engine, place, folder, now }) {
  const ticks = await openTicks(folder);
  const tick = await ticks.tick(now);
  await execute(engine, place, engine.settle);
  return { ticks: [tick], now };
}

/** Everyone evaluated again while the members exist. */
async function full({ folder, now }) {
  const ticks = await openTicks(folder);
  const done = [];
  let at = now;
  for (let each = 0; each < FULL_TICKS; each += 1) {
    at += MINUTE;
    done.push(await ticks.tick(at, { full: true }));
  }
  return { ticks: done, now: at };
}

/**
 * Rounds of three ticks, a minute apart. `changed`: 0.1 % of the customers had events since the tick before.
 * `overlap`: nothing new, but rows of the minute before the watermark are looked at again, as they always are once.
 * `quiet`: nothing new, only the windows moved. The first round warms up and is not counted.
 */
async function incremental(context) {
  const { folder, options } = context;
  const ticks = await openTicks(folder);
  const rounds = [];
  let { now: at, round } = context;
  await settleWatermarks(ticks, at);
  at += 2 * MINUTE;
  for (let each = 0; each <= options.ticks; each += 1) {
    round += 1;
    await change(context, round, at + MINUTE);
    const changed = await ticks.tick(at + MINUTE);
    const overlap = await ticks.tick(at + 2 * MINUTE);
    const quiet = await ticks.tick(at + 3 * MINUTE);
    at += 3 * MINUTE;
    rounds.push({ changed, overlap, quiet });
  }
  return { rounds: rounds.slice(1), now: at, round };
}

/** The same change as before a tick of twenty segments, then twenty runs of one segment each. */
async function apart(context) {
  const { folder, options } = context;
  const ticks = await openTicks(folder);
  const rounds = [];
  let { now: at, round } = context;
  for (let each = 0; each <= Math.min(2, options.ticks); each += 1) {
    at += MINUTE;
    round += 1;
    await change(context, round, at);
    const alone = [];
    for (const name of ticks.names) alone.push(await ticks.tick(at, { only: [name] }));
    rounds.push(alone);
    await settleWatermarks(ticks, at);
    at += 2 * MINUTE;
  }
  return { rounds: rounds.slice(1), now: at, round };
}

/** Everyone evaluated once more at the same instant: nobody may enter or leave. */
async function check(context) {
  const { engine, place, folder } = context;
  const ticks = await openTicks(folder);
  const at = context.now + MINUTE;
  await change(context, context.round + 1, at);
  await ticks.tick(at);
  const tick = await ticks.tick(at, { full: true });
  const membership = await query(engine, place, MEMBERSHIP);
  return { ticks: [tick], now: at, membership: membership.map((row) => row.join(' ')) };
}

/** A line a segment, the same on every engine that holds the same members. */
const MEMBERSHIP = `SELECT segment, CAST(count(*) AS VARCHAR(20)), CAST(sum(CAST(entity_key AS DECIMAL(38, 0))) AS VARCHAR(40))
  FROM segsync.membership GROUP BY segment ORDER BY segment`;

async function change({ engine, place, options }, round, at) {
  await execute(engine, place, [changeStatement(engine.dialect, options, round, at)]);
}

/** Two ticks after which only rows past the watermarks count as arrived. */
async function settleWatermarks(ticks, at) {
  await ticks.tick(at + MINUTE);
  await ticks.tick(at + 2 * MINUTE);
}
