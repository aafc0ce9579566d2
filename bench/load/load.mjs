/** The first load of an audience, beside the same bodies posted by a bare loop. */
import { join } from 'node:path';
import { inProcess } from './processes.mjs';
import { EVERYONE, writeProject } from './project.mjs';

const CONCURRENCY = 4;
/** No limit: what is measured is the program. */
const RATE = '1000000/s';
const CEILINGS = 3;

export async function measure(bench) {
  const sizes = [];
  for (const members of bench.members) sizes.push(await loadOf(bench, members));
  return { sizes };
}

async function loadOf(bench, members) {
  const { receiver, rows, profile } = bench;
  const place = await bench.place(`load_${members}`);
  const request = { ...place, concurrency: CONCURRENCY };
  bench.progress(`${members} members: data`);
  await inProcess({ phase: 'data', ...request, customers: members, events: 1000 });
  await writeProject(place.folder, {
    target: place.target,
    segments: { everyone: { where: EVERYONE, tier: 'daily' } },
    url: receiver.url,
    rows,
    rate: RATE,
    concurrency: CONCURRENCY,
  });
  bench.progress(`${members} members: evaluate`);
  await inProcess({ phase: 'evaluate', ...request });
  bench.progress(`${members} members: deliver`);
  await receiver.ask('reset');
  const load = await inProcess({ phase: 'deliver', ...request }, { profile });
  const counted = await receiver.ask('count');
  const file = join(place.folder, 'bodies');
  await receiver.ask('save', { file });
  bench.progress(`${members} members: bare loop`);
  const ceilings = [];
  for (let each = 0; each < CEILINGS; each += 1) {
    await receiver.ask('reset');
    ceilings.push(await inProcess({ phase: 'ceiling', ...request, file, url: receiver.url }));
  }
  await receiver.ask('reset');
  await place.close();
  return { members, counted, load, ceiling: ceilings.sort((a, b) => a.ms - b.ms)[1] };
}
