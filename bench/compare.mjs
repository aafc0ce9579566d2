/**
 * `npm run bench:compare`: segsync beside other ways to keep the same segments, side by side in one run on DuckDB and
 * PostgreSQL: SQL written by hand for them, recomputing them, recomputing many in one scan. Ratios are the result.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOptions } from './compare/options.mjs';
import { reportText } from './compare/report.mjs';
import { indexesOf, NOW, shopOf } from './compare/shop.mjs';
import { execute } from './engines/statements.mjs';
import { progress } from './report.mjs';

const options = readOptions(process.argv.slice(2));
const engines = [];
for (const name of options.engines) engines.push(await compare(name));
const { customers, events } = options;
const document = {
  version: 1,
  customers,
  events,
  cores: cpus().length,
  node: process.versions.node,
  engines,
};
process.stdout.write(options.json ? `${JSON.stringify(document, null, 2)}\n` : reportText(document));
process.exitCode = engines.every(({ checks }) => checks.every(({ same }) => same)) ? 0 : 1;

async function compare(name) {
  const folder = await mkdtemp(join(tmpdir(), 'segsync-compare-'));
  const engine = await import(`./engines/${name}.mjs`);
  const started = await engine.start({ folder, keep: options.keep });
  try {
    const bench = await prepare({ name, engine, folder, started });
    const [figures, checks] = [[], []];
    for (const part of options.parts) {
      const { measure } = await import(`./compare/${part}.mjs`);
      const measured = await measure(bench);
      figures.push(...measured.figures);
      checks.push(...measured.checks);
    }
    return { engine: name, name: started.describe, settings: started.settings, figures, checks };
  } finally {
    await started.close();
    if (options.keep) progress(`kept: ${folder}, ${started.kept}`);
    else await rm(folder, { recursive: true, force: true });
  }
}

/** What the parts share: the loaded shop, the clock `now`, how many changes there were. */
async function prepare({ name, engine, folder, started }) {
  const { place, target, describe } = started;
  const { dialect } = engine;
  const shop = shopOf(dialect, options);
  const say = (text) => progress(`${describe}: ${text}`);
  const settle = () => execute(engine, place, engine.settle);
  say('load');
  await execute(engine, place, [...shop.load, ...(dialect.indexed ? indexesOf(shop) : [])]);
  await settle();
  const scripts = dialect.indexed ? options.scripts : undefined;
  return {
    ...options,
    name,
    engine,
    dialect,
    folder,
    place,
    shop,
    settle,
    scripts,
    target,
    progress: say,
    now: NOW,
    round: 0,
  };
}
