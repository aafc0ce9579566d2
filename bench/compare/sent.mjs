/** What is sent: a line in a file for each change of a membership, no more and no fewer. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { change } from './rounds.mjs';
import { FOUR } from './segments.mjs';
import { openSegsync } from './segsync.mjs';
import { MINUTE } from './shop.mjs';

export async function measure(bench) {
  bench.progress('sending: first load');
  const destination = 'type: file\ndirectory: out\nformat: ndjson\n';
  const segsync = await openSegsync(bench, { name: 'sent', segments: FOUR, destination });
  const checks = [await tickAndCount(bench, segsync, 'first load')];
  for (const share of [0.001, 0]) {
    bench.progress(`sending: ${share * 100} % changed`);
    bench.now += MINUTE;
    if (share > 0) await change(bench, share);
    checks.push(await tickAndCount(bench, segsync, `${share * 100} % changed`));
  }
  return { figures: [], checks };
}

async function tickAndCount(bench, { folder, tick }, label) {
  const before = await linesIn(folder);
  const { entered, exited, runMs } = await tick(bench.now);
  const lines = (await linesIn(folder)) - before;
  const changes = entered + exited;
  return { label: `sent: ${label}`, same: lines === changes, apart: { changes, lines }, run_ms: runMs };
}

async function linesIn(folder) {
  const texts = await Promise.all(
    Object.keys(FOUR).map((name) => readFile(join(folder, 'out', `${name}.ndjson`), 'utf8').catch(() => '')),
  );
  return texts.reduce((count, text) => count + text.split('\n').length - 1, 0);
}
