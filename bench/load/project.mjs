/** The projects that are loaded: everyone in one audience, and one that people leave at any time. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const FIELDS =
  '{ country: country, plan: plan, points: loyalty_points, opted_in: email_opt_in, since: created_at }';

export const EVERYONE = '{ trait: loyalty_points, gte: 0 }';
/** Everyone, and all events are read to know. */
export const BUYERS_AND_OTHERS = '{ any: [{ did: order_completed }, { did_not: order_completed }] }';
/** Who has points and loses them leaves. */
export const KEEN = '{ all: [{ trait: plan, eq: team }, { trait: loyalty_points, gte: 900 }] }';

/** `segments`: `{name: {where, tier}}`, each sent to one webhook at `url`, `rows` changes in a request, at `rate`. */
export async function writeProject(folder, { target, segments, url, rows, rate, concurrency = 4 }) {
  await write(folder, 'segsync.yaml', projectText(target));
  const lines = [
    'type: webhook',
    `url: ${url}`,
    'allow_private_address: true',
    `batch_size: ${rows}`,
    `concurrency: ${concurrency}`,
    `rate: ${rate}`,
  ];
  await write(folder, 'destinations/out.yaml', `${lines.join('\n')}\n`);
  for (const [name, { where, tier }] of Object.entries(segments)) {
    const sync = `sync:\n  - to: out\n    match: [email, external_id]\n    fields: ${FIELDS}\n`;
    await write(folder, `segments/${name}.yaml`, `entity: customer\ntier: ${tier}\nwhere: ${where}\n${sync}`);
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
    reconcile: never
    identifiers:
      email: { trait: email, kind: email }
      external_id: { trait: customer_id, kind: external_id }
    sources:
      events: { table: shop.events, split: name, key: customer_id, time: occurred_at, cursor: ingested_at, append_only: true }
`;
}

async function write(folder, path, text) {
  const file = join(folder, path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, text);
}
