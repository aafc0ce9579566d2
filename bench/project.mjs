/** The projects that are benchmarked, as files on disk: one entity and its segments. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SEGMENTS } from './segments.mjs';

/** Twenty segments over events and a score, no syncs. */
export function writeProject(folder, target) {
  const entity = `
    table: shop.customers
    key: customer_id
    cursor: updated_at
    traits:
      churn_score: { table: shop.scores, key: customer_id, column: score, cursor: scored_at }
    sources:
      events: { table: shop.events, split: name, key: customer_id, time: occurred_at, cursor: ingested_at, append_only: true }`;
  return writeFiles(folder, { target, entity, segments: SEGMENTS });
}

/**
 * A project in `folder`. `target` is the warehouse's options as YAML reads them, `entity` and `segments` the texts of
 * the customer and of what each `where:` says; with `destination`, every segment is sent there.
 */
export async function writeFiles(folder, { target, entity, segments, schema = 'segsync', destination }) {
  await write(folder, 'segsync.yaml', projectText(target, schema, entity));
  for (const [name, where] of Object.entries(segments)) {
    const sync = destination === undefined ? '' : 'sync:\n  - to: out\n';
    await write(
      folder,
      `segments/${name}.yaml`,
      `entity: customer\ntier: frequent\nwhere:${spaced(where)}\n${sync}`,
    );
  }
  if (destination !== undefined) await write(folder, 'destinations/out.yaml', destination);
}

function projectText(target, schema, entity) {
  return `version: 1
project: bench
default_target: bench
targets:
  bench: ${JSON.stringify(target)}
state: { schema: ${schema} }
entities:
  customer:${entity}
`;
}

/** A condition in one line stands beside its key. */
function spaced(where) {
  return where.startsWith('\n') ? where : ` ${where}`;
}

async function write(folder, path, text) {
  const file = join(folder, path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, text);
}
