/** Calls to SendGrid: lists by name, fields by name, removals by id. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type {
  DestinationSession,
  FieldValue,
  Operation,
  Outcome,
} from '../../../../src/destination/destination.ts';
import { batch, change, kindsOf, openDestination } from '../../../conformance/destination/harness.ts';
import { API_KEY, INVALID, type SendgridSimulator, startSendgrid } from '../../../destinations/sendgrid.ts';

let sendgrid: SendgridSimulator;
let session: DestinationSession;

beforeEach(async () => {
  sendgrid = await startSendgrid();
  const about = { base_url: sendgrid.url, allow_private_address: true, rate: '1000/s' };
  session = await openDestination('sendgrid', '/', { api_key: API_KEY, ...about });
});

afterEach(() => sendgrid.close());

async function sent(op: Operation, emails: readonly string[], fields: Record<string, FieldValue> = {}) {
  const ref = await session.ensureAudience({ name: 'vip', dryRun: false });
  const changes = emails.map((email, n) => change(op, `${n}`, { email }, fields));
  return session.send(batch(changes, 'vip', ref), {});
}

const jobIn = (outcome: Outcome): string => {
  const [receipt] = 'refused' in outcome ? [] : outcome.receipts;
  return receipt?.kind === 'accepted' ? receipt.job : '';
};
const job = async (id: string) => session.poll!(id, {} as never);

describe('a list', () => {
  it('is found on a later page, and made once', async () => {
    for (const name of ['a', 'b', 'c', 'd']) sendgrid.make(name);
    const id = sendgrid.make('vip');
    expect(await session.ensureAudience({ name: 'vip', dryRun: false })).toBe(id);
    expect(await session.ensureAudience({ name: 'new', dryRun: true })).toBe('new:new');
    expect(sendgrid.calls.every(({ method }) => method === 'GET')).toBe(true);
    const made = await session.ensureAudience({ name: 'new', dryRun: false });
    expect(await session.ensureAudience({ name: 'new', dryRun: false })).toBe(made);
  });

  it('is not one of two of its name, on whichever pages, nor one of a name that is too long', async () => {
    for (const name of ['vip', 'b', 'vip']) sendgrid.make(name);
    const of = (name: string) => session.ensureAudience({ name, dryRun: false });
    await expect(of('vip')).rejects.toThrow('E407');
    await expect(of('x'.repeat(101))).rejects.toThrow('E407');
  });

  it('that is gone stops the sync', async () => {
    const ref = await session.ensureAudience({ name: 'vip', dryRun: false });
    sendgrid.drop('vip');
    const added = batch([change('add', '1', { email: 'a@x.test' })], 'vip', ref);
    await expect(session.send(added, {})).rejects.toThrow('E407');
  });
});

describe('an upsert', () => {
  it('has the fields by the ids of their names, asked for once', async () => {
    await sent('add', ['a@x.test'], { Tier: 'gold', points: { number: '3' } });
    await sent('add', ['b@x.test'], { Tier: 'new' });
    await session.check();
    expect(sendgrid.valueOf('a@x.test', 'w1')).toBe('gold');
    expect(sendgrid.valueOf('a@x.test', 'w2')).toBe(3);
    expect(sendgrid.calls.filter(({ path }) => path.endsWith('/field_definitions'))).toHaveLength(1);
  });

  it('stops the sync at a field that there is not', async () => {
    await expect(sent('add', ['a@x.test'], { nothing: 'x' })).rejects.toThrow('E407');
  });

  it('is refused whole for one address', async () => {
    const outcome = await sent('add', ['a@x.test', INVALID]);
    expect(outcome).toMatchObject({ refused: { code: 'sendgrid_400' } });
    expect(JSON.stringify(outcome)).not.toContain('dots');
  });

  it('is a job, which runs, ends, counts, fails or is forgotten', async () => {
    sendgrid.hold();
    const first = jobIn(await sent('add', ['a@x.test']));
    expect(await job(first)).toEqual({ kind: 'running' });
    sendgrid.endNext('errored', { errored_count: 1 });
    sendgrid.finish();
    expect(await job(first)).toEqual({ kind: 'done', invalid: 1 });
    sendgrid.endNext('failed');
    expect(await job(jobIn(await sent('add', ['b@x.test'])))).toMatchObject({ kind: 'failed', again: false });
    sendgrid.forgetJobs();
    expect(await job(first)).toMatchObject({ kind: 'failed', again: true });
  });
});

describe('a removal', () => {
  it('takes a hundred members in two calls, and nobody else off', async () => {
    const emails = Array.from({ length: 201 }, (_, n) => `m${n}@x.test`);
    for (const email of [...emails, 'stays@x.test']) sendgrid.add('vip', email);
    const kinds = kindsOf(await sent('remove', emails));
    expect(new Set(kinds)).toEqual(new Set(['unknown']));
    expect([...sendgrid.members('vip')]).toEqual(['stays@x.test']);
    expect(sendgrid.calls.filter(({ path }) => path.includes('/search/'))).toHaveLength(3);
    expect(sendgrid.calls.filter(sendgrid.isChange)).toHaveLength(3);
  });

  it('of whom SendGrid does not know is missing', async () => {
    sendgrid.add('vip', 'a@x.test');
    expect(kindsOf(await sent('remove', ['a@x.test', 'b@x.test']))).toEqual(['unknown', 'missing']);
    expect(kindsOf(await sent('remove', ['b@x.test']))).toEqual(['missing']);
  });

  it('of a contact that was deleted since is split until that one is alone', async () => {
    for (const email of ['a@x.test', 'b@x.test']) sendgrid.add('vip', email);
    sendgrid.deleteUnnoticed('b@x.test');
    expect(await sent('remove', ['a@x.test', 'b@x.test'])).toMatchObject({
      refused: { code: 'sendgrid_404' },
    });
    expect(kindsOf(await sent('remove', ['b@x.test']))).toEqual(['unknown']);
  });

  it('that is refused half way is tried again from there', async () => {
    const emails = Array.from({ length: 201 }, (_, n) => `m${n}@x.test`);
    for (const email of emails) sendgrid.add('vip', email);
    const refusal = { reply: { status: 429, headers: { 'retry-after': '2' } } };
    sendgrid.faults.push({ reply: { status: 202, body: { job_id: 'x' } } }, refusal);
    const kinds = kindsOf(await sent('remove', emails));
    expect(kinds.slice(0, 100).every((kind) => kind === 'unknown')).toBe(true);
    expect(kinds.slice(100).every((kind) => kind === 'retry')).toBe(true);
    expect(kinds).toHaveLength(201);
  });
});

it('stops with a key that is refused', async () => {
  sendgrid.letIn('another');
  await expect(session.check()).rejects.toThrow('E406');
  await expect(job('x')).rejects.toThrow('E406');
});

it('waits for its turn before each of its calls', async () => {
  const about = { base_url: sendgrid.url, allow_private_address: true, rate: '20/s' };
  const slow = await openDestination('sendgrid', '/', { api_key: API_KEY, ...about });
  for (const email of ['a@x.test', 'b@x.test']) sendgrid.add('vip', email);
  const removal = batch([change('remove', '1', { email: 'a@x.test' })], 'vip', 'none');
  const began = performance.now();
  await Promise.all([slow.send(removal, {}), slow.send(removal, {})]);
  expect(performance.now() - began).toBeGreaterThanOrEqual(140);
});
