/** Members of a list: their records are found, or made, by what they are known by; then the list is changed. */
import type { ApiAnswer } from '../api.ts';
import type { Batch, Outcome } from '../destination.ts';
import { failureOf, missingIds, receiptsOf, unclear } from './answer.ts';
import type { Client } from './client.ts';
import { type ContactRef, distinct, fieldsByName, nameOf, readBody, refOf, upsertBody } from './contacts.ts';
import { stopIfGone } from './lists.ts';
import type { HubspotSettings } from './options.ts';
import { type Resolved, resolvedBy } from './resolved.ts';

export interface Context {
  readonly destination: string;
  readonly client: Client;
  readonly settings: HubspotSettings;
  readonly now: () => bigint;
  readonly signal?: AbortSignal | undefined;
}

/** Two calls: what fails at the first is judged as what fails at the second. */
export async function changed(batch: Batch, context: Context): Promise<Outcome> {
  const { destination, client, settings, now, signal } = context;
  const refs = batch.changes.map((change) => refOf(change, batch.kinds, settings.idProperty));
  const resolved = await resolve(batch, refs, context);
  if (!('ids' in resolved)) return resolved;
  const asked = new Set(refs.flatMap((ref) => (ref ? [nameOf(ref)] : [])));
  const ids = new Set([...resolved.ids].flatMap(([name, id]) => (asked.has(name) ? [id] : [])));
  if (ids.size === 0) return { receipts: receiptsOf(batch, refs, resolved, new Set()) };
  const answer = await client.call({
    method: 'PUT',
    path: membersPath(batch, settings),
    body: [...ids],
    signal,
  });
  stopIfGone(destination, answer);
  const failed = failureOf(batch, answer, now());
  if (failed) return failed;
  const missing = missingIds(answer);
  if (!missing) return unclear(batch, answer);
  return { receipts: receiptsOf(batch, refs, resolved, missing), httpStatus: answer.status };
}

export function membersPath({ op, audience }: Batch, { version }: HubspotSettings): string {
  const verb = op === 'remove' ? 'remove' : 'add';
  return `/crm/lists/${version}/${encodeURIComponent(audience.ref)}/memberships/${verb}`;
}

/** A call for each property that contacts are named by: one, but for those added before it was another. */
export async function resolve(
  batch: Batch,
  refs: readonly (ContactRef | undefined)[],
  { client, settings, now, signal }: Context,
): Promise<Resolved | Outcome> {
  const all: Resolved = { ids: new Map(), failed: new Map() };
  const wanted = distinct(refs);
  // A removal makes nobody. Fields of an event are the event's.
  const isUpsert = settings.createContacts && batch.op !== 'remove';
  for (const property of new Set(wanted.map((ref) => ref.property))) {
    const some = wanted.filter((ref) => ref.property === property);
    const fields = fieldsByName(batch.events ? [] : batch.changes, refs);
    const body = isUpsert ? upsertBody(some, fields) : readBody(some, property);
    const path = `/crm/objects/${settings.version}/contacts/batch/${isUpsert ? 'upsert' : 'read'}`;
    const answer: ApiAnswer = await client.call({ method: 'POST', path, body, signal });
    const failed = failureOf(batch, answer, now());
    if (failed) return failed;
    const resolved = resolvedBy(answer, some, isUpsert);
    if (!resolved) return unclear(batch, answer);
    for (const [name, id] of resolved.ids) all.ids.set(name, id);
    for (const [name, receipt] of resolved.failed) all.failed.set(name, receipt);
  }
  return all;
}
