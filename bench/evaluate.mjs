/**
 * `npm run bench`: what evaluating costs, side by side on DuckDB and PostgreSQL: everyone against who can have changed,
 * twenty segments in one tick against twenty ticks. Ratios are the result; seconds belong to the machine.
 */
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { INDEXED } from './data.mjs';
import { readOptions } from './options.mjs';
import { writeProject } from './project.mjs';
import { progress, reportText } from './report.mjs';
import { sameMembers, summarize } from './summary.mjs';

const ORDER = ['load', 'first', 'full', 'incremental', 'apart', 'check'];

const options = readOptions(process.argv.slice(2));
const results = [];
for (const engine of options.engines) results.push(await measure(engine));
const document = {
  version: 1,
  customers: options.customers,
  events: options.events,
  cores: cpus().length,
  node: process.versions.node,
  engines: results,
  same_members: sameMembers(results),
};
process.stdout.write(options.json ? `${JSON.stringify(document, null, 2)}\n` : reportText(document));
process.exitCode = results.every(({ exact }) => exact) && document.same_members !== false ? 0 : 1;

async function measure(engine) {
  const folder = await mkdtemp(join(tmpdir(), 'segsync-bench-'));
  const { start, dialect } = await import(`./engines/${engine}.mjs`);
  const started = await start({ folder, keep: options.keep });
  try {
    await writeProject(folder, started.target);
    const figures = {};
    let carried = { now: 0, round: 0 };
    for (const phase of ORDER) {
      progress(`${started.describe}: ${phase}`);
      figures[phase] = await inProcess({ phase, engine, place: started.place, folder, options, ...carried });
      carried = { now: figures[phase].now, round: figures[phase].round ?? carried.round };
    }
    const settings = `${started.settings}; ${dialect.indexed ? INDEXED : 'no indexes'}`;
    return summarize({ engine, started: { ...started, settings }, figures, customers: options.customers });
  } finally {
    await started.close();
    if (options.keep) progress(`kept: ${folder}, ${started.kept}`);
    else await rm(folder, { recursive: true, force: true });
  }
}

function inProcess(request) {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('./worker.mjs', import.meta.url)));
    child.once('message', ({ figures, error }) => {
      if (error) reject(new Error(`${request.phase} failed: ${error}`));
      else resolve(figures);
    });
    child.once('exit', (code) => {
      if (code !== 0) reject(new Error(`${request.phase} ended with code ${code}`));
    });
    child.send(request);
  });
}
