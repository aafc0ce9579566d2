/** A small project for a process that stays: one segment a tier over two tables, each sent to a file of its own. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Folder {
  readonly path: string;
  write(file: string, text: string): Promise<void>;
  remove(): Promise<void>;
}

export async function makeFolder(files: Readonly<Record<string, string>>): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'segsync-resident-'));
  const write = async (file: string, text: string): Promise<void> => {
    await mkdir(dirname(join(path, file)), { recursive: true });
    await writeFile(join(path, file), text);
  };
  for (const [file, text] of Object.entries(files)) await write(file, text);
  return { path, write, remove: () => rm(path, { recursive: true, force: true }) };
}

export const SEED = `CREATE SCHEMA shop;
CREATE TABLE shop.customers (customer_id VARCHAR, email VARCHAR, updated_at TIMESTAMPTZ);
CREATE TABLE shop.events (customer_id VARCHAR, name VARCHAR, occurred_at TIMESTAMPTZ, ingested_at TIMESTAMPTZ);
INSERT INTO shop.customers SELECT 'c' || i, 'c' || i || '@example.com', TIMESTAMPTZ '2026-10-01 00:00:00Z' FROM range(20) r(i);
`;

/** `target`: the target's options as YAML; `tiers`: the project's own. */
export function projectText({
  target,
  tiers = '',
  timezone = 'Europe/Berlin',
}: {
  target: string;
  tiers?: string;
  timezone?: string;
}): string {
  return `version: 1
project: resident
timezone: ${timezone}
default_target: dev
targets:
  dev: ${target}
entities:
  customer:
    table: shop.customers
    key: customer_id
    cursor: updated_at
    reconcile: never
    identifiers:
      email: { trait: email, kind: email }
    sources:
      events: { table: shop.events, split: name, key: customer_id, time: occurred_at, cursor: ingested_at, append_only: true }
guards: { max_remove: 100%, max_add: 100% }
${tiers}`;
}

export function segmentText(tier: string, within: string, to = 'out'): string {
  return `entity: customer\ntier: ${tier}\nwhere: { did: viewed, within: ${within} }\nsync: [{ to: ${to}, match: [email] }]\n`;
}

export const FILE_DESTINATION = 'type: file\ndirectory: out\n';
