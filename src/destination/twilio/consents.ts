/** Opt-outs as Twilio takes them. Source: Twilio OpenAPI, `twilio_accounts_v1`, `CreateBulkConsents`. */
import { formatInstant } from '../../instant.ts';
import type { Batch, Change } from '../destination.ts';
import { identifierOfKind, phoneNumber } from '../normalise.ts';
import { uuidOf } from '../uuid.ts';
import type { TwilioSettings } from './options.ts';

export const KINDS = ['phone'] as const;

/** In clear, in E.164. */
export function identifierOf(kind: string, value: string, defaultCountry?: string): string | undefined {
  return kind === 'phone' ? phoneNumber(value, defaultCountry) : undefined;
}

/** Never any other status: whoever is in a segment has agreed to nothing by it. */
const STATUS = 'opt-out';

export interface Item {
  readonly contact_id: string;
  readonly correlation_id: string;
  readonly sender_id: string;
  readonly status: typeof STATUS;
  readonly source: string;
  readonly date_of_consent: string;
}

/** An item a change, in order. */
export function itemsOf(
  batch: Batch,
  { senderId, source }: Pick<TwilioSettings, 'senderId' | 'source'>,
): Item[] {
  return batch.changes.map((change) => ({
    contact_id: identifierOfKind(change, 'phone', batch.kinds) ?? '',
    correlation_id: correlationOf(batch, change),
    sender_id: senderId,
    status: STATUS,
    source,
    // To the second, as Twilio's own examples have it.
    date_of_consent: `${formatInstant(change.causedAt).slice(0, 19)}Z`,
  }));
}

/** By which the answer names a row: a UUID in 32 digits, the same when the row is sent again. */
export function correlationOf({ idOf }: Pick<Batch, 'idOf'>, change: Change): string {
  return uuidOf(idOf(change)).replaceAll('-', '');
}

/** A call's body: a form in which each item is a text of JSON. */
export function formOf(items: readonly Item[]): string {
  const form = new URLSearchParams();
  for (const item of items) form.append('Items', JSON.stringify(item));
  return form.toString();
}
