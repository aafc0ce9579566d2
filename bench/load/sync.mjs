/** The first sync from nothing, as a user runs it: a process that starts, evaluates all events and sends everyone. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inProcess } from './processes.mjs';
import { BUYERS_AND_OTHERS, writeProject } from './project.mjs';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export async function measure(bench) {
  const { receiver, rows, customers, events } = bench;
  const place = await bench.place('sync');
  bench.progress('first sync: data');
  await inProcess({ phase: 'data', ...place, customers, events });
  await writeProject(place.folder, {
    target: place.target,
    segments: { all: { where: BUYERS_AND_OTHERS, tier: 'daily' } },
    url: receiver.url,
    rows,
    rate: '1000000/s',
  });
  await receiver.ask('reset');
  bench.progress('first sync: run');
  const { ms, report } = await run(['run', '--all', '--json', '--project-dir', place.folder]);
  const counted = await receiver.ask('count');
  await place.close();
  const [segment] = report.segments;
  const [sync] = report.syncs;
  return { ms, evaluateMs: segment.duration_ms, deliverMs: sync.duration_ms, counted, customers };
}

function run(args) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.once('close', (code) => {
      const ms = performance.now() - started;
      const text = Buffer.concat(chunks).toString();
      if (code === 0) resolve({ ms, report: JSON.parse(text) });
      else reject(new Error(`segsync run ended with ${code}: ${text}`));
    });
  });
}
