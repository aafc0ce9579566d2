/** An open Slack destination. */
import { fail } from '../../diagnostics/diagnostic.ts';
import { type HttpResponse, NetworkError, type World } from '../../world.ts';
import type { DestinationSession, OpenContext } from '../destination.ts';
import { unreachable } from '../failures.ts';
import { unanswered } from '../receipts.ts';
import { retryAfterMs } from '../retry-after.ts';
import { isThere, stopOn, toldBy } from './answer.ts';
import { delivered, Gathering, HELD_ROWS, type Told } from './gathering.ts';
import { type Digest, digestOf, messageOf } from './message.ts';
import type { SlackSettings } from './options.ts';

export const BATCH_ROWS = HELD_ROWS;
export const BATCH_BYTES = 8_000_000;
/** Batches that may wait for their message at once, of all syncs together; messages themselves go one by one. */
export const CONCURRENCY = 64;

/** A message a second. Source: Slack, rate limits, posting messages. */
const PACE_MS = 1_000;

/** No message waits longer for its turn. */
const LONGEST_MS = 10_000;

/** A session on one webhook. Opens no connection. */
export function openSession(context: OpenContext, settings: SlackSettings): DestinationSession {
  const { world, name: destination } = context;
  const post = openPost(world, settings);
  const gatherings = new Map<string, Gathering>();
  const tell = async (audience: string, digest: Digest): Promise<Told> => {
    try {
      return toldBy(destination, await post(messageOf(audience, digest)), world.clock.now());
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      if (error.reason === 'private_address') fail('E402', { destination });
      return (batch) => unanswered(batch, error);
    }
  };
  const gatheringOf = (sync: string): Gathering => {
    const sleep = (signal: AbortSignal): Promise<void> => world.timers.sleep(settings.gatherMs, signal);
    const known = gatherings.get(sync) ?? new Gathering({ include: settings.include, sleep, post: tell });
    gatherings.set(sync, known);
    return known;
  };
  return {
    limits: { batchRows: BATCH_ROWS, batchBytes: BATCH_BYTES, concurrency: CONCURRENCY },
    async check() {
      const answer = await post({}).catch((error: unknown) => unreachable(destination, error));
      if (isThere(answer)) return;
      stopOn(destination, answer);
      if (answer.status >= 300) fail('E404', { destination, detail: `it answers HTTP ${answer.status}` });
    },
    // Not the webhook: with another one, everybody would enter again.
    ensureAudience: async ({ name }) => `${destination}/${name}`,
    // What is not sent need not be told of when it changes.
    identifier: () => undefined,
    example: (batch) => ({
      to: 'POST an incoming webhook of Slack',
      body: messageOf(batch.audience.name, digestOf(batch, settings.include)),
    }),
    sizeOf: () => 1,
    async send(batch, { signal }) {
      return batch.op === 'update' ? delivered(batch) : gatheringOf(batch.sync).add(batch, signal);
    },
    async close() {},
  };
}

/** Posts one at a time, a second apart; later where Slack asks for it. */
function openPost(world: World, { url, timeoutMs, allowPrivateAddress }: SlackSettings) {
  let queue: Promise<unknown> = Promise.resolve();
  let nextAt = 0;
  const post = async (body: unknown): Promise<HttpResponse> => {
    const wait = Math.max(0, nextAt - world.clock.monotonic());
    // Slack has asked for more than a moment: the next run tells it.
    if (wait > LONGEST_MS) throw new NetworkError('busy', false, 'Slack asks to wait');
    await world.timers.sleep(wait);
    const answer = await world.network
      .request({
        method: 'POST',
        url,
        headers: { 'user-agent': 'segsync', 'content-type': 'application/json' },
        body: JSON.stringify(body),
        ...{ timeoutMs, allowPrivateAddress },
      })
      .finally(() => {
        nextAt = world.clock.monotonic() + PACE_MS;
      });
    const afterMs =
      answer.status === 429 ? retryAfterMs(answer.headers['retry-after'], world.clock.now()) : 0;
    nextAt += afterMs ?? 0;
    return answer;
  };
  return (body: unknown): Promise<HttpResponse> => {
    const turn = queue.then(() => post(body));
    queue = turn.catch(() => {});
    return turn;
  };
}
