/** The project that is benchmarked, as files on disk: one entity with events and a score, twenty segments, no syncs. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SEGMENTS } from './segments.mjs';

/** Writes the project into `folder`; `target` is the warehouse's options as YAML reads them. */
export async function writeProject(folder, target) {
  await mkdir(join(folder, 'segments'), { recursive: true });
  await writeFile(join(folder, 'segsync.yaml'), projectText(target));
  for (const [name, where] of Object.entries(SEGMENTS)) {
    await writeFile(join(folder, 'segments', `${name}.yaml`), segmentText(where));
  }
}

function projectText(target) {
  return `version: 1
project: bench
default_target: bench
targets:
  bench: ${JSON.stringify(target)}
entities:
  customer:
    table: shop.customers
    key: customer_id
    cursor: updated_at
    traits:
      churn_score: { table: shop.scores, key: customer_id, column: score, cursor: scored_at }
    sources:
      events: { table: shop.events, split: name, key: customer_id, time: occurred_at, cursor: ingested_at, append_only: true }
`;
}

function segmentText(where) {
  return `entity: customer\ntier: frequent\nwhere:${where}\n`;
}
