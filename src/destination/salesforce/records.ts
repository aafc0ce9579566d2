/** Records as calls take them. Source: REST API, sObject Collections and Query; SOQL, quoted string escape sequences. */
import type { ApiRequest } from '../api.ts';
import type { Batch, Change } from '../destination.ts';
import { isRecord, plainFields } from '../json.ts';
import { identifierOfKind } from '../normalise.ts';
import type { SalesforceSettings } from './options.ts';

export const KINDS = ['external_id'] as const;

/** In clear. Undefined for what cannot be an external id. */
export function identifierOf(kind: string, value: string): string | undefined {
  if (kind !== 'external_id') return undefined;
  return value.trim() === '' ? undefined : value.trim();
}

/** The external id that a change is about. */
export function externalIdOf(change: Change, kinds: Batch['kinds']): string {
  return identifierOfKind(change, 'external_id', kinds) ?? '';
}

type Naming = Pick<SalesforceSettings, 'object' | 'externalIdField' | 'root'>;

/** Asks for the records of a batch's members. */
export function lookUpCall(batch: Batch, { object, externalIdField, root }: Naming): ApiRequest {
  const ids = batch.changes.map((change) => quoted(externalIdOf(change, batch.kinds))).join(',');
  const soql = `SELECT Id, ${externalIdField} FROM ${object} WHERE ${externalIdField} IN (${ids})`;
  return { method: 'GET', path: `${root}/query?q=${encodeURIComponent(soql)}` };
}

function quoted(text: string): string {
  return `'${text
    .replace(/[\\'"]/g, '\\$&')
    .replace(/\n/g, '\\n')
    .replace(/\r/g, '\\r')}'`;
}

/** External id -> ids of its records; undefined where the answer is no whole list of them. */
export function recordsIn(json: unknown, { externalIdField }: Naming): Map<string, string[]> | undefined {
  if (!isRecord(json) || !Array.isArray(json.records) || json.done === false) return undefined;
  const found = new Map<string, string[]>();
  for (const record of json.records as readonly unknown[]) {
    if (!isRecord(record) || typeof record.Id !== 'string') return undefined;
    const key = String(record[externalIdField]);
    found.set(key, [...(found.get(key) ?? []), record.Id]);
  }
  return found;
}

/** A record of a call, and the row of the batch that it is of. */
export interface Aimed {
  readonly row: number;
  readonly record: Readonly<Record<string, unknown>>;
}

/** What is written to each record that was found. */
export function aimedAt(
  batch: Batch,
  found: ReadonlyMap<string, readonly string[]>,
  { object }: Naming,
): Aimed[] {
  return batch.changes.flatMap((change, row) => {
    const ids = idsOf(found, externalIdOf(change, batch.kinds));
    return ids.map((Id) => ({
      row,
      record: { ...valuesOf(change, batch), attributes: { type: object }, Id },
    }));
  });
}

/** As it is written; where there is none, in another case, which is the same for most fields. */
function idsOf(found: ReadonlyMap<string, readonly string[]>, externalId: string): readonly string[] {
  const exact = found.get(externalId);
  if (exact) return exact;
  const wanted = externalId.toLowerCase();
  return [...found].flatMap(([each, ids]) => (each.toLowerCase() === wanted ? ids : []));
}

/** About what a member adds to the address of a look-up. */
export function bytesOf({ identifiers }: Change): number {
  return Object.values(identifiers).reduce((sum, value) => sum + encodeURIComponent(value).length + 9, 0);
}

export function updateCall(aimed: readonly Aimed[], { root }: Naming): ApiRequest {
  const records = aimed.map(({ record }) => record);
  return { method: 'PATCH', path: `${root}/composite/sobjects`, body: { allOrNone: false, records } };
}

/** Makes the records that are missing. */
export function upsertCall(batch: Batch, { object, externalIdField, root }: Naming): ApiRequest {
  const records = batch.changes.map((change) => ({
    ...valuesOf(change, batch),
    attributes: { type: object },
    [externalIdField]: externalIdOf(change, batch.kinds),
  }));
  const path = `${root}/composite/sobjects/${object}/${externalIdField}`;
  return { method: 'PATCH', path, body: { allOrNone: false, records } };
}

/** The audience is a checkbox. */
function valuesOf(change: Change, { op, audience }: Batch): Record<string, unknown> {
  return op === 'remove'
    ? { [audience.name]: false }
    : { ...plainFields(change.fields), [audience.name]: true };
}
