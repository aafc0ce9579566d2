/** An open Segment source. */
import { fail } from '../../diagnostics/diagnostic.ts';
import { failedCall, isRefusedKey } from '../answers.ts';
import { openApi } from '../api.ts';
import { limitsOf } from '../call.ts';
import type { DestinationSession, OpenContext } from '../destination.ts';
import { expectApi, sent, unreachable } from '../failures.ts';
import { changeBytes } from '../json.ts';
import { batchBody, identifierOf } from './messages.ts';
import type { SegmentSettings } from './options.ts';

/** 500 KB a call. Source: HTTP API source, "Errors". The rest is room for what stands around the messages. */
export const BATCH_BYTES = 480_000;

/** A session on one source. Opens no connection. */
export function openSession(context: OpenContext, settings: SegmentSettings): DestinationSession {
  const { world, name: destination } = context;
  const { base, writeKey } = settings;
  const pair = Buffer.from(`${writeKey}:`, 'utf8').toString('base64');
  const api = openApi(world, settings, { authorization: `Basic ${pair}` });
  const post = (body: unknown, signal?: AbortSignal) =>
    api({ method: 'POST', path: '/v1/batch', body, signal });
  return {
    limits: limitsOf(settings, BATCH_BYTES),
    async check() {
      const answer = await post({ batch: [] }).catch((error: unknown) => unreachable(destination, error));
      if (isRefusedKey(answer)) refusedKey(destination, answer.status);
      expectApi(destination, answer);
    },
    async ensureAudience({ name }) {
      return `${new URL(base).host}/${name}`;
    },
    identifier: identifierOf,
    example: (batch) => ({ to: `POST ${base}/v1/batch`, body: batchBody(batch, settings) }),
    sizeOf: (change) => changeBytes(change, 300),
    async send(batch, { signal }) {
      return sent(destination, batch, async () => {
        const answer = await post(batchBody(batch, settings), signal);
        if (isRefusedKey(answer)) refusedKey(destination, answer.status);
        const failed = failedCall(batch, answer, {
          ...{ title: 'Segment', type: 'segment', now: world.clock.now() },
        });
        // It says nothing of single messages, also where it drops some later.
        return (
          failed ?? {
            receipts: batch.changes.map(() => ({ kind: 'unknown' })),
            httpStatus: answer.status,
          }
        );
      });
    },
    async close() {},
  };
}

function refusedKey(destination: string, status: number): never {
  return fail('E406', {
    destination,
    detail: `HTTP ${status}`,
    hint: '`write_key` has to be that of an HTTP API source of the same region as `base_url`',
  });
}
