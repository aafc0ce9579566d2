/** One tick of 1, 4, 40, 100, 500 segments over the same tables after 0.1 % of the customers changed. */
import { figuresOf } from './figures.mjs';
import { differences, measureRounds, timed } from './rounds.mjs';
import { runScript } from './scripts.mjs';
import { manySegments } from './segments.mjs';
import { openSegsync, settle } from './segsync.mjs';
import * as shared from './shared.mjs';
import { MINUTE } from './shop.mjs';

/** Recomputing more segments at once takes minutes. */
const MOST_SHARED = 40;
const SHARED_AIM = { 40: 1 / 7 };
/** Beside a tick of one segment. */
const ONE_AIM = { 100: 5 };

export async function measure(bench) {
  const [figures, checks] = [[], []];
  const one = await open(bench, 1);
  const alone = async () => (await one.tick(bench.now)).runMs;
  for (const count of bench.many) {
    const segsync = count === 1 ? one : await open(bench, count);
    const recomputed = count <= MOST_SHARED ? await openShared(bench, count) : {};
    await bench.settle();
    await settle(bench, segsync);
    await alone();
    bench.progress(`${count} segments`);
    const measured = await measureRounds(bench, {
      segsync,
      beside: { ...recomputed, ...(count === 1 ? {} : { 'one segment': alone }) },
      slow: Object.keys(recomputed),
      share: 0.001,
      advance: MINUTE,
      rounds: bench.rounds,
    });
    const label = `${count} segment${count === 1 ? '' : 's'}, 0.1 % changed`;
    const aims = { shared: SHARED_AIM[count], 'one segment': ONE_AIM[count] };
    figures.push(...figuresOf('many', label, measured, aims));
    if (recomputed.shared) checks.push(await sameAsShared(bench, segsync, label));
  }
  return { figures, checks };
}

async function open(bench, count) {
  bench.progress(`${count} segments: first tick`);
  const segsync = await openSegsync(bench, { name: `many_${count}`, segments: manySegments(count) });
  await segsync.tick(bench.now);
  return segsync;
}

async function sameAsShared(bench, segsync, label) {
  const count = await differences(bench, segsync.members, shared.members);
  return { label, same: count === 0, apart: { 'segsync, shared': count } };
}

async function openShared(bench, count) {
  await timed(bench, (connection) => shared.begin(connection, bench));
  const beside = {
    shared: () => timed(bench, (connection) => shared.tick(connection, bench, count)),
    ...(bench.scripts === undefined
      ? {}
      : { 'shared.sh': () => runScript(bench, 'shared.sh', String(count)) }),
  };
  for (const tick of Object.values(beside)) await tick();
  return beside;
}
