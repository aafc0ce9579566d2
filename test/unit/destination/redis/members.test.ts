/** What the server is told, what its errors mean, and which addresses are understood. */
import { describe, expect, it } from 'vitest';
import { addressOf } from '../../../../src/destination/redis/address.ts';
import { codeOf, meaningOf, outcomeOf } from '../../../../src/destination/redis/answer.ts';
import { destination } from '../../../../src/destination/redis/index.ts';
import { commandsOf } from '../../../../src/destination/redis/members.ts';
import { redisOptions, redisSettings } from '../../../../src/destination/redis/options.ts';
import { batch, change } from '../../../conformance/destination/harness.ts';

const URL_ = 'redis://h';
const layout = (options: Record<string, unknown> = {}) => redisSettings({ url: URL_, ...options });
const one = (op: 'add' | 'remove' | 'update') =>
  batch([change(op, '1', { email: 'a@x.test' }, { n: { number: '9007199254740993' } })]);

describe('commands', () => {
  it.each([
    ['add', {}, ['SADD segsync:audience:vip 1']],
    ['update', {}, ['SADD segsync:audience:vip 1']],
    ['remove', {}, ['SREM segsync:audience:vip 1']],
    ['add', { member: 'email', key_prefix: 'x:' }, ['SADD x:vip a@x.test']],
    ['remove', { member: 'phone' }, []],
    ['add', { lookup_prefix: 'm:' }, ['SADD segsync:audience:vip 1', 'HSET m:1 vip {"n":9007199254740993}']],
    ['remove', { lookup_prefix: 'm:' }, ['SREM segsync:audience:vip 1', 'HDEL m:1 vip']],
    [
      'add',
      { lookup_prefix: 'm:', expire_after: '30d' },
      [
        'SADD segsync:audience:vip 1',
        'EXPIRE segsync:audience:vip 2592000',
        'HSET m:1 vip {"n":9007199254740993}',
        'EXPIRE m:1 2592000',
      ],
    ],
  ] as const)('of %s with %j', (op, options, expected) => {
    expect(commandsOf(one(op), layout(options)).map((command) => command.join(' '))).toEqual(expected);
  });

  it('tell the server of all members at once', () => {
    const many = batch([change('add', '1'), change('add', 'a b'), change('add', '')]);
    expect(commandsOf(many, layout())).toEqual([['SADD', 'segsync:audience:vip', '1', 'a b', '']]);
  });
});

describe('an error', () => {
  it.each([
    ['WRONGPASS invalid username-password pair or user is disabled.', 'credentials'],
    ['NOAUTH Authentication required.', 'credentials'],
    ["NOPERM User app has no permissions to run the 'sadd' command", 'credentials'],
    ['ERR invalid password', 'credentials'],
    ['ERR AUTH <password> called without any password configured', 'credentials'],
    ['ERR Client sent AUTH, but no password is set', 'credentials'],
    ['LOADING Redis is loading the dataset in memory', 'later'],
    ['TRYAGAIN Multiple keys request during rehashing of slot', 'later'],
    ['CLUSTERDOWN Hash slot not served', 'later'],
    ["READONLY You can't write against a read only replica.", 'later'],
    ['MASTERDOWN Link with MASTER is down', 'later'],
    ["OOM command not allowed when used memory > 'maxmemory'.", 'later'],
    ['EXECABORT Transaction discarded because of previous errors.', 'later'],
    ['MISCONF Redis is configured to save RDB snapshots', 'later'],
    ['ERR max number of clients reached', 'later'],
    ['WRONGTYPE Operation against a key holding the wrong kind of value', 'other'],
    ['MOVED 3999 127.0.0.1:6381', 'other'],
    ["ERR unknown command 'SADD'", 'other'],
    ['Socket closed unexpectedly', 'later'],
    ['no answer in time', 'later'],
  ])('%s', (message, meaning) => {
    expect(meaningOf(codeOf(new Error(message)))).toBe(meaning);
  });

  it('of the network is never one of the server’s', () => {
    expect(codeOf(Object.assign(new Error('WRONGPASS'), { code: 'ECONNREFUSED' }))).toBeUndefined();
  });

  it('of a transaction is that of its first command that failed', () => {
    const replies = [1, new Error('WRONGTYPE x'), new Error('OOM x')];
    expect(codeOf(Object.assign(new Error('2 commands failed'), { replies }))).toBe('WRONGTYPE');
  });

  it('tells nothing that the server repeats', () => {
    const said = new Error("ERR unknown command 'SADD', with args beginning with: 'ada@x.test'");
    expect(() => outcomeOf('app', one('add'), said)).toThrow(/answered ERR/);
    expect(() => outcomeOf('app', one('add'), said)).not.toThrow(/ada/);
  });
});

describe('an address', () => {
  it.each([
    ['redis://h', { tls: false, host: 'h', port: 6379, database: 0 }],
    [
      'rediss://u:p%40ss@h.example.com:6380/3',
      { tls: true, host: 'h.example.com', port: 6380, username: 'u', password: 'p@ss', database: 3 },
    ],
    ['redis://:p@[::1]:7/', { tls: false, host: '::1', port: 7, password: 'p', database: 0 }],
    ['redis://h/x', undefined],
    ['redis://h?db=1', undefined],
    ['redis://u:%@h', undefined],
    ['redis:///0', undefined],
    ['https://h', undefined],
    ['$' + '{env:REDIS}', undefined],
  ])('%s', (text, expected) => {
    expect(addressOf(text)).toEqual(expected);
  });
});

describe('options', () => {
  it.each([
    [{ url: URL_ }, true],
    [{ url: 'http://h' }, false],
    [{ url: URL_, expire_after: '10d' }, true],
    [{ url: URL_, expire_after: '9d' }, false],
    [{ url: URL_, batch_size: 10_001 }, false],
    [{ url: URL_, timeout: '1ms' }, false],
  ])('%j', (options, good) => {
    expect(redisOptions.safeParse(options).success).toBe(good);
  });

  it('say how members are matched, whether they can be told, and when they are renewed', () => {
    const of = (options: Record<string, unknown>) => destination.manifestWith!({ url: URL_, ...options });
    expect(of({})).toEqual(destination.manifest);
    expect(of({ member: 'email' })).toMatchObject({ needsIdentifier: true, listsMembers: false });
    expect(of({ expire_after: '10d' }).forgetsAfter).toBe(864_000_000_000n);
  });
});
