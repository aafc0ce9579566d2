/**
 * Events as records of an object of their own, made by upsert of an id that each has: what comes twice is one record.
 * Source: REST API, sObject Collections (upsert), sObject Describe.
 */
import { fail } from '../../diagnostics/diagnostic.ts';
import { formatInstant } from '../../instant.ts';
import type { ApiAnswer, ApiRequest } from '../api.ts';
import type { Batch } from '../destination.ts';
import { isRecord, plainFields } from '../json.ts';
import type { SalesforceSettings } from './options.ts';
import { externalIdOf } from './records.ts';

type Naming = Pick<SalesforceSettings, 'externalIdField' | 'eventIdField' | 'eventTimeField' | 'root'>;

export function eventsCall(batch: Batch, { root, ...fields }: Naming): ApiRequest {
  const { externalIdField, eventIdField, eventTimeField } = fields;
  const records = batch.changes.map((change) => ({
    ...plainFields(change.fields),
    ...(eventTimeField === undefined ? {} : { [eventTimeField]: formatInstant(change.causedAt) }),
    [externalIdField]: externalIdOf(change, batch.kinds),
    [eventIdField]: batch.idOf(change),
    attributes: { type: batch.audience.name },
  }));
  const path = `${root}/composite/sobjects/${batch.audience.name}/${eventIdField}`;
  return { method: 'PATCH', path, body: { allOrNone: false, records } };
}

type Get = (path: string) => Promise<ApiAnswer>;

/** Looks that an object can take events, once; throws E404, E407. What is missing would fail every record. */
export function eventObjects(
  destination: string,
  get: Get,
  settings: Naming,
): (name: string) => Promise<void> {
  const checked = new Set<string>();
  return async (name) => {
    if (checked.has(name)) return;
    if (!/^[A-Za-z][A-Za-z0-9_]{0,79}$/.test(name)) noObject(destination, name);
    const { status, json } = await get(`${settings.root}/sobjects/${name}/describe`);
    if (status === 429 || status >= 500) fail('E404', { destination, detail: `it answers HTTP ${status}` });
    if (status !== 200 || !isRecord(json) || json.createable === false) noObject(destination, name);
    checkFields(destination, name, Array.isArray(json.fields) ? json.fields.filter(isRecord) : [], settings);
    checked.add(name);
  };
}

function checkFields(
  destination: string,
  object: string,
  fields: readonly Record<string, unknown>[],
  { externalIdField, eventIdField, eventTimeField }: Naming,
): void {
  const lacking = (what: string, hint: string): never =>
    fail('E407', { destination, detail: `\`${object}\` has no ${what}`, hint });
  const named = (wanted: string) => fields.find(({ name }) => name === wanted);
  if (named(eventIdField)?.externalId !== true) {
    const hint = 'make a unique text field of 64 characters that is an external id, or set `event_id_field`';
    lacking(`external id field \`${eventIdField}\``, hint);
  }
  for (const field of [externalIdField, eventTimeField])
    if (field !== undefined && named(field)?.createable !== true)
      lacking(
        `field \`${field}\` that the app may write`,
        'make it, and give the app’s user the right to it',
      );
}

function noObject(destination: string, name: string): never {
  const detail = `there is no object \`${name}\` of which the app may make records`;
  const hint = 'set the sync’s `audience:` to the API name of a custom object for its events';
  return fail('E407', { destination, detail, hint });
}
