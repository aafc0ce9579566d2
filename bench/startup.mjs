// How long the program takes to start, against bare node: medians of rounds run in turn. `npm run bench:startup`.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ROUNDS = 15;
const SEGMENTS = 500;

const many = projectOf(SEGMENTS);
const COMMANDS = {
  'node -e 0': ['-e', '0'],
  'segsync --version': [CLI, '--version'],
  'segsync --help': [CLI, '--help'],
  'segsync validate (quick start)': [CLI, 'validate', '--project-dir', ROOT],
  [`segsync validate (${SEGMENTS} segments)`]: [CLI, 'validate', '--project-dir', many],
};

try {
  print(measure());
} finally {
  rmSync(many, { recursive: true, force: true });
}

function measure() {
  const times = Object.fromEntries(Object.keys(COMMANDS).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, args] of Object.entries(COMMANDS)) {
      const begin = performance.now();
      const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      times[name].push(performance.now() - begin);
      // A program that stops early is quick, and measures nothing.
      if (status !== 0) throw new Error(`${name} ended with ${status}:\n${stderr}`);
    }
  }
  return times;
}

function print(times) {
  const bare = median(times['node -e 0']);
  for (const [name, all] of Object.entries(times)) {
    const took = median(all);
    const ratio = (took / bare).toFixed(1);
    console.log(`${name.padEnd(32)} ${took.toFixed(0).padStart(5)} ms  ${ratio.padStart(5)} x bare node`);
  }
}

function median(all) {
  return all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)];
}

/** A project of `count` segments, each of a few conditions and with one sync. */
function projectOf(count) {
  const folder = mkdtempSync(join(tmpdir(), 'segsync-startup-'));
  for (const name of ['segments', 'destinations']) mkdirSync(join(folder, name));
  writeFileSync(
    join(folder, 'segsync.yaml'),
    `version: 1
project: many
targets:
  dev: { type: duckdb, path: data.duckdb }
entities:
  customer:
    table: shop.customers
    key: customer_id
    cursor: updated_at
    identifiers:
      email: { trait: email, kind: email }
    sources:
      orders: { table: shop.orders, key: customer_id, time: ordered_at, cursor: loaded_at }
`,
  );
  writeFileSync(join(folder, 'destinations/files.yaml'), 'type: file\ndirectory: out\nformat: ndjson\n');
  for (let i = 1; i <= count; i++) {
    writeFileSync(
      join(folder, `segments/segment_${i}.yaml`),
      `entity: customer
tier: daily
where:
  all:
    - did: orders
      within: ${i}d
      sum: { of: amount, gte: ${i} }
    - any:
        - { trait: opt_in, eq: true }
        - { trait: points, gte: ${i} }
sync:
  - to: files
`,
    );
  }
  return folder;
}
