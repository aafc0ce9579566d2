/**
 * `npm run bench:load`: what delivering costs, on DuckDB and PostgreSQL: the first load of an audience beside the same
 * bodies posted by a bare loop, and the first sync from nothing.
 * Ratios are the result; seconds belong to the machine.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOptions } from './load/options.mjs';
import { startReceiver } from './load/processes.mjs';
import { isWhole, reportText } from './load/report.mjs';
import { progress } from './report.mjs';

const options = readOptions(process.argv.slice(2));
const engines = [];
for (const name of options.engines) engines.push(await measureEngine(name));
const document = {
  version: 1,
  rows: options.rows,
  cores: cpus().length,
  node: process.versions.node,
  engines,
};
process.stdout.write(options.json ? `${JSON.stringify(document, null, 2)}\n` : reportText(document));
process.exitCode = engines.every(isWhole) ? 0 : 1;

async function measureEngine(name) {
  const engine = await import(`./engines/${name}.mjs`);
  const receiver = await startReceiver();
  let described;
  /** A database and a folder of its own for each project. */
  const place = async (of) => {
    const root = await mkdtemp(join(tmpdir(), `segsync-load-${of}-`));
    const folder = join(root, 'project');
    await mkdir(folder);
    const started = await engine.start({ folder: root, keep: options.keep });
    described = started;
    return {
      engine: name,
      place: started.place,
      folder,
      target: started.target,
      async close() {
        await started.close();
        if (options.keep) progress(`kept: ${root}, ${started.kept}`);
        else await rm(root, { recursive: true, force: true });
      },
    };
  };
  const bench = { ...options, name, receiver, place, progress: (text) => progress(`${name}: ${text}`) };
  const figures = {};
  try {
    for (const part of options.parts) {
      const { measure } = await import(`./load/${part}.mjs`);
      figures[part] = await measure(bench);
    }
  } finally {
    receiver.close();
  }
  return { engine: name, name: described.describe, settings: described.settings, ...figures };
}
