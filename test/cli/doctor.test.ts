/** `doctor`, `destinations`, and what `plan --verbose` shows of requests. */
import { afterEach, describe, expect, it } from 'vitest';
import { destinationTypes } from '../../src/adapters.ts';
import type { DoctorDocument } from '../../src/report/doctor.ts';
import type { DestinationsDocument } from '../../src/report/results.ts';
import { openRig, type ProjectFiles, type Rig } from '../chaos/rig.ts';
import { WORLD } from '../conformance/destination/harness.ts';
import { API_KEY, startBraze } from '../destinations/braze.ts';
import type { Simulator } from '../destinations/simulator.ts';
import { engines } from '../engines.ts';
import { folderOf, segsync } from './segsync.ts';

const KEY = 'the-key-of-this-test';

const FILES =
  (braze: string): ProjectFiles =>
  ({ target, url }) => ({
    'segsync.yaml': `version: 1
project: looked_at
default_target: here
targets:
  here: ${JSON.stringify(target)}
  nowhere: { type: postgres, url: "postgres://u:hidden@127.0.0.1:9/none" }
entities:
  customer:
    table: shop.customers
    key: id
    cursor: updated_at
    identifiers:
      email: { trait: email, kind: email }
    sources:
      orders: { table: shop.orders, key: customer_id, time: placed_at, cursor: loaded_at }
`,
    'segments/s.yaml': `entity: customer
where: { did: orders, within: 30d }
sync:
  - { to: crm, match: [email], fields: { level: plan } }
  - { to: hook }
  - { to: other }
`,
    'destinations/crm.yaml': `type: braze\ntargets: [here, nowhere]\nendpoint: ${braze}\napi_key: "\${env:BRAZE_API_KEY}"\nallow_private_address: true\n`,
    'destinations/hook.yaml': `type: webhook\nurl: ${url}/with/a/token-3141592653\nallow_private_address: true\n`,
    'destinations/other.yaml': `type: file\ndirectory: out\ntargets: [nowhere]\n`,
  });

const TABLES = [
  'CREATE SCHEMA shop',
  'CREATE TABLE shop.customers (id TEXT, email TEXT, plan TEXT, updated_at TIMESTAMP WITH TIME ZONE)',
  'CREATE TABLE shop.orders (customer_id TEXT, placed_at TIMESTAMP WITH TIME ZONE, loaded_at TIMESTAMP WITH TIME ZONE)',
  "INSERT INTO shop.customers VALUES ('1', 'ada@example.com', 'gold', now()), ('2', NULL, NULL, now())",
  "INSERT INTO shop.orders VALUES ('1', now(), now())",
];

let rig: Rig | undefined;
let braze: Simulator | undefined;
afterEach(async () => {
  await rig?.drop();
  await braze?.close();
  [rig, braze] = [undefined, undefined];
});

async function open(engine: (typeof engines)[number]): Promise<Rig> {
  braze = await startBraze(['email=ada@example.com']);
  rig = await openRig(engine, FILES(braze.url));
  await rig.change(TABLES);
  return rig;
}

async function examined(args: readonly string[], key = API_KEY) {
  const ended = await rig!.call(['doctor', '--json', ...args], { BRAZE_API_KEY: key });
  const document = JSON.parse(ended.stdout) as DoctorDocument;
  const told = document.findings.map(({ check, name, status, problems }) =>
    [status, check, name, ...problems.map(({ code }) => code)].join(' '),
  );
  return { ...ended, document, told };
}

for (const engine of engines) {
  describe(engine.name, () => {
    it('finds where the state does not agree with itself, and what mends it', async () => {
      const rig = await open(engine);
      const quiet = { BRAZE_API_KEY: API_KEY };
      expect((await rig.call(['run', '--all'], quiet)).exit).toBe(0);
      expect((await examined([])).told.filter((line) => line.includes(' state '))).toEqual(['ok state here']);
      await rig.change([
        "DELETE FROM segsync.membership WHERE entity_key = '1'",
        "INSERT INTO segsync.ledger (sync, audience_ref, entity_key, state) SELECT sync, audience_ref, '9', 'delivered' FROM segsync.syncs WHERE sync = 's.hook'",
      ]);
      const { told, exit } = await examined([]);
      expect(told).toContain('warning state here W305 W305 W306 W306');
      expect(exit).toBe(0);
      const text = await rig.call(['doctor'], quiet);
      expect(text.stdout).toContain('segment s is noted with 1 members and has 0');
      expect(text.stdout).toContain('the ledger of sync s.hook has 2 who are no members');
      expect(
        (await rig.call(['run', '--all', '--full', '--allow-removal', 's.hook', 's.crm'], quiet)).exit,
      ).toBe(0);
      expect((await examined([])).told).toContain('ok state here');
    });

    it('finds that all is well, and changes nothing', async () => {
      const { opened, call, query } = await open(engine);
      expect(opened.target.type).toBe(engine.name);
      const { exit, told, document } = await examined([]);
      expect(told).toEqual([
        'ok target here',
        'ok clock here',
        'ok state here',
        'ok tables here',
        'ok indexes here',
        'ok destination crm',
        'ok destination hook',
        'skipped destination other',
      ]);
      expect(exit).toBe(0);
      expect(document.findings[0]!.detail).toMatch(/^(DuckDB|PostgreSQL) \d+\.\d+/);
      await expect(query('SELECT * FROM segsync.meta')).rejects.toThrow();
      const shown = await call(['doctor'], { BRAZE_API_KEY: API_KEY });
      expect(shown.stdout).toContain('All is well.');
      await call(['run', '--all'], { BRAZE_API_KEY: API_KEY });
      expect((await examined([])).document.findings[2]).toMatchObject({
        detail: 'version 2 in schema segsync',
      });
    });

    it('names each thing that is wrong, and exits as a run would', async () => {
      await open(engine);
      await rig!.change(['ALTER TABLE shop.orders DROP COLUMN loaded_at']);
      const { exit, told, stdout, stderr } = await examined([], KEY);
      expect(exit).toBe(78);
      expect(told.find((each) => each.includes('tables'))).toBe('error tables here E211');
      expect(told).toContain('error destination crm E406');
      expect(stdout + stderr).not.toContain(KEY);
    });
  });
}

describe('postgres alone', () => {
  const postgres = engines.find(({ name }) => name === 'postgres')!;

  it('names indexes that a large table lacks, with the statements that make them', async () => {
    const { change, call } = await open(postgres);
    await change([
      'INSERT INTO shop.orders SELECT g::text, now(), now() FROM generate_series(1, 20000) AS g',
      'CREATE INDEX ON shop.orders (placed_at, loaded_at)',
    ]);
    await change(['ANALYZE shop.orders']);
    const { exit, told, stdout } = await examined([]);
    expect(exit).toBe(0);
    expect(told).toContain('warning indexes here W302 W302');
    const statements = [...stdout.matchAll(/CREATE INDEX CONCURRENTLY [^"]+/g)].map(([text]) => text);
    expect(statements).toEqual([
      'CREATE INDEX CONCURRENTLY ON shop.orders (customer_id)',
      'CREATE INDEX CONCURRENTLY ON shop.orders (loaded_at)',
    ]);
    await change(statements.map((statement) => statement.replace(' CONCURRENTLY', '')));
    expect((await examined([])).told).toContain('ok indexes here');
    expect((await call(['doctor'], { BRAZE_API_KEY: API_KEY })).stdout).toContain('All is well.');
  });

  it('looks at destinations though the target does not answer', async () => {
    await open(postgres);
    const { exit, told, stdout, stderr } = await examined(['--target', 'nowhere']);
    expect(exit).toBe(75);
    expect(told.filter((each) => !each.startsWith('error target'))).toEqual([
      'ok destination crm',
      'ok destination hook',
      'ok destination other',
    ]);
    expect(stdout + stderr).not.toMatch(/hidden|token-3141592653/);
  });
});

describe('destinations', () => {
  it('lists the types there are, without a project', async () => {
    await using folder = await folderOf({});
    const { stdout, exit } = await segsync(folder.path, ['destinations']);
    expect(exit).toBe(0);
    const types = await destinationTypes(WORLD);
    expect(types.filter((type) => !new RegExp(`^${type} `, 'm').test(stdout))).toEqual([]);
  });

  it('tells of one: options, limits, identifiers, how it was verified', async () => {
    await using folder = await folderOf({});
    const { stdout } = await segsync(folder.path, ['destinations', 'braze']);
    expect(stdout).toContain('matches by      external_id, email, phone');
    expect(stdout).toContain('  api_key (required, a secret)');
    expect(stdout).toContain('not with the vendor');
    expect(stdout).toContain(
      `  type: braze\n  targets: [...]\n  endpoint: ...\n  api_key: "\${env:BRAZE_API_KEY}"\n`,
    );
    const json = await segsync(folder.path, ['destinations', 'braze', '--json']);
    const document = JSON.parse(json.stdout) as DestinationsDocument;
    expect(document.destinations.map(({ type }) => type)).toEqual(['braze']);
    expect(document.destinations[0]!.options).toContainEqual({
      name: 'create_users',
      required: false,
      secret: false,
      description: expect.any(String),
      default: false,
    });
  });

  it('suggests the type that was meant', async () => {
    await using folder = await folderOf({});
    expect(await segsync(folder.path, ['destinations', 'brase'])).toEqual({
      stdout: '',
      stderr: 'error[E612]: there is no destination type `brase`\n  hint: did you mean `braze`?\n',
      exit: 64,
    });
  });
});

describe('plan --verbose', () => {
  it('shows a request of each sync, names in the place of values', async () => {
    const { call } = await open(engines[0]!);
    const shown = await call(['plan', '--verbose'], { BRAZE_API_KEY: API_KEY });
    expect(shown.stdout).toContain(`one request of s.crm\n  POST ${braze!.url}/users/track\n`);
    expect(shown.stdout).toContain('"email": "<email>"');
    expect(shown.stdout).toContain('"level": "<level>"');
    expect(shown.stdout).toContain(`one request of s.hook\n  POST ${new URL(rig!.receiver.url).origin}\n`);
    expect(shown.stdout + shown.stderr).not.toMatch(/ada@|gold|token-3141592653/);
    expect(shown.stdout).not.toContain('one request of s.other');
    const plain = await call(['plan'], { BRAZE_API_KEY: API_KEY });
    expect(plain.stdout).not.toContain('one request');
  });
});
