/** The project: twenty realtime segments to one webhook, and a daily one of everybody to the same. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SEGMENTS } from './segments.mjs';

/** `withLoad`: the daily segment is there, too. */
export async function writeProject(folder, { target, url, withLoad }) {
  await write(folder, 'segsync.yaml', projectText(target));
  const lines = ['type: webhook', `url: ${url}`, 'allow_private_address: true', 'rate: 1000/s'];
  await write(folder, 'destinations/out.yaml', `${lines.join('\n')}\n`);
  for (const [name, where] of Object.entries(SEGMENTS)) await writeSegment(folder, name, 'realtime', where);
  if (withLoad) await writeSegment(folder, 'everybody', 'daily', '{ trait: loyalty_points, gte: 0 }');
}

function writeSegment(folder, name, tier, where) {
  const sync = 'sync:\n  - to: out\n    match: [email, external_id]\n';
  return write(folder, `segments/${name}.yaml`, `entity: customer\ntier: ${tier}\nwhere: ${where}\n${sync}`);
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
    reconcile: never
    identifiers:
      email: { trait: email, kind: email }
      external_id: { trait: customer_id, kind: external_id }
    sources:
      events: { table: shop.events, split: name, key: customer_id, time: occurred_at, cursor: ingested_at, append_only: true }
guards: { max_remove: 100%, max_add: 100% }
`;
}

async function write(folder, path, text) {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
