/**
 * How long a removal of a realtime audience takes from the customer's act to the other side: with nothing else going
 * on, and while a first load fills the same destination's budget of requests.
 */
import { inProcess } from './processes.mjs';
import { EVERYONE, KEEN, writeProject } from './project.mjs';

/** Two requests' time is 200 ms. */
const RATE = 10;
/** Removals a run. */
const LEAVERS = 3;

/** Undefined on DuckDB: it lets one run in at a time, and so one begins when the other has ended. */
export async function measure(bench) {
  const { receiver, rows, customers, name } = bench;
  if (name === 'duckdb') return undefined;
  const place = await bench.place('priority');
  bench.progress('priority: data');
  await inProcess({ phase: 'data', ...place, customers, events: 1000 });
  await writeProject(place.folder, {
    target: place.target,
    segments: {
      everyone: { where: EVERYONE, tier: 'daily' },
      keen: { where: KEEN, tier: 'realtime' },
    },
    url: receiver.url,
    rows,
    rate: `${RATE}/s`,
  });
  await receiver.ask('reset', { watch: 'keen.out' });
  bench.progress('priority: removals with and without a load');
  const { alone, beside, loadMs, loaded } = await inProcess(
    { phase: 'priority', ...place, leavers: LEAVERS },
    { onMessage: ({ ask }, child) => receiver.ask(ask).then((answer) => child.send(answer)) },
  );
  await receiver.ask('reset');
  await place.close();
  return { customers, rate: RATE, alone: sorted(alone), beside: sorted(beside), loadMs, loaded };
}

function sorted(delays) {
  return delays.toSorted((a, b) => a - b);
}
