/** An open OneSignal app. */
import { fail } from '../../diagnostics/diagnostic.ts';
import { failedCall, isRefusedKey } from '../answers.ts';
import { type ApiAnswer, openApi } from '../api.ts';
import { limitsOf } from '../call.ts';
import type { Batch, DestinationSession, OpenContext, Outcome } from '../destination.ts';
import { expectApi, sent, unreachable } from '../failures.ts';
import { changeBytes } from '../json.ts';
import { retryAll } from '../receipts.ts';
import { eventCallOf, eventOutcomeOf, LONGEST_NAME } from './events.ts';
import type { OnesignalSettings } from './options.ts';
import { callOf, identifierOf, UNKNOWN_USER } from './users.ts';

/** No limit is published; far above what one user's tags take. */
export const BATCH_BYTES = 100_000;

/** A tag's name: not empty, one line, at most 128 characters. Unconfirmed. */
const NAME = /^[^\s\p{Cc}][^\p{Cc}]{0,127}$/u;

/** A session on one app. Opens no connection. */
export function openSession(context: OpenContext, settings: OnesignalSettings): DestinationSession {
  const { world, name: destination } = context;
  const { base, appId, aliasLabel } = settings;
  const api = openApi(world, settings, { authorization: `Key ${settings.apiKey}` });
  return {
    limits: limitsOf(settings, BATCH_BYTES),
    async check() {
      // Of nobody: the key is looked at first.
      const path = `/apps/${appId}/users/by/${aliasLabel}/segsync-check`;
      const answer = await api({ method: 'GET', path }).catch((error: unknown) =>
        unreachable(destination, error),
      );
      if (isRefusedKey(answer)) refusedKey(destination, answer.status);
      expectApi(destination, answer);
    },
    async ensureAudience({ name }) {
      if (!NAME.test(name)) {
        fail('E407', {
          destination,
          detail: `\`${name}\` cannot be the name of a tag`,
          hint: 'give the sync another `audience:`',
        });
      }
      return `${appId}/${name}`;
    },
    identifier: identifierOf,
    example(batch) {
      const { path, body } = batch.events ? eventCallOf(batch, settings) : callOf(batch, settings);
      return { to: `${batch.events ? 'POST' : 'PATCH'} ${base}${decodeURIComponent(path)}`, body };
    },
    sizeOf: (change) => changeBytes(change, 300),
    async send(batch, { signal }) {
      if (batch.events) stopIfNoEvents(destination, batch, settings);
      return sent(destination, batch, async () => {
        const call = batch.events
          ? ({ method: 'POST', ...eventCallOf(batch, settings) } as const)
          : ({ method: 'PATCH', ...callOf(batch, settings) } as const);
        const answer = await api({ ...call, signal });
        if (isRefusedKey(answer)) refusedKey(destination, answer.status);
        const judge = batch.events ? eventOutcomeOf : outcomeOf;
        return judge(batch, answer, world.clock.now());
      });
    },
    async close() {},
  };
}

/** What the answer says of the one member. `now` in microseconds. */
export function outcomeOf(batch: Batch, answer: ApiAnswer, now: bigint): Outcome {
  const { status: httpStatus } = answer;
  if (httpStatus === 404 && answer.json === undefined)
    return { receipts: retryAll(batch, 'no_answer', 'the answer is none of OneSignal’s'), httpStatus };
  if (httpStatus === 404) {
    // It answers, and says whom it does not know: the other side is up.
    if (batch.op === 'remove') return { receipts: [{ kind: 'delivered' }], httpStatus: 200 };
    return { receipts: [UNKNOWN_USER], httpStatus: 200 };
  }
  const failed = failedCall(batch, answer, { title: 'OneSignal', type: 'onesignal', now });
  return failed ?? { receipts: [{ kind: 'delivered' }], httpStatus };
}

/** Events know people by `external_id` alone. */
function stopIfNoEvents(destination: string, { audience }: Batch, { aliasLabel }: OnesignalSettings): void {
  if (aliasLabel !== 'external_id') {
    const detail = '`mode: on_enter` knows people by `external_id`, and `alias_label` is another';
    fail('E407', { destination, detail, hint: 'give events a destination without `alias_label`' });
  }
  if (audience.name.length > LONGEST_NAME) {
    const detail = `an event’s name has at most ${LONGEST_NAME} characters`;
    fail('E407', { destination, detail, hint: 'give the sync another `audience:`' });
  }
}

function refusedKey(destination: string, status: number): never {
  return fail('E406', {
    destination,
    detail: `HTTP ${status}`,
    hint: 'make an API key of this app, and check `app_id`',
  });
}
