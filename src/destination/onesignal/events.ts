/** A user's custom event, and what its answer means. Source: Create custom events; Idempotent API requests. */
import { formatInstant } from '../../instant.ts';
import { failedCall } from '../answers.ts';
import type { ApiAnswer } from '../api.ts';
import type { Batch, Change, Outcome, Receipt } from '../destination.ts';
import { isRecord, plainFields } from '../json.ts';
import { identifierOfKind } from '../normalise.ts';
import { uuidOf } from '../uuid.ts';
import type { OnesignalSettings } from './options.ts';
import { UNKNOWN_USER } from './users.ts';

/** What OneSignal takes. Source: Create custom events, `name`. */
export const LONGEST_NAME = 128;

/** The call for the one member of a batch: what became of it is then no question of which. */
export function eventCallOf(
  batch: Batch,
  { appId }: Pick<OnesignalSettings, 'appId'>,
): { readonly path: string; readonly body: { readonly events: readonly object[] } } {
  const [change] = batch.changes as readonly [Change];
  const event = {
    name: batch.audience.name,
    external_id: identifierOfKind(change, 'external_id', batch.kinds) ?? '',
    timestamp: formatInstant(change.causedAt),
    idempotency_key: uuidOf(batch.idOf(change)),
    properties: plainFields(change.fields),
  };
  return { path: `/apps/${appId}/custom_events`, body: { events: [event] } };
}

/** An event that is not taken stands under `errors` of an answer that is none. `now` in microseconds. */
export function eventOutcomeOf(batch: Batch, answer: ApiAnswer, now: bigint): Outcome {
  const failed = failedCall(batch, answer, { title: 'OneSignal', type: 'onesignal', now });
  if (failed) return failed;
  const { json, status: httpStatus } = answer;
  const [error] = isRecord(json) && Array.isArray(json.errors) ? json.errors.filter(isRecord) : [];
  return { receipts: [error ? refusal(error) : { kind: 'delivered' }], httpStatus };
}

/** A code only: titles repeat who is meant. */
function refusal({ error }: Record<string, unknown>): Receipt {
  const code = isRecord(error) && typeof error.code === 'string' ? error.code : '';
  if (/^not[ _-]?found$/i.test(code)) return UNKNOWN_USER;
  const said = /^[a-z][a-z _-]{0,39}$/i.test(code) ? `: ${code}` : '';
  return { kind: 'rejected', code: 'onesignal_event', message: `OneSignal refused the event${said}` };
}
