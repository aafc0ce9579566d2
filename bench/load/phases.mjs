/** The phases, each run by a process of its own. */
import { readFile } from 'node:fs/promises';
import { openHttpClient } from '../../dist/http-client.js';
import { loadStatements } from '../data.mjs';
import { execute } from '../engines/statements.mjs';
import { watchMemory } from './memory.mjs';
import { priority } from './removals.mjs';
import { openRuns } from './runs.mjs';

/** By name: `(context) => figures`, `context` being `{engine, place, folder, ...}`. */
export const PHASES = { data, evaluate, deliver, ceiling, priority };

async function data({ engine, place, customers, events }) {
  await execute(engine, place, [
    ...loadStatements(engine.dialect, { customers, events }),
    ...engine.afterLoad,
  ]);
  return {};
}

/** Ticks without sending. */
async function evaluate({ engine, place, folder }) {
  const runs = await openRuns(folder);
  await runs.run({ syncs: [] });
  await execute(engine, place, engine.settle);
  return {};
}

/** Sends what was evaluated before. */
async function deliver({ engine, place, folder }) {
  const runs = await openRuns(folder);
  const memory = await watchMemory(engine, place);
  const before = process.cpuUsage();
  const started = performance.now();
  const { syncs } = await runs.run({ all: false });
  const ms = performance.now() - started;
  const { user, system } = process.cpuUsage(before);
  await runs.close();
  const delivered = syncs.reduce((sum, each) => sum + each.delivered.add, 0);
  return { ms, cpuMs: (user + system) / 1000, delivered, memory: memory.stop() };
}

/** The same bodies, made before, by the same client with as many requests in flight: nothing else to do. */
async function ceiling({ file, url, concurrency }) {
  const bodies = split(await readFile(file));
  const client = openHttpClient(undefined);
  let next = 0;
  const post = async () => {
    while (next < bodies.length) {
      const body = bodies[next++];
      const { status } = await client.request({
        method: 'POST',
        url,
        headers: { 'user-agent': 'segsync', 'content-type': 'application/json' },
        body,
        timeoutMs: 30_000,
        allowPrivateAddress: true,
      });
      if (status !== 200) throw new Error(`HTTP ${status}`);
    }
  };
  const before = process.cpuUsage();
  const started = performance.now();
  await Promise.all(Array.from({ length: concurrency }, post));
  const ms = performance.now() - started;
  const { user, system } = process.cpuUsage(before);
  await client.close();
  return { ms, cpuMs: (user + system) / 1000 };
}

function split(buffer) {
  const bodies = [];
  for (let at = 0; at < buffer.length; ) {
    const length = buffer.readUInt32LE(at);
    bodies.push(buffer.toString('utf8', at + 4, at + 4 + length));
    at += 4 + length;
  }
  return bodies;
}
