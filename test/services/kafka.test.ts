/** `type: kafka` against librdkafka's mock cluster: what stands in the topics, and what trouble means. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DestinationSession } from '../../src/destination/destination.ts';
import { openRig } from '../chaos/rig.ts';
import { build } from '../cli/segsync.ts';
import {
  batch,
  type ConsumedMember,
  change,
  type Harness,
  kindsOf,
  openDestination,
  receiptsOf,
} from '../conformance/destination/harness.ts';
import { tellOf } from '../conformance/destination/shared-story.ts';
import { engines } from '../engines.ts';
import { type Cluster, type Consumed, startCluster } from './kafka-cluster.ts';

const TOPIC = 'changes';

tellOf('kafka, one topic for all audiences', async (): Promise<Harness> => {
  const cluster = await startCluster();
  const session = await openDestination('kafka', '/', { brokers: [cluster.broker], topic: TOPIC });
  return {
    session,
    members: async (audience) =>
      membersOf((await cluster.read(TOPIC)).filter(({ headers }) => headers.audience === audience)),
    raw: async () => (await cluster.read(TOPIC)).map(textOf).join('\n'),
    async close() {
      await session.close();
      await cluster.stop();
    },
  };
});

/** Lengths and offsets around a record, and the rest of a batch's id: those of these tests are short. */
const FRAME = ' '.repeat(40);

function textOf({ key, payload, headers }: Consumed): string {
  return `${key}${Object.entries(headers).flat().join('')}${FRAME}${payload}`;
}

/** As a reader rebuilds it: the last record of a key counts. */
function membersOf(records: readonly Consumed[]): Map<string, ConsumedMember> {
  const members = new Map<string, ConsumedMember>();
  for (const { key, payload } of records) {
    const change = payload === null ? { op: 'remove' } : JSON.parse(payload);
    expect(change.key ?? key).toBe(key);
    if (change.op === 'remove') members.delete(key);
    else members.set(key, { identifiers: change.identifiers, fields: change.fields });
  }
  return members;
}

describe('kafka', () => {
  let cluster: Cluster;
  const opened: DestinationSession[] = [];

  beforeAll(build);
  beforeEach(async () => {
    cluster = await startCluster();
  });
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close();
    await cluster.stop();
  });

  async function open(options: Record<string, unknown> = {}): Promise<DestinationSession> {
    const session = await openDestination('kafka', '/', { brokers: [cluster.broker], ...options });
    opened.push(session);
    return session;
  }

  const one = () => batch([change('add', '1')]);

  it('writes a record for each change to the audience’s topic, and says in headers what it is', async () => {
    const session = await open();
    const sent = batch([change('add', 'ö', { email: 'a@x.test' }, { n: { number: '9007199254740993' } })]);
    await session.send(sent, {});
    const [record, ...others] = await cluster.read('vip');
    expect(others).toEqual([]);
    expect(record).toMatchObject({
      key: 'ö',
      payload:
        '{"op":"add","key":"ö","segment":"vip","caused_at":"2026-11-22T09:59:58.123456Z",' +
        '"identifiers":{"email":"a@x.test"},"fields":{"n":9007199254740993}}',
      headers: { sync: 'vip.hook', segment: 'vip', audience: 'vip', op: 'add', batch_id: sent.id },
    });
  });

  it('keeps a member’s changes in one partition, in their order', async () => {
    const session = await open();
    const keys = Array.from({ length: 50 }, (_, n) => `k${n}`);
    for (const op of ['add', 'update', 'remove', 'add'] as const)
      await session.send(batch(keys.map((key) => change(op, key))), {});
    const records = await cluster.read('vip');
    expect(new Set(records.map(({ partition }) => partition)).size).toBeGreaterThan(1);
    for (const key of keys) {
      const mine = records.filter((record) => record.key === key);
      expect(new Set(mine.map(({ partition }) => partition)).size).toBe(1);
      expect(mine.map(({ headers }) => headers.op)).toEqual(['add', 'update', 'remove', 'add']);
    }
  });

  it('tells removals by tombstones, if that is wanted', async () => {
    const session = await open({ removal: 'tombstone' });
    await session.send(batch([change('add', '1'), change('add', '2')]), {});
    await session.send(batch([change('remove', '1', { email: 'a@x.test' })]), {});
    const records = await cluster.read('vip');
    expect([...membersOf(records).keys()]).toEqual(['2']);
    const tombstone = records.find(({ headers }) => headers.op === 'remove');
    expect(tombstone).toMatchObject({ key: '1', headers: { audience: 'vip' } });
    expect(tombstone!.payload).toBeNull();
  });

  it('calls an event one', async () => {
    const session = await open();
    await session.send({ ...one(), events: true }, {});
    expect(await cluster.read('vip')).toMatchObject([{ key: '1', headers: { op: 'event' } }]);
  });

  it('carries thousands, and an empty key', async () => {
    const session = await open({ batch_size: 5_000 });
    const keys = ['', ...Array.from({ length: 4_999 }, (_, n) => `k${n}`)];
    await session.send(batch(keys.map((key) => change('add', key))), {});
    expect([...membersOf(await cluster.read('vip')).keys()].sort()).toEqual(keys.sort());
  });

  it('uses another broker where the first one named is not there', async () => {
    const session = await open({ brokers: ['127.0.0.1:1', cluster.broker] });
    const kinds: string[] = [];
    while (kinds.at(-1) !== 'delivered' && kinds.length < 3)
      kinds.push(...kindsOf(await session.send(one(), {})));
    expect(kinds.at(-1)).toBe('delivered');
  });

  it('tries again where nobody listens; a check says so', async () => {
    const session = await open({ brokers: ['127.0.0.1:1'] });
    expect(receiptsOf(await session.send(one(), {}))).toMatchObject([
      { kind: 'retry', code: 'kafka_connection' },
    ]);
    await expect(session.check()).rejects.toMatchObject({ exit: 75, diagnostics: [{ code: 'E404' }] });
  });

  it('ends with the time limit where a broker stands still, or when it is told to, and goes on', async () => {
    const session = await open({ timeout: '1s' });
    await session.check();
    cluster.freeze();
    try {
      const began = performance.now();
      const both = await Promise.all([session.send(one(), {}), session.send(one(), {})]);
      expect(both.flatMap(kindsOf)).toEqual(['retry', 'retry']);
      expect(performance.now() - began).toBeLessThan(3_000);
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 100);
      const patient = await open();
      expect(kindsOf(await patient.send(one(), { signal: controller.signal }))).toEqual(['retry']);
    } finally {
      cluster.thaw();
    }
    expect(kindsOf(await session.send(one(), {}))).toEqual(['delivered']);
  });

  it('keeps quiet, and has nothing left to do once it is closed', async () => {
    const said: unknown[] = [];
    const write = process.stdout.write;
    process.stdout.write = ((text: string) => said.push(text) > 0) as typeof write;
    try {
      const session = await openDestination('kafka', '/', { brokers: [cluster.broker] });
      await session.send(one(), {});
      await cluster.stop();
      await session.send(one(), {});
      await session.close();
    } finally {
      process.stdout.write = write;
    }
    expect(said).toEqual([]);
  });

  it('is kept up with by a run', async () => {
    const rig = await openRig(engines.find(({ name }) => name === 'duckdb')!, ({ target }) => ({
      'segsync.yaml': `version: 1
project: streams
default_target: test
targets: {test: ${JSON.stringify(target)}}
entities: {customer: {table: shop.customers, key: id, cursor: updated_at}}
`,
      'segments/vip.yaml': 'entity: customer\nwhere: {trait: vip, eq: true}\nsync: [{to: stream}]\n',
      'destinations/stream.yaml': `type: kafka\ntargets: [test]\nbrokers: ["${cluster.broker}"]\n`,
    }));
    const run = async (...statements: string[]): Promise<string[]> => {
      await rig.change(statements);
      // In a process: one that does not end by itself would show.
      const ended = await rig.run(['run', '--all', '--json'], { environment: { CI: 'true' } });
      expect(ended.exit, ended.stdout + ended.stderr).toBe(0);
      return [...membersOf(await cluster.read('vip')).keys()].sort();
    };
    try {
      const members = await run(
        'CREATE SCHEMA shop',
        'CREATE TABLE shop.customers (id TEXT, vip BOOLEAN, updated_at TIMESTAMPTZ)',
        'INSERT INTO shop.customers SELECT CAST(n AS TEXT), n > 2, now() FROM generate_series(1, 6) AS s (n)',
      );
      expect(members).toEqual(['3', '4', '5', '6']);
      expect(await run("UPDATE shop.customers SET vip = FALSE, updated_at = now() WHERE id = '3'")).toEqual([
        '4',
        '5',
        '6',
      ]);
    } finally {
      await rig.drop();
    }
  });
});
