/** `type: redis` on a real server: what stands under the keys, and what errors mean. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DestinationSession } from '../../src/destination/destination.ts';
import { openRig, type ProjectFiles } from '../chaos/rig.ts';
import { batch, change, kindsOf, openDestination, receiptsOf } from '../conformance/destination/harness.ts';
import { engines } from '../engines.ts';
import { cert } from '../unit/destination/self-signed.ts';
import { type RedisServer, startRedis } from './redis-server.ts';

let server: RedisServer;
let session: DestinationSession;

const opened: DestinationSession[] = [];

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());
beforeEach(async () => {
  await server.owner.flushAll();
  session = await open();
});
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

async function open(options: Record<string, unknown> = {}): Promise<DestinationSession> {
  const session = await openDestination('redis', '/', {
    url: `redis://127.0.0.1:${server.port}`,
    ...options,
  });
  opened.push(session);
  return session;
}

const members = async (key = 'segsync:audience:vip'): Promise<string[]> =>
  (await server.owner.sMembers(key)).sort();

describe('members', () => {
  it('are added and removed, each audience apart, whatever the keys', async () => {
    const keys = ['1', "o'4", '', 'nul\0 and\r\nbreaks', '👩‍👩‍👧 Zoë'];
    const added = batch(keys.map((key) => change('add', key)));
    expect(kindsOf(await session.send(added, {}))).toEqual(keys.map(() => 'delivered'));
    expect(kindsOf(await session.send(added, {}))).toEqual(keys.map(() => 'delivered'));
    await session.send(batch([change('add', '1')], 'vip:2'), {});
    expect(await members()).toEqual([...keys].sort());
    await session.send(batch([change('remove', '1'), change('remove', 'nobody'), change('remove', '')]), {});
    expect(await members()).toEqual(keys.slice(1).filter(Boolean).sort());
    expect(await members('segsync:audience:vip:2')).toEqual(['1']);
  });

  it('have a hash, which says where they are, with the fields of each sync', async () => {
    const own = await open({ lookup_prefix: 'member:', key_prefix: 'seg:' });
    await own.send(batch([change('add', '1', {}, { n: { number: '12345678901234567890.50' } })]), {});
    await own.send(batch([change('add', '1', {}, { name: 'Ada' })], 'other'), {});
    expect({ ...(await server.owner.hGetAll('member:1')) }).toEqual({
      vip: '{"n":12345678901234567890.50}',
      other: '{"name":"Ada"}',
    });
    await own.send(batch([change('update', '1', {}, { n: null })]), {});
    expect(await server.owner.hGet('member:1', 'vip')).toBe('{"n":null}');
    await own.send(batch([change('remove', '1')]), {});
    await own.send(batch([change('remove', '1')]), {});
    expect({ ...(await server.owner.hGetAll('member:1')) }).toEqual({ other: '{"name":"Ada"}' });
    await own.send(batch([change('remove', '1')], 'other'), {});
    expect(await server.owner.keys('*')).toEqual([]);
  });

  it('go by an identifier, without which they are rejected alone', async () => {
    const own = await open({ member: 'email' });
    const outcome = await own.send(
      batch([change('add', '1', { email: 'a@x.test' }), change('add', '2')]),
      {},
    );
    expect(receiptsOf(outcome)).toMatchObject([
      { kind: 'delivered' },
      { kind: 'rejected', code: 'no_identifier' },
    ]);
    expect(await members()).toEqual(['a@x.test']);
    const removed = batch([change('remove', '2'), change('remove', '1', { email: 'a@x.test' })]);
    expect(kindsOf(await own.send(removed, {}))).toEqual(['delivered', 'delivered']);
    expect(await members()).toEqual([]);
  });

  it('last as long as they are told to, from the last time anything was sent', async () => {
    const own = await open({ lookup_prefix: 'member:', expire_after: '10d' });
    await own.send(batch([change('add', '1'), change('add', '2')]), {});
    const keys = ['segsync:audience:vip', 'member:1', 'member:2'];
    for (const key of keys) expect(await server.owner.ttl(key)).toBe(864_000);
    await server.owner.expire(keys[0]!, 100);
    await own.send(batch([change('remove', '1')]), {});
    expect(await server.owner.ttl(keys[0]!)).toBe(864_000);
    await session.send(batch([change('add', '1')], 'for ever'), {});
    expect(await server.owner.ttl('segsync:audience:for ever')).toBe(-1);
  });

  it('are listed by thousands, each at least once', async () => {
    const keys = Array.from({ length: 10_000 }, (_, n) => `k${n}`);
    await session.send(batch(keys.map((key) => change('add', key))), {});
    const listed: string[] = [];
    for await (const key of session.list!({ name: 'vip', ref: '' })) listed.push(key);
    expect(new Set(listed)).toEqual(new Set(keys));
    for await (const key of session.list!({ name: 'nobody is here', ref: '' })) expect(key).toBeUndefined();
  });
});

describe('an audience', () => {
  it('has a reference without the password, another where the members are others', async () => {
    const refs = await Promise.all(
      [
        {},
        { key_prefix: 'x:' },
        { member: 'email' },
        { lookup_prefix: 'm:' },
        { url: 'redis://u:p4ss@h/1' },
      ].map(async (options) => (await open(options)).ensureAudience({ name: 'vip', dryRun: true })),
    );
    expect(new Set(refs).size).toBe(refs.length);
    expect(refs.join()).not.toContain('p4ss');
    expect(await server.owner.keys('*')).toEqual([]);
  });

  it('is in the database that is named', async () => {
    const third = await open({ url: `redis://127.0.0.1:${server.port}/3` });
    await third.send(batch([change('add', '1')]), {});
    expect(await members()).toEqual([]);
    await expect((await open({ url: `redis://127.0.0.1:${server.port}/99` })).check()).rejects.toThrow(
      /cannot be/,
    );
  });
});

describe('TLS', () => {
  it('asks for a certificate that is trusted', async () => {
    const url = `rediss://127.0.0.1:${server.tlsPort}`;
    await expect((await open({ url })).check()).rejects.toMatchObject({ diagnostics: [{ code: 'E404' }] });
    const trusting = await open({ url, ca: cert });
    await trusting.check();
    await trusting.send(batch([change('add', '1')]), {});
    expect(await members()).toEqual(['1']);
  });
});

describe('credentials', () => {
  const COMMANDS = [
    '+ping',
    '+sadd',
    '+srem',
    '+hset',
    '+hdel',
    '+expire',
    '+sscan',
    '+multi',
    '+exec',
    '+select',
    '+client|setname',
  ];

  beforeEach(async () => {
    await server.owner.sendCommand([
      'ACL',
      'SETUSER',
      'app',
      'reset',
      'on',
      '>p@ss/w0rd',
      '~segsync:*',
      ...COMMANDS,
    ]);
  });

  it('of an ACL user with no more than the documented commands do', async () => {
    const own = await open({
      url: `redis://app:p%40ss%2Fw0rd@127.0.0.1:${server.port}/0`,
      ...{ lookup_prefix: 'segsync:member:', expire_after: '10d' },
    });
    await own.check();
    expect(kindsOf(await own.send(batch([change('add', '1')]), {}))).toEqual(['delivered']);
    expect(kindsOf(await own.send(batch([change('remove', '1')]), {}))).toEqual(['delivered']);
    for await (const key of own.list!({ name: 'vip', ref: '' })) expect(key).toBeUndefined();
  });

  it.each([
    ['a wrong password', 'redis://app:wrong-password@127.0.0.1'],
    ['a user that is not there', 'redis://nobody:wrong-password@127.0.0.1'],
  ])('%s stops the sync, and is not told', async (_, url) => {
    const wrong = await open({ url: `${url}:${server.port}` });
    const failure = wrong.send(batch([change('add', '1')]), {});
    await expect(failure).rejects.toMatchObject({ exit: 77, diagnostics: [{ code: 'E406' }] });
    await expect(failure).rejects.not.toThrow(/wrong-password/);
    await expect(wrong.check()).rejects.toMatchObject({ exit: 77 });
  });

  it('that lack a key or a password stop it, too', async () => {
    const own = await open({
      url: `redis://app:p%40ss%2Fw0rd@127.0.0.1:${server.port}`,
      key_prefix: 'theirs:',
    });
    await expect(own.send(batch([change('add', '1')]), {})).rejects.toMatchObject({ exit: 77 });
    await server.owner.sendCommand(['CONFIG', 'SET', 'requirepass', 'needed']);
    try {
      await expect((await open()).check()).rejects.toMatchObject({ exit: 77 });
    } finally {
      await server.owner.sendCommand(['CONFIG', 'SET', 'requirepass', '']);
    }
  });
});

describe('trouble', () => {
  const one = () => batch([change('add', '1')]);
  const codeOf = async (from: DestinationSession) => receiptsOf(await from.send(one(), {}))[0];

  it('of another kind of key stops the sync', async () => {
    await server.owner.set('segsync:audience:vip', 'theirs');
    await expect(session.send(one(), {})).rejects.toMatchObject({ diagnostics: [{ code: 'E407' }] });
    await expect(session.send(one(), {})).rejects.toThrow(/WRONGTYPE/);
    expect(kindsOf(await session.send(batch([change('add', '1')], 'other'), {}))).toEqual(['delivered']);
  });

  it('of memory is one for later, and leaves nothing half done', async () => {
    await server.owner.configSet('maxmemory', '1');
    try {
      expect(await codeOf(session)).toMatchObject({ kind: 'retry', code: 'redis_oom' });
    } finally {
      await server.owner.configSet('maxmemory', '0');
    }
    expect(await members()).toEqual([]);
    expect(kindsOf(await session.send(one(), {}))).toEqual(['delivered']);
  });

  it('of a replica that takes no writes, too', async () => {
    await server.owner.sendCommand(['REPLICAOF', '127.0.0.1', '1']);
    try {
      expect(await codeOf(session)).toMatchObject({ kind: 'retry', code: 'redis_readonly' });
    } finally {
      await server.owner.sendCommand(['REPLICAOF', 'NO', 'ONE']);
    }
  });

  it('of a cut connection is gone with the next one', async () => {
    await session.send(one(), {});
    await server.owner.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']);
    const kinds: string[] = [];
    while (kinds.at(-1) !== 'delivered' && kinds.length < 3)
      kinds.push(...kindsOf(await session.send(one(), {})));
    expect(kinds.at(-1)).toBe('delivered');
  });

  it('of a server that stands still ends with the time limit, or when it is told to', async () => {
    const slow = await open({ timeout: '1s' });
    await slow.check();
    server.freeze();
    try {
      const began = performance.now();
      expect(await codeOf(slow)).toMatchObject({ kind: 'retry', code: 'redis_connection' });
      expect(await codeOf(slow)).toMatchObject({ kind: 'retry' });
      const both = await Promise.all([slow.send(one(), {}), slow.send(one(), {})]);
      expect(both.flatMap(kindsOf)).toEqual(['retry', 'retry']);
      expect(performance.now() - began).toBeLessThan(5_000);
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 100);
      expect(kindsOf(await session.send(one(), { signal: controller.signal }))).toEqual(['retry']);
    } finally {
      server.thaw();
    }
    expect(kindsOf(await slow.send(one(), {}))).toEqual(['delivered']);
  });

  it('of nobody listening is one for later; a check says so', async () => {
    const nowhere = await open({ url: 'redis://127.0.0.1:1' });
    expect(await codeOf(nowhere)).toMatchObject({ kind: 'retry', code: 'redis_connection' });
    await expect(nowhere.check()).rejects.toMatchObject({ exit: 75, diagnostics: [{ code: 'E404' }] });
  });
});

describe('a run', () => {
  const files =
    (sync: string, options: string): ProjectFiles =>
    ({ target }) => ({
      'segsync.yaml': `version: 1
project: redis
default_target: test
targets: {test: ${JSON.stringify(target)}}
entities:
  customer:
    {table: shop.customers, key: id, cursor: updated_at, identifiers: {email: {trait: email, kind: email}}}
`,
      'segments/vip.yaml': `entity: customer\nwhere: {trait: vip, eq: true}\nsync: [{to: app, ${sync}}]\n`,
      'destinations/app.yaml': `type: redis\ntargets: [test]\nurl: "\${env:APP_URL}"\n${options}`,
    });

  async function withShop(sync: string, options: string, play: (run: Play) => Promise<void>): Promise<void> {
    const rig = await openRig(engines.find(({ name }) => name === 'duckdb')!, files(sync, options));
    const url = `redis://127.0.0.1:${server.port}/0`;
    try {
      await rig.change([
        'CREATE SCHEMA shop',
        'CREATE TABLE shop.customers (id TEXT, email TEXT, vip BOOLEAN, updated_at TIMESTAMPTZ)',
        `INSERT INTO shop.customers SELECT CAST(n AS TEXT), CASE n WHEN 6 THEN 'a@5' ELSE 'a@' || n END, n > 2, now() FROM generate_series(1, 6) AS s (n)`,
      ]);
      await play(async (...statements) => {
        if (statements.length > 0) await rig.change(statements);
        const ended = await rig.call(['run', '--all', '--json'], { APP_URL: url });
        expect(ended.exit, ended.stdout + ended.stderr).toBe(0);
        expect(ended.stdout + ended.stderr).not.toContain(url);
      });
    } finally {
      await rig.drop();
    }
  }
  type Play = (...statements: string[]) => Promise<void>;
  const leaves = (id: string) =>
    `UPDATE shop.customers SET vip = FALSE, updated_at = now() WHERE id = '${id}'`;

  it('keeps the set equal to the segment', async () => {
    await withShop('match: [email]', '', async (run) => {
      await run();
      expect(await members()).toEqual(['3', '4', '5', '6']);
      await run(leaves('3'));
      expect(await members()).toEqual(['4', '5', '6']);
    });
  });

  it('of two with one identifier leaves it as long as one of them is there', async () => {
    await withShop('match: [email]', 'member: email\n', async (run) => {
      await run();
      expect(await members()).toEqual(['a@3', 'a@4', 'a@5']);
      await run(leaves('6'));
      expect(await members()).toEqual(['a@3', 'a@4', 'a@5']);
      await run(leaves('5'));
      expect(await members()).toEqual(['a@3', 'a@4']);
    });
  });

  it('adopts whom others have added', async () => {
    await server.owner.sAdd('segsync:audience:vip', ['1', '3', 'stranger']);
    await withShop('adopt: true', '', async (run) => {
      await run();
      expect(await members()).toEqual(['3', '4', '5', '6']);
    });
  });
});
