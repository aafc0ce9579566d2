/** `type: s3` on a real store: signatures, rights, errors, and whole runs of the real program. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRig, type Rig } from '../chaos/rig.ts';
import { build } from '../cli/segsync.ts';
import { batch, change, kindsOf, openDestination } from '../conformance/destination/harness.ts';
import { killBetween, STOPS, type Stop } from '../delivery/stand-still.ts';
import { engines } from '../engines.ts';
import { readRuns } from '../run-reader.ts';
import { type Key, type Radosgw, startRadosgw } from './radosgw-server.ts';

let store: Radosgw;

beforeAll(async () => {
  await build();
  store = await startRadosgw();
  for (const bucket of ['lake', 'rights']) await store.request('PUT', `/${bucket}`);
}, 180_000);
afterAll(() => store?.stop());

const open = ({ id, secret }: Key = store.owner, options: Record<string, unknown> = {}) =>
  openDestination('s3', '/', {
    ...{ bucket: 'lake', endpoint: store.url, allow_private_address: true },
    ...{ access_key_id: id, secret_access_key: secret },
    ...options,
  });

const one = (audience?: string) => batch([change('add', '1', { email: 'Ada@Example.com' })], audience);

describe('a part', () => {
  it('is there under any name, and overwrites itself', async () => {
    const session = await open(undefined, { prefix: 'names/year=2026' });
    const sent = ['vip', 'Big spenders!', "it's (50%) *+~", '../x', '李雷 🎈'].map(one);
    for (const each of [...sent, ...sent])
      expect(kindsOf(await session.send(each, {})), each.audience.name).toEqual(['delivered']);
    const shelf = await store.shelf('lake', 'names/');
    const paths = shelf.list('names');
    expect(paths).toHaveLength(sent.length);
    expect(paths).toContain(
      `names/year=2026/it%27s%20%2850%25%29%20%2A%2B%7E/parts/part-${sent[2]!.id}.ndjson`,
    );
    for (const path of paths) expect(shelf.read(path)!.toString()).toContain('"email":"Ada@Example.com"');
  });
});

describe('credentials', () => {
  it('need no more than the page says', async () => {
    const key = await store.addUser('least');
    const allow = (Action: string, Resource: string, more = {}) => ({
      ...{ Effect: 'Allow', Principal: { AWS: ['arn:aws:iam:::user/least'] }, Action, Resource },
      ...more,
    });
    const policy = {
      Version: '2012-10-17',
      Statement: [
        allow('s3:PutObject', 'arn:aws:s3:::rights/least/*'),
        allow('s3:ListBucket', 'arn:aws:s3:::rights', {
          Condition: { StringLike: { 's3:prefix': 'least/*' } },
        }),
      ],
    };
    await store.request('PUT', '/rights?policy', JSON.stringify(policy));
    const session = await open(key, { bucket: 'rights', prefix: 'least' });
    await session.check();
    expect(kindsOf(await session.send(one(), {}))).toEqual(['delivered']);
    const elsewhere = await open(key, { bucket: 'rights', prefix: 'other' });
    for (const refused of [() => elsewhere.check(), () => elsewhere.send(one(), {})])
      await expect(refused()).rejects.toMatchObject({
        exit: 77,
        diagnostics: [{ code: 'E406', message: expect.stringContaining('AccessDenied') }],
      });
  });

  it.each([
    ['an id that nobody has', { access_key_id: 'NOBODY' }, 'InvalidAccessKeyId'],
    ['another secret', { secret_access_key: 'wrong' }, 'SignatureDoesNotMatch'],
  ])('%s stops the sync', async (_, options, code) => {
    const session = await open(undefined, options);
    for (const refused of [() => session.check(), () => session.send(one(), {})])
      await expect(refused()).rejects.toMatchObject({
        exit: 77,
        diagnostics: [{ code: 'E406', message: expect.stringContaining(code) }],
      });
  });
});

it('a bucket that is not there stops the sync', async () => {
  const session = await open(undefined, { bucket: 'pond' });
  for (const refused of [() => session.check(), () => session.send(one(), {})])
    await expect(refused()).rejects.toMatchObject({
      diagnostics: [{ code: 'E407', message: expect.stringContaining('no such bucket') }],
    });
});

it('a clock that is off is told', async () => {
  const { realWorld } = await import('../../src/world.ts');
  const world = realWorld();
  const late = { ...world.clock, now: () => world.clock.now() - 3_600_000_000n };
  const session = await openDestination(
    's3',
    '/',
    {
      ...{ bucket: 'lake', endpoint: store.url, allow_private_address: true },
      ...{ access_key_id: store.owner.id, secret_access_key: store.owner.secret },
    },
    { ...world, clock: late },
  );
  await expect(session.check()).rejects.toMatchObject({
    diagnostics: [{ code: 'E407', message: expect.stringContaining('clock') }],
  });
});

describe('the program', () => {
  const environment = () => ({ LAKE_SECRET: store.owner.secret });

  async function withShop(prefix: string, play: (rig: Rig) => Promise<void>): Promise<void> {
    const rig = await openRig(engines.find(({ name }) => name === 'postgres')!, ({ target }) => ({
      'segsync.yaml': `version: 1
project: lake
default_target: test
targets: {test: ${JSON.stringify(target)}}
entities: {customer: {table: shop.customers, key: id, cursor: updated_at}}
`,
      'segments/active.yaml': 'entity: customer\nwhere: {trait: active, eq: true}\nsync: [{to: lake}]\n',
      'destinations/lake.yaml': `type: s3
targets: [test]
bucket: lake
prefix: ${prefix}
endpoint: ${store.url}
allow_private_address: true
access_key_id: ${store.owner.id}
secret_access_key: "\${env:LAKE_SECRET}"
batch_size: 2
gzip: true
`,
    }));
    try {
      await rig.change([
        'CREATE SCHEMA shop',
        'CREATE TABLE shop.customers (id TEXT, active BOOLEAN, updated_at TIMESTAMPTZ)',
        'INSERT INTO shop.customers SELECT CAST(n AS TEXT), n <= 6, now() FROM generate_series(1, 9) AS s (n)',
      ]);
      await run(rig);
      expect(await members(prefix)).toEqual(['1', '2', '3', '4', '5', '6']);
      await rig.change([
        "UPDATE shop.customers SET active = NOT active, updated_at = now() WHERE id IN ('1', '2', '7', '8')",
      ]);
      await play(rig);
    } finally {
      await rig.drop();
    }
  }

  async function run(rig: Rig): Promise<void> {
    const ended = await rig.call(['run', '--all'], environment());
    expect(ended.exit, ended.stdout + ended.stderr).toBe(0);
  }

  async function members(prefix: string): Promise<string[]> {
    return [...readRuns(await store.shelf('lake', `${prefix}/`), `${prefix}/active`).members.keys()].sort();
  }

  const AFTER = ['3', '4', '5', '6', '7', '8'];

  it('tells whole runs, and nothing where nothing changed', async () => {
    await withShop('whole', async (rig) => {
      await run(rig);
      expect(await members('whole')).toEqual(AFTER);
      const keys = (await store.shelf('lake', 'whole/')).list('whole');
      await run(rig);
      expect((await store.shelf('lake', 'whole/')).list('whole')).toEqual(keys);
    });
  });

  it.each(Object.keys(STOPS) as Stop[])('killed between %s, loses nothing', async (stop) => {
    const prefix = stop.replaceAll(' ', '-');
    await withShop(prefix, async (rig) => {
      await killBetween(rig, stop, environment());
      const isTold = stop.includes('commit');
      expect(await members(prefix)).toEqual(isTold ? AFTER : ['1', '2', '3', '4', '5', '6']);
      await run(rig);
      expect(await members(prefix)).toEqual(AFTER);
    });
  });
});
