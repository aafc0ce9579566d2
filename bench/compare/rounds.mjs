/** The same tick by several sides in turn. */
import { performance } from 'node:perf_hooks';
import { connected, execute, query } from '../engines/statements.mjs';
import { median } from '../summary.mjs';

/**
 * Rounds of one kind of tick: the clock moves on by `advance`, `share` of the customers change, then every side ticks,
 * segsync first and last by turns. `beside`: by name `() => milliseconds`; those named in `slow` tick in the last round
 * only. The result is the medians: `{segsync: {run_ms, tick_ms, affected, changes}, beside: {name: ms}}`.
 */
export async function measureRounds(
  bench,
  { segsync, beside = {}, slow = [], share = 0, advance = 0, rounds },
) {
  const own = [];
  const others = Object.fromEntries(Object.keys(beside).map((name) => [name, []]));
  for (let round = 1; round <= rounds; round += 1) {
    bench.now += advance;
    if (share > 0) await change(bench, share);
    const turns = [
      async () => own.push(await segsync.tick(bench.now)),
      ...Object.entries(beside)
        .filter(([name]) => round === rounds || !slow.includes(name))
        .map(
          ([name, tick]) =>
            async () =>
              others[name].push(await tick()),
        ),
    ];
    for (const turn of round % 2 === 1 ? turns : turns.toReversed()) await turn();
  }
  return {
    segsync: summaryOf(own),
    beside: Object.fromEntries(Object.entries(others).map(([name, times]) => [name, median(times)])),
  };
}

export async function change(bench, share, shop = bench.shop) {
  bench.round += 1;
  await execute(bench.engine, bench.place, shop.change(bench.round, share, bench.now));
}

/** Milliseconds that `work` takes with a connection of its own, opening and closing included. */
export async function timed({ engine, place }, work) {
  const started = performance.now();
  await connected(engine, place, work);
  return performance.now() - started;
}

/** How many memberships one side has and the other has not. */
export async function differences({ engine, place }, one, other) {
  const missing = (left, right) => `SELECT count(*) AS n FROM ((${left}) EXCEPT (${right})) AS missing`;
  const [[count]] = await query(
    engine,
    place,
    `SELECT CAST(sum(n) AS varchar(20)) FROM (${missing(one, other)} UNION ALL ${missing(other, one)}) AS counted`,
  );
  return Number(count);
}

/** Medians of segsync's ticks. */
export function summaryOf(ticks) {
  const of = (value) => median(ticks.map(value));
  return {
    run_ms: of(({ runMs }) => runMs),
    tick_ms: of(({ tickMs }) => tickMs),
    affected: of(({ affected }) => affected),
    changes: of(({ entered, exited }) => entered + exited),
    mode: [...new Set(ticks.map(({ mode }) => mode))].join('+'),
  };
}
