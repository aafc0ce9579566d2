/** The simulated company's project: read from files once, varied by seed afterwards. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadProject } from '../../src/config/load.ts';
import type { Project, Sync } from '../../src/config/project.ts';
import { realWorld } from '../../src/world.ts';
import type { Person, Segment } from './shop.ts';

const FILES: Readonly<Record<string, string>> = {
  'segsync.yaml': `version: 1
project: simulation
default_target: test
targets: {test: {type: duckdb, path: simulation.duckdb}}
entities:
  person:
    table: shop.people
    key: id
    cursor: updated_at
    identifiers:
      email: {trait: email, kind: email}
    sources:
      visits: {table: shop.visits, key: person_id, time: visited_at, cursor: seen_at, append_only: true}
`,
  'segments/inside.yaml': `entity: person
tier: frequent
where: {trait: status, eq: inside}
sync:
  - {to: hook, match: [email], consent: {trait: consent}, fields: {name: name}}
  - {to: hook, name: everyone, audience: everyone, match: [email], fields: {name: name}}
`,
  'segments/active.yaml': `entity: person
tier: realtime
where: {all: [{did: visits, within: 10m}, {not: {trait: status, eq: gone}}]}
sync: [{to: hook, match: [email], fields: {name: name}}]
`,
  'destinations/hook.yaml': 'type: webhook\nurl: http://hook.test/\n',
};

export interface Variant {
  readonly batchSize: number;
  readonly concurrency: number;
  readonly rate: string;
  readonly guards: Sync['guards'];
}

export const OPEN_GUARDS: Sync['guards'] = { maxRemove: '100', maxAdd: '1000000', minGuardedSize: 1000 };

export async function readProject(destination?: string): Promise<Project> {
  const root = await mkdtemp(join(tmpdir(), 'segsync-simulation-'));
  const files = { ...FILES, ...(destination === undefined ? {} : { 'destinations/hook.yaml': destination }) };
  try {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), content);
    }
    return (await loadProject(realWorld(), { projectDir: root })).project;
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

export function varied(project: Project, { batchSize, concurrency, rate, guards }: Variant): Project {
  const hook = project.destinations.get('hook')!;
  const options =
    hook.type === 'webhook' ? { ...hook.options, batch_size: batchSize, concurrency, rate } : hook.options;
  const syncs = [...project.syncs].map(([name, sync]) => [name, { ...sync, guards }] as const);
  return {
    ...project,
    destinations: new Map([['hook', { ...hook, options }]]),
    syncs: new Map(syncs),
  };
}

/** What each sync keeps equal to what. */
export const SYNCS: Readonly<Record<string, { segment: Segment; audience: string; asksConsent: boolean }>> = {
  'active.hook': { segment: 'active', audience: 'active', asksConsent: false },
  'inside.everyone': { segment: 'inside', audience: 'everyone', asksConsent: false },
  'inside.hook': { segment: 'inside', audience: 'inside', asksConsent: true },
};

/** What is sent of a person. */
export function payloadOf({ email, name }: Person): {
  identifiers: Record<string, string>;
  fields: Record<string, string>;
} {
  return { identifiers: email === null ? {} : { email }, fields: { name } };
}
