/** A project whose data are people and whose options are secrets, and everything that a run of it tells. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProjectFiles, Rig } from '../chaos/rig.ts';
import type { Ended } from '../cli/segsync.ts';
import { PEOPLE, SECRETS } from './needles.ts';

export const leakyFiles: ProjectFiles = ({ target, url }) => ({
  'segsync.yaml': `version: 1
project: leaky
default_target: test
targets: {test: ${JSON.stringify(target)}}
entities:
  customer:
    table: shop.customers
    key: id
    cursor: updated_at
    identifiers:
      email: {trait: email, kind: email}
      phone: {trait: phone, kind: phone, default_country: DE}
guards: {max_remove: 10%, max_add: 9999999%, min_guarded_size: 1}
`,
  'segments/members.yaml': `entity: customer
tier: realtime
where: {trait: active, eq: true}
sync: [{to: hook, match: [email, phone], fields: {name: name}}]
`,
  'destinations/hook.yaml': `type: webhook
url: "${url}?capability=\${env:HOOK_CAPABILITY}"
secret: "\${env:HOOK_SECRET}"
headers: {Authorization: "Bearer \${env:HOOK_TOKEN}"}
allow_private_address: true
timeout: 1s
`,
});

export const ENVIRONMENT = {
  HOOK_SECRET: SECRETS.signing,
  HOOK_TOKEN: SECRETS.token,
  HOOK_CAPABILITY: SECRETS.path,
  GITHUB_ACTIONS: 'true',
};

const row = ({ key, email, phone, name }: (typeof PEOPLE)[number]): string =>
  `('${key}', '${email}', '${phone}', '${name}', TRUE, now())`;

export const PEOPLE_SQL: readonly string[] = [
  'CREATE SCHEMA shop',
  'CREATE TABLE shop.customers (id TEXT, email TEXT, phone TEXT, name TEXT, active BOOLEAN, updated_at TIMESTAMPTZ)',
  `INSERT INTO shop.customers VALUES ${PEOPLE.map(row).join(', ')}`,
];

/** A run that tells all it can; `told` is where and what, with the exit code. */
export async function tellAll(
  rig: Rig,
  args: readonly string[] = ['run', '--all'],
  environment: Readonly<Record<string, string>> = ENVIRONMENT,
): Promise<{ ended: Ended; told: Record<string, string> }> {
  const ended = await rig.call([...args, '--verbose', '--events', 'events.ndjson'], environment);
  const events = join(rig.folder, 'events.ndjson');
  return {
    ended,
    told: {
      stdout: ended.stdout,
      stderr: ended.stderr,
      events: existsSync(events) ? readFileSync(events, 'utf8') : '',
      ...(await stateTexts(rig)),
    },
  };
}

/** The tables that say how it went. (`membership`, `changes`, `ledger` and the keys in `rejections` are the data.) */
async function stateTexts({ query }: Rig): Promise<Record<string, string>> {
  const [there] = await query(
    "SELECT count(*) AS n FROM information_schema.tables WHERE table_schema = 'segsync' AND table_name = 'batches'",
  );
  if (there!.n === '0') return {};
  const texts: Record<string, string> = {};
  const columns = { rejections: 'sync, op, code, message' };
  for (const table of ['rejections', 'runs', 'syncs', 'batches', 'ticks', 'segments', 'meta', 'leases']) {
    const shown = columns[table as keyof typeof columns] ?? '*';
    texts[table] = JSON.stringify(await query(`SELECT ${shown} FROM segsync.${table}`));
  }
  return texts;
}
