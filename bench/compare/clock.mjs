/** The four segments after the clock moved on and no row arrived. */
import { figuresOf } from './figures.mjs';
import { openFour, SLOW, sameFour } from './four.mjs';
import { measureRounds } from './rounds.mjs';
import { FOUR } from './segments.mjs';
import { openSegsync, settle } from './segsync.mjs';
import { DAY, HOUR, MINUTE } from './shop.mjs';

/** A day beside `naive`, where rows are found by an index and where columns are read whole. */
const DAY_AIM = { postgres: 1 / 3, duckdb: 1 / 2 };

export async function measure(bench) {
  const four = await openFour(bench);
  const steps = [
    { label: 'a minute later', advance: MINUTE },
    { label: 'an hour later', advance: HOUR },
    { label: 'a day later', advance: DAY, aims: { naive: DAY_AIM[bench.name] } },
  ];
  const [figures, checks] = [[], []];
  await settle(bench, four.segsync);
  await four.beside['by hand']();
  for (const { label, advance, aims } of steps) {
    bench.progress(label);
    const measured = await measureRounds(bench, { ...four, advance, slow: SLOW, rounds: bench.rounds });
    figures.push(...figuresOf('clock', label, measured, aims));
    checks.push(await sameFour(bench, four, label));
  }
  figures.push(
    ...figuresOf('clock', 'a day later, everyone looked at as well', await measureDaily(bench, four)),
  );
  return { figures, checks };
}

/** Once a day a run also looks at everyone, for what no cursor shows. */
async function measureDaily(bench, { beside }) {
  bench.progress('a day later, everyone looked at as well');
  const segsync = await openSegsync(bench, { name: 'daily', segments: FOUR, reconcile: '24h' });
  await segsync.tick(bench.now);
  await bench.settle();
  await settle(bench, segsync);
  return measureRounds(bench, { segsync, beside: { naive: beside.naive }, advance: DAY, rounds: 1 });
}
