/** Writes schemas/output/*.json from what the built program says of its documents; `--check` only compares. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { jsonSchemaOf, OUTPUTS } from '../dist/report/schemas/index.js';

const FOLDER = resolve(import.meta.dirname, '../schemas/output');
const texts = new Map(
  Object.entries(OUTPUTS).map(([name, output]) => [
    `${name}.json`,
    `${JSON.stringify(jsonSchemaOf(output), null, 2)}\n`,
  ]),
);

if (process.argv.includes('--check')) {
  const stale = [];
  for (const name of await readdir(FOLDER)) if (!texts.has(name)) stale.push(name);
  for (const [name, text] of texts) {
    if ((await readFile(join(FOLDER, name), 'utf8').catch(() => '')) !== text) stale.push(name);
  }
  if (stale.length > 0) {
    process.stderr.write(
      `out of date: ${stale.join(', ')}; npm run build && node scripts/write-output-schemas.mjs\n`,
    );
    process.exitCode = 1;
  }
} else {
  await mkdir(FOLDER, { recursive: true });
  for (const [name, text] of texts) await writeFile(join(FOLDER, name), text);
}
