/** `type: slack` against a simulated webhook: how many messages a run posts, what they say, and what answers mean. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DestinationSession } from '../../../../src/destination/destination.ts';
import { openRig, type Rig } from '../../../chaos/rig.ts';
import { build } from '../../../cli/segsync.ts';
import { type SlackSimulator, startSlack } from '../../../destinations/slack.ts';
import { engines } from '../../../engines.ts';
import { batch, change, kindsOf, openDestination, receiptsOf } from '../harness.ts';

let slack: SlackSimulator;
let session: DestinationSession;

beforeEach(async () => {
  slack = await startSlack();
  session = await open();
});
afterEach(async () => {
  await session.close();
  await slack.close();
});

function open(options: Record<string, unknown> = {}): Promise<DestinationSession> {
  return openDestination('slack', '/', {
    ...{ url: slack.webhook, allow_private_address: true, gather: '1s', ...options },
  });
}

const many = (op: 'add' | 'remove' | 'update', count: number) =>
  batch(Array.from({ length: count }, (_, n) => change(op, `${op}${n}`, {}, { name: `Person ${n}` })));

const posts = () => slack.calls.filter(slack.isChange).length;

describe('a message', () => {
  it('tells of all that comes together', async () => {
    const outcomes = await Promise.all(
      [many('remove', 3), many('add', 10), many('update', 5), many('add', 2)].map((each) =>
        session.send(each, {}),
      ),
    );
    expect(outcomes.flatMap(kindsOf)).toEqual(Array(20).fill('delivered'));
    expect(slack.texts).toEqual(['vip: +12, -3']);
  });

  it('is not posted for updates, nor by looking', async () => {
    expect(kindsOf(await session.send(many('update', 2), {}))).toEqual(['delivered', 'delivered']);
    expect(await session.ensureAudience({ name: 'vip', dryRun: true })).toBe('my_slack/vip');
    await session.check();
    expect(slack.texts).toEqual([]);
  });

  it('is one for each sync, a second apart', async () => {
    const other = { ...many('add', 1), sync: 'other.hook', audience: { name: 'R&D <!channel>', ref: 'x' } };
    const outcomes = await Promise.all([session.send(many('add', 1), {}), session.send(other, {})]);
    expect(outcomes.flatMap(kindsOf)).toEqual(['delivered', 'delivered']);
    expect(slack.texts.sort()).toEqual(['R&amp;D &lt;!channel&gt;: +1', 'vip: +1']);
    expect(posts()).toBe(2);
  });

  it('of a large load is one, whose first batches do not wait for it', async () => {
    const sent: Promise<unknown>[] = [];
    for (let n = 0; n < 8; n += 1) {
      sent.push(session.send(many('add', 2_500), {}));
      if (n >= 2) await sent[n - 2];
      expect(slack.texts).toEqual([]);
    }
    await Promise.all(sent);
    expect(slack.texts).toEqual(['vip: +20000']);
  });

  it('that fails keeps what was acknowledged before, for the next one', async () => {
    slack.faults.push({ reply: { status: 500, body: 'rollup_error' } });
    const [first, last] = await Promise.all([
      session.send(many('add', 4_000), {}),
      session.send(many('add', 2_000), {}),
    ]);
    expect([kindsOf(first!)[0], kindsOf(last!)[0]]).toEqual(['delivered', 'retry']);
    expect(kindsOf(await session.send(many('add', 2_000), {}))[0]).toBe('delivered');
    expect(slack.texts).toEqual(['vip: +6000']);
  });

  it('is not waited for once the run is told to stop', async () => {
    const controller = new AbortController();
    const sending = session.send(many('add', 2), { signal: controller.signal });
    controller.abort();
    expect(receiptsOf(await sending)).toMatchObject([
      { kind: 'retry', code: 'network_aborted' },
      { kind: 'retry' },
    ]);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(slack.texts).toEqual([]);
  });
});

describe('an answer', () => {
  it.each([
    [
      'busy',
      { reply: { status: 429, body: 'rate_limited', headers: { 'retry-after': '2' } } },
      { code: 'slack_429', afterMs: 2_000 },
    ],
    ['down', { reply: { status: 503, body: '<html>' } }, { code: 'slack_503' }],
    ['none of Slack’s', { reply: { status: 200, body: '<html>ok</html>' } }, { code: 'no_answer' }],
    ['that does not come', { drop: true, applied: true }, { code: 'network_reset' }],
  ])('%s is one for later', async (_, fault, expected) => {
    slack.faults.push(fault);
    expect(receiptsOf(await session.send(many('add', 1), {}))).toMatchObject([
      { kind: 'retry', ...expected },
    ]);
  });

  it.each([
    ['invalid_token', 'E406', 77],
    ['action_prohibited', 'E406', 77],
    ['no_service', 'E407', 1],
    ['channel_not_found', 'E407', 1],
    ['channel_is_archived', 'E407', 1],
  ])('%s stops the sync: %s', async (word, code, exit) => {
    slack.refuse(word);
    const failure = session.send(many('add', 1), {});
    await expect(failure).rejects.toMatchObject({ exit, diagnostics: [{ code }] });
    await expect(failure).rejects.toThrow(new RegExp(word));
    await expect(failure).rejects.not.toThrow(/services/);
    await expect(session.check()).rejects.toMatchObject({ exit });
  });

  it('of another webhook, and of nobody', async () => {
    await expect((await open({ url: `${slack.webhook}x` })).check()).rejects.toMatchObject({ exit: 77 });
    await expect((await open({ url: `${slack.url}/services/other` })).check()).rejects.toThrow(/no_service/);
    await expect((await open({ url: 'http://127.0.0.1:1/services/a' })).check()).rejects.toMatchObject({
      exit: 75,
    });
  });
});

describe('a run', () => {
  let rig: Rig;
  beforeAll(build);
  beforeEach(async () => {
    rig = await openRig(engines.find(({ name }) => name === 'duckdb')!, ({ target }) => ({
      'segsync.yaml': `version: 1
project: chat
default_target: test
targets: {test: ${JSON.stringify(target)}}
guards: {min_guarded_size: 10000}
entities:
  customer:
    {table: shop.customers, key: id, cursor: updated_at, identifiers: {email: {trait: email, kind: email}}}
`,
      'segments/churn_risk.yaml':
        'entity: customer\nwhere: {trait: risk, eq: true}\nsync: [{to: team, match: [email], fields: {name: {trait: name}}}]\n',
      'destinations/team.yaml':
        'type: slack\ntargets: [test]\nurl: "${' +
        'env:SLACK}"\nallow_private_address: true\ngather: 1s\ninclude: [name]\n',
    }));
    await rig.change([
      'CREATE SCHEMA shop',
      'CREATE TABLE shop.customers (id TEXT, email TEXT, name TEXT, risk BOOLEAN, updated_at TIMESTAMPTZ)',
      "INSERT INTO shop.customers SELECT CAST(n AS TEXT), n || '@x.test', 'N' || n, n > 3, now() FROM generate_series(1, 6) AS s (n)",
    ]);
  });
  afterEach(() => rig.drop());

  const run = async (exit = 0) => {
    const ended = await rig.call(['run', '--all', '--json'], { SLACK: slack.webhook });
    expect(ended.exit, ended.stdout + ended.stderr).toBe(exit);
    expect(ended.stdout + ended.stderr).not.toContain(slack.webhook);
    return JSON.parse(ended.stdout).syncs[0];
  };
  const set = (what: string, ids: string) =>
    rig.change([`UPDATE shop.customers SET ${what}, updated_at = now() WHERE id IN (${ids})`]);

  it('posts one message for those who enter and leave, with the fields that are included', async () => {
    await run();
    expect(slack.texts).toEqual(['churn_risk: +3\n• name: N4\n• name: N5\n• name: N6']);
    await run();
    await set("email = 'new@x.test', name = 'New'", "'5'");
    await run();
    expect(posts()).toBe(1);
    await rig.change(["UPDATE shop.customers SET risk = NOT risk, updated_at = now() WHERE id <> '6'"]);
    expect(await run()).toMatchObject({ delivered: { add: 3, remove: 2 } });
    expect(slack.texts[1]).toBe('churn_risk: +3, -2\n• name: N1\n• name: N2\n• name: N3');
  });

  it('is told again by the next one, where the webhook was refused', async () => {
    slack.refuse('channel_is_archived');
    expect(await run(1)).toMatchObject({ error: { code: 'E407' } });
    slack.refuse(undefined);
    await run();
    expect(slack.texts).toHaveLength(1);
    expect(slack.texts[0]).toContain('churn_risk: +3\n');
  });

  it('that is killed before it has told anything leaves it to the next one', async () => {
    slack.faults.push({ held: new Promise(() => {}) });
    const running = rig.start(['run', '--all'], { environment: { SLACK: slack.webhook } });
    while (slack.faults.length > 0 && !running.isOver())
      await new Promise((resolve) => setTimeout(resolve, 20));
    running.kill();
    await running.ended;
    await run();
    expect(slack.texts.at(-1)).toContain('churn_risk: +3\n');
  });
});
