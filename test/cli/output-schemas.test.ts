/** What the program prints for programs holds to the published schemas, and to nothing beyond them. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { OUTPUTS } from '../../src/report/schemas/index.ts';
import { build, folderOf, SHOP, segsync } from './segsync.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'schemas/output');

function published(name: string): z.ZodType {
  return z.fromJSONSchema(JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')));
}

/** By the published schema, and by the strict one that it was made from: no key goes unmentioned. */
function expectFits(name: string, document: unknown): void {
  for (const schema of [published(name), OUTPUTS[name]!.schema]) {
    const { error } = schema.safeParse(document);
    expect(error === undefined ? '' : z.prettifyError(error), JSON.stringify(document, null, 2)).toBe('');
  }
}

/** Two destinations of which one is refused a folder, a segment that fails, one that is held. */
const FILES = {
  ...SHOP,
  'segments/failing.yaml':
    'entity: customer\ntier: daily\nwhere: { trait: nothing, eq: 1 }\nsync: [{ to: files }]\n',
  'segments/blocked.yaml': 'entity: customer\ntier: daily\nwhere: { did: orders }\nsync: [{ to: blocked }]\n',
  'segments/buyers_test.yaml': `segment: buyers
tests:
  - name: who ordered is a buyer
    at: 2026-11-22T10:00:00Z
    given: { customer: [{ customer_id: a }], orders: [{ customer_id: a }] }
    expect: { members: [a] }
  - name: nobody is
    at: 2026-11-22T10:00:00Z
    given: { customer: [{ customer_id: a }], orders: [{ customer_id: a }] }
    expect: { members: [] }
`,
  'destinations/blocked.yaml': 'type: file\ndirectory: blocked\n',
  blocked: 'no folder\n',
};

let folder: Awaited<ReturnType<typeof folderOf>>;
const seen = new Set<string>();

async function fits(name: string, args: readonly string[], where = folder.path): Promise<unknown> {
  const { stdout, stderr } = await segsync(where, args);
  expect(stdout, stderr).not.toBe('');
  const document: unknown = JSON.parse(stdout);
  expectFits(name, document);
  seen.add(name);
  return document;
}

beforeAll(async () => {
  await build();
  folder = await folderOf(FILES);
});
afterAll(() => folder[Symbol.asyncDispose]());

describe('documents', () => {
  it('of a plan before the first run', async () => {
    const plan = await fits('plan', ['plan', '--json', '--verbose']);
    expect(plan).toMatchObject({ definition_changes: expect.arrayContaining([expect.anything()]) });
  });

  it('of a run, with what failed', async () => {
    const run = await fits('run', ['run', '--json', '--events', 'events.ndjson']);
    expect(run).toMatchObject({
      status: 'failed',
      segments: expect.arrayContaining([expect.objectContaining({ error: expect.anything() })]),
      syncs: expect.arrayContaining([expect.objectContaining({ delivered: expect.anything() })]),
    });
  });

  it('of its events, a line each', async () => {
    const lines = (await readFile(join(folder.path, 'events.ndjson'), 'utf8')).trimEnd().split('\n');
    const events = lines.map((line) => JSON.parse(line) as { event: string });
    for (const event of events) expectFits('event', event);
    seen.add('event');
    expect(new Set(events.map(({ event }) => event))).toEqual(
      new Set([
        ...['run_started', 'segment_evaluated', 'tick_finished', 'request_ended', 'batch_settled'],
        ...['sync_progress', 'sync_finished', 'run_finished'],
      ]),
    );
  });

  it.each([
    ['status', ['status', '--json']],
    ['history', ['history', '--json']],
    ['segment-history', ['history', 'opted_in', '--json']],
    ['members', ['members', 'buyers', '--format', 'json']],
    ['membership', ['members', 'buyers', '--key', '7', '--json']],
    ['validate', ['validate', '--json']],
    ['validate', ['validate', '--json', '--connect']],
    ['advise', ['advise', '--json', '--over', '1d']],
    ['doctor', ['doctor', '--json']],
    ['destinations', ['destinations', '--json']],
    ['explain', ['explain', 'E105', '--json']],
    ['why', ['explain', 'buyers', '2', '--json']],
    ['plan', ['plan', '--json', '--overlap', 'buyers']],
    ['status', ['status', '--json', '--verbose']],
    ['explain', ['explain', 'E404', '--json']],
    ['errors', ['plan', '--json', '--select', 'nothing_of_the_kind']],
    ['test', ['test', '--json']],
    ['run', ['run', '--json']],
    ['plan', ['plan', '--json', '--due']],
  ])('%s: segsync %j', async (name, args) => {
    await fits(name, args);
  });

  it('of a run that is held', async () => {
    await using held = await folderOf(SHOP);
    await segsync(held.path, ['run']);
    const others = SHOP['segments/opted_in.yaml']!.replace('eq: true', 'eq: false');
    await writeFile(join(held.path, 'segments/opted_in.yaml'), others);
    const run = await fits('run', ['run', '--all', '--json'], held.path);
    expect(run).toMatchObject({ status: 'held' });
    await fits('status', ['status', '--json'], held.path);
  });

  it('are all there are', () => {
    expect([...seen].sort()).toEqual(Object.keys(OUTPUTS).sort());
    expect(readdirSync(FOLDER).sort()).toEqual([...seen].map((name) => `${name}.json`).sort());
  });
});

describe('published schemas', () => {
  it('are up to date', async () => {
    await promisify(execFile)(process.execPath, [join(ROOT, 'scripts/write-output-schemas.mjs'), '--check']);
  });

  it('refuse another version, and allow keys that are new', () => {
    const document = { version: 1, errors: [{ code: 'E101', message: 'x', brand_new: 1 }], brand_new: 2 };
    expect(published('errors').safeParse(document).success).toBe(true);
    expect(published('errors').safeParse({ ...document, version: 2 }).success).toBe(false);
    expect(published('errors').safeParse({ ...document, errors: [{ code: 5 }] }).success).toBe(false);
  });

  it('are each on the page about them', () => {
    const page = readFileSync(join(ROOT, 'docs/json-output.md'), 'utf8');
    for (const name of Object.keys(OUTPUTS)) expect(page).toContain(`(../schemas/output/${name}.json)`);
  });
});
