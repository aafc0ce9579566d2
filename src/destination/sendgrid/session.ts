/** An open SendGrid account. */
import { fail } from '../../diagnostics/diagnostic.ts';
import type { World } from '../../world.ts';
import { NetworkError } from '../../world.ts';
import { isRefusedKey } from '../answers.ts';
import { type Api, openApi } from '../api.ts';
import { limitsOf } from '../call.ts';
import type { DestinationSession, JobState, OpenContext } from '../destination.ts';
import { sent, unreachable } from '../failures.ts';
import { changeBytes, isRecord } from '../json.ts';
import { jobStateOf } from './answer.ts';
import { type Open, remove, upsert } from './calls.ts';
import { identifierOf, lookUpCall, MOST_LOOKED_UP, upsertCall } from './contacts.ts';
import { columnsNamedAs } from './fields.ts';
import { type Ask, ensureList } from './lists.ts';
import type { SendgridSettings } from './options.ts';

/** 6 MB an upsert. Source: `tsg_mc_contacts_v3`. The rest is room for what stands around the contacts. */
export const BATCH_BYTES = 5_500_000;

/** A session on one account. Opens no connection. */
export function openSession(context: OpenContext, settings: SendgridSettings): DestinationSession {
  const { world, name: destination } = context;
  const { base, identifierType: type } = settings;
  const api = judged(openApi(world, settings, { authorization: `Bearer ${settings.apiKey}` }), destination);
  // A removal takes two calls for each hundred members, an upsert one: each of them waits for its turn.
  const turn = openTurns(world, settings.requestsPerSecond);
  const known: Open['known'] = {};
  const ask: Ask = async (request) => {
    const { status, json } = await api(request).catch((error: unknown) => unreachable(destination, error));
    if (status < 200 || status >= 300 || !isRecord(json))
      fail('E404', { destination, detail: `it answers HTTP ${status}` });
    return json;
  };
  return {
    limits: limitsOf(settings, BATCH_BYTES),
    async check() {
      await ask({ method: 'GET', path: '/v3/marketing/lists?page_size=1' });
    },
    ensureAudience: (audience) => ensureList(ask, destination, audience),
    identifier: (kind, value, { defaultCountry }) => identifierOf(kind, value, { type, defaultCountry }),
    example(batch) {
      const some = { ...batch, changes: batch.changes.slice(0, MOST_LOOKED_UP) };
      const request =
        batch.op === 'remove' ? lookUpCall(some, type) : upsertCall(batch, type, columnsNamedAs(batch));
      return { to: `${request.method} ${base}${request.path}`, body: request.body };
    },
    sizeOf: (change) => changeBytes(change, 150),
    send(batch, { signal }) {
      const call: Api = async (request) => {
        await turn(signal);
        return api({ ...request, signal });
      };
      const open: Open = { world, destination, settings, call, known };
      return sent(destination, batch, () => (batch.op === 'remove' ? remove : upsert)(open, batch));
    },
    poll: (job) => poll(api, destination, job),
    async close() {},
  };
}

/** Without an answer a job may still run. One that SendGrid does not know any more is made again, which is harmless. */
async function poll(api: Api, destination: string, job: string): Promise<JobState> {
  const path = `/v3/marketing/contacts/imports/${encodeURIComponent(job)}`;
  const answer = await api({ method: 'GET', path }).catch((error: unknown) => {
    if (!(error instanceof NetworkError) || error.reason === 'private_address')
      return unreachable(destination, error);
    return undefined;
  });
  if (answer?.status === 404 && isRecord(answer.json)) {
    return { kind: 'failed', again: true, code: 'sendgrid_404', message: 'SendGrid does not know the job' };
  }
  return answer?.status === 200 ? jobStateOf(answer.json) : { kind: 'running' };
}

function openTurns(world: World, perSecond: number): (signal?: AbortSignal) => Promise<void> {
  const gap = BigInt(Math.ceil(1_000_000 / perSecond));
  let free = 0n;
  return async (signal) => {
    const now = world.clock.now();
    const at = free > now ? free : now;
    free = at + gap;
    if (at > now) await world.timers.sleep(Number((at - now) / 1000n), signal);
  };
}

function judged(api: Api, destination: string): Api {
  return async (request) => {
    const answer = await api(request);
    if (!isRefusedKey(answer)) return answer;
    return fail('E406', {
      destination,
      detail: `HTTP ${answer.status}`,
      hint: 'the API key needs full access to Marketing, and `region` has to be the account’s',
    });
  };
}
