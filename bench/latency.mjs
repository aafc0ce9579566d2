/**
 * `npm run bench:latency`: from the insert of a row to the acknowledged delivery, with `segsync run --watch` on
 * PostgreSQL: by looking, woken by triggers, and while a daily sync loads everybody to the same destination.
 */
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { loadStatements, START } from './data.mjs';
import { afterLoad, connect, dialect, start } from './engines/postgres.mjs';
import { readOptions } from './latency/options.mjs';
import { writeProject } from './latency/project.mjs';
import { reportText } from './latency/report.mjs';
import { classify, recentEvents, TRIGGERS } from './latency/sql.mjs';
import { startReceiver } from './load/processes.mjs';
import { progress } from './report.mjs';

const file = (name) => fileURLToPath(new URL(`./latency/${name}`, import.meta.url));
const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
/** What is on its way when the writing ends has so long to arrive. */
const DRAIN_MS = 5_000;

const options = readOptions(process.argv.slice(2));
const folder = await mkdtemp(join(tmpdir(), 'segsync-bench-latency-'));
const server = await start({ folder, keep: options.keep });
const receiver = await startReceiver(file('receiver.mjs'));
const database = await connect(server.place);
try {
  progress(`${server.describe}: load`);
  const shift = Date.now() * 1000 - 3_600_000_000 - START;
  const shifted = { ...dialect, instant: (micros) => dialect.instant(`${micros} + ${shift}`) };
  const index = 'CREATE INDEX ON shop.events (customer_id, occurred_at)';
  const indexes = afterLoad.map((sql) => (sql.includes('shop.events (customer_id)') ? index : sql));
  for (const sql of [...loadStatements(shifted, options), ...indexes]) await database.run(sql);
  const phases = [];
  for (const phase of options.phases) phases.push(await measure(phase));
  const { customers, events, rate, seconds } = options;
  const document = {
    version: 1,
    ...{ customers, events, rate, seconds, phases },
    cores: cpus().length,
    node: process.versions.node,
    engine: server.describe,
  };
  process.stdout.write(options.json ? `${JSON.stringify(document, null, 2)}\n` : reportText(document));
} finally {
  await database.close();
  receiver.close();
  await server.close();
  if (options.keep) progress(`kept: ${folder}, ${server.kept}`);
  else await rm(folder, { recursive: true, force: true });
}

async function measure(phase) {
  progress(`${phase}: half an hour of events, and the first load`);
  await database.run('DROP SCHEMA IF EXISTS segsync CASCADE');
  for (const sql of recentEvents(options)) await database.run(sql);
  const target = { ...server.target, ...(phase === 'notify' ? { wake: 'notify' } : {}) };
  await writeProject(folder, { target, url: receiver.url, withLoad: false });
  let resident = watch();
  try {
    await settled();
    if (phase === 'notify') for (const sql of TRIGGERS) await database.run(sql);
    if (phase === 'load') {
      await resident.stop();
      await writeProject(folder, { target, url: receiver.url, withLoad: true });
      resident = watch();
      await sleep(2_000);
    }
    progress(`${phase}: ${options.seconds} s at ${options.rate} events a second`);
    const before = await resident.figures();
    await receiver.ask('begin');
    const { written } = await write();
    const after = await resident.figures();
    await sleep(DRAIN_MS);
    const { received, loaded } = await receiver.ask('end');
    const latencies = await classify(server.place, received);
    const per = (name) => (after[name] - before[name]) / options.seconds;
    return {
      phase,
      written,
      changes: received.length,
      latencies,
      statements_per_second: Math.round(per('statements')),
      cpu_share: per('cpuMs') / 1000,
      ...(phase === 'load' ? { loaded } : {}),
    };
  } finally {
    await resident.stop();
  }
}

/** The program itself, as a service manager starts it. */
function watch() {
  const child = fork(CLI, ['run', '--watch', '--quiet', '--project-dir', folder], {
    execArgv: ['--import', file('counting.mjs')],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  // Messages wait for the first listener: the newest is what counts.
  let newest;
  child.on('message', (figures) => {
    newest = figures;
  });
  return {
    figures: async () => newest,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Every realtime sync has what its segment has. */
async function settled() {
  for (;;) {
    await sleep(1_000);
    const rows = await database
      .rows(
        "SELECT count(*) FROM segsync.syncs AS s JOIN segsync.segments AS g USING (segment) WHERE s.delivered_at > clock_timestamp() - INTERVAL '3 seconds' AND g.tier = 'realtime'",
      )
      .catch(() => [['0']]);
    if (rows[0][0] === '20') return;
  }
}

function write() {
  const child = fork(file('writer.mjs'));
  const { rate, seconds, customers } = options;
  child.send({ url: server.place, rate, seconds, customers, firstId: Date.now() * 1000 });
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => code !== 0 && reject(new Error(`the writer ended with code ${code}`)));
  });
}
