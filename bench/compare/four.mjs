/** The four segments by every side: segsync, by hand, naive, and the scripts where they are given. */
import * as byHand from './by-hand.mjs';
import * as naive from './naive.mjs';
import { differences, timed } from './rounds.mjs';
import { runScript } from './scripts.mjs';
import { FOUR } from './segments.mjs';
import { openSegsync } from './segsync.mjs';

/** Sides whose ticks take long and cost the same whatever changed. */
export const SLOW = ['naive', 'naive.sh'];

/** Opens the sides at the first use, each with everyone's first tick behind it. */
export async function openFour(bench) {
  bench.four ??= await begin(bench);
  return bench.four;
}

async function begin(bench) {
  const segsync = await openSegsync(bench, { name: 'four', segments: FOUR });
  bench.progress('four segments: first ticks');
  await segsync.tick(bench.now);
  await timed(bench, (connection) => byHand.begin(connection, bench));
  const beside = {
    'by hand': () => timed(bench, (connection) => byHand.tick(connection, bench)),
    naive: () => timed(bench, (connection) => naive.tick(connection, bench)),
    ...(bench.scripts === undefined ? {} : scriptsOf(bench)),
  };
  await beside.naive();
  await beside['incr.sh']?.();
  await bench.settle();
  return { segsync, beside };
}

function scriptsOf(bench) {
  return { 'incr.sh': () => runScript(bench, 'incr.sh'), 'naive.sh': () => runScript(bench, 'naive.sh') };
}

/** Whether all sides hold the same members after their last tick, which was at the same instant. */
export async function sameFour(bench, { segsync }, label) {
  const apart = {
    'segsync, by hand': await differences(bench, segsync.members, byHand.members),
    'segsync, naive': await differences(bench, segsync.members, naive.members),
  };
  return { label, same: Object.values(apart).every((count) => count === 0), apart };
}
