/** What Segment gets. */
import { describe, expect, it } from 'vitest';
import { batchBody, identifierOf } from '../../../../src/destination/segment/messages.ts';
import { batch, change, kindsOf, openDestination } from '../../../conformance/destination/harness.ts';
import { startSegment, WRITE_KEY } from '../../../destinations/segment.ts';

const ID = expect.stringMatching(/^[0-9a-f]{64}$/);
const add = change('add', '1', { external_id: 'u1' }, { tier: 'gold', points: { number: '12.5' } });
const added = (id: string) => change('add', id, { external_id: id });
const remove = change('remove', '1', { external_id: 'u1' });

describe('a body', () => {
  it.each([
    ['identify', add, { type: 'identify', traits: { tier: 'gold', points: 12.5, vip: true } }],
    ['identify', remove, { type: 'identify', traits: { vip: false } }],
    [
      'track',
      add,
      {
        type: 'track',
        event: 'Audience Entered',
        timestamp: '2026-11-22T09:59:58.123456Z',
        properties: { tier: 'gold', points: 12.5, audience_key: 'vip' },
      },
    ],
    [
      'track',
      remove,
      {
        type: 'track',
        event: 'Audience Exited',
        timestamp: '2026-11-22T09:59:58.123456Z',
        properties: { audience_key: 'vip' },
      },
    ],
  ] as const)('by %s: %#', (send, change, message) => {
    expect(batchBody(batch([change]), { send })).toEqual({
      batch: [{ messageId: ID, userId: 'u1', ...message }],
    });
  });

  it.each([
    [add, { tier: 'gold', points: 12.5, vip: true }],
    [remove, { vip: false }],
  ])('by group has the trait as the group’s, and an anonymous user of its own: %#', (change, traits) => {
    const [message] = batchBody(batch([change]), { send: 'group' }).batch;
    expect(message).toEqual({
      ...{ messageId: ID, type: 'group', groupId: 'u1', traits },
      anonymousId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    const anonymousOf = (id: string) =>
      (batchBody(batch([added(id)]), { send: 'group' }).batch[0] as { anonymousId: string }).anonymousId;
    expect(message).toMatchObject({ anonymousId: anonymousOf('u1') });
    expect(anonymousOf('u2')).not.toBe(anonymousOf('u1'));
  });

  it('of events by group names it in the context', () => {
    const entered = { ...batch([add]), events: true };
    expect(batchBody(entered, { send: 'group' }).batch).toEqual([
      {
        messageId: ID,
        anonymousId: expect.any(String),
        context: { groupId: 'u1' },
        type: 'track',
        event: 'vip',
        timestamp: '2026-11-22T09:59:58.123456Z',
        properties: { tier: 'gold', points: 12.5 },
      },
    ]);
  });

  it('of events has the audience’s name', () => {
    const entered = { ...batch([add]), events: true };
    expect(batchBody(entered, { send: 'identify' }).batch).toEqual([
      {
        messageId: ID,
        userId: 'u1',
        type: 'track',
        event: 'vip',
        timestamp: '2026-11-22T09:59:58.123456Z',
        properties: { tier: 'gold', points: 12.5 },
      },
    ]);
  });

  it('has the same ids when it is sent again, and others later', () => {
    const [first, later] = [batch([add]), batch([add])];
    const idOf = (of: typeof first) =>
      (batchBody(of, { send: 'identify' }).batch[0] as { messageId: string }).messageId;
    expect(idOf(first)).toBe(idOf(first));
    expect(idOf(first)).not.toBe(idOf(later));
  });
});

it.each([
  ['external_id', ' u1 ', 'u1'],
  ['external_id', '  ', undefined],
  ['email', 'a@x.test', undefined],
])('an identifier: %s %j', (kind, value, sent) => expect(identifierOf(kind, value)).toBe(sent));

it('a session counts what got through as unknown: nobody says what became of it', async () => {
  const segment = await startSegment();
  const session = await openDestination('segment', '/', {
    write_key: WRITE_KEY,
    base_url: segment.url,
    allow_private_address: true,
  });
  await session.check();
  const of = batch([add]);
  expect(kindsOf(await session.send(of, {}))).toEqual(['unknown']);
  expect(kindsOf(await session.send({ ...of, events: true }, {}))).toEqual(['unknown']);
  expect([...segment.members('vip')]).toEqual(['u1']);
  // The same message again is dropped, even as an event.
  expect(segment.events.size).toBe(0);
  await session.close();
  await segment.close();
});
