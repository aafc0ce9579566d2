// How long the program takes to start, against bare node: medians of pairs run in turn. `npm run bench:startup`.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ROUNDS = 15;
const COMMANDS = {
  'node -e 0': ['-e', '0'],
  'segsync --version': [CLI, '--version'],
  'segsync --help': [CLI, '--help'],
  'segsync validate': [CLI, 'validate', '--project-dir', ROOT],
};

const times = Object.fromEntries(Object.keys(COMMANDS).map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, args] of Object.entries(COMMANDS)) {
    const begin = performance.now();
    spawnSync(process.execPath, args);
    times[name].push(performance.now() - begin);
  }
}
const median = (all) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)];
const bare = median(times['node -e 0']);
for (const [name, all] of Object.entries(times)) {
  const took = median(all);
  console.log(
    `${name.padEnd(20)} ${took.toFixed(0).padStart(5)} ms  ${(took / bare).toFixed(1)} x bare node`,
  );
}
