/** Removals: Klaviyo takes profiles off a list by its own ids, which are looked up first. Nobody is made for it. */
import type { ApiAnswer } from '../api.ts';
import type { Batch, Outcome } from '../destination.ts';
import { attributesOf, failureOf, removalReceipts, unclear } from './answer.ts';
import type { Client } from './client.ts';
import type { Lists } from './lists.ts';
import { type Attribute, nameOf, type ProfileRef, refOf, removalBody } from './profiles.ts';

/** Most values of a look-up: a page has 100 profiles at most. Unconfirmed: no limit of values is published. */
const MOST_VALUES = 100;
/** Most characters of a look-up's filter, so that its address passes everywhere. */
const MOST_CHARACTERS = 6_000;

export interface RemovalContext {
  readonly client: Client;
  readonly lists: Lists;
  readonly by: Attribute;
  readonly now: () => bigint;
  readonly signal?: AbortSignal | undefined;
}

/** The look-ups of a batch, then the one call that removes. */
export async function removed(batch: Batch, context: RemovalContext): Promise<Outcome> {
  const { client, lists, by, now, signal } = context;
  const refs = batch.changes.map((change) => refOf(change, batch.kinds, by));
  const known = refs.filter((ref) => ref !== undefined);
  const found = new Map<string, string>();
  for (const look of lookUps(known)) {
    const read = await client.pages(look.path, signal);
    if ('status' in read) return failureOf(batch, read, now()) ?? unclear(batch, read);
    note(read.data, look.attribute, known, found);
  }
  let answer: ApiAnswer | undefined;
  if (found.size > 0) {
    const path = `/api/lists/${encodeURIComponent(batch.audience.ref)}/relationships/profiles`;
    answer = await client.call({ method: 'DELETE', path, body: removalBody(found.values()), signal });
    lists.stopIfGone(answer);
    const failed = failureOf(batch, answer, now());
    if (failed) return failed;
  }
  return {
    receipts: removalReceipts(refs, found),
    ...(answer ? { httpStatus: answer.status } : {}),
  };
}

export interface LookUp {
  readonly attribute: Attribute;
  readonly path: string;
}

/** One look-up for as many values of an attribute as its address bears. */
export function lookUps(refs: readonly ProfileRef[]): LookUp[] {
  const groups: { attribute: Attribute; values: string[]; size: number }[] = [];
  for (const { attribute, value } of refs) {
    const text = encodeURIComponent(`${JSON.stringify(value)},`);
    let group = groups.findLast((each) => each.attribute === attribute);
    if (!group || group.values.length === MOST_VALUES || group.size + text.length > MOST_CHARACTERS) {
      group = { attribute, values: [], size: 0 };
      groups.push(group);
    }
    group.values.push(JSON.stringify(value));
    group.size += text.length;
  }
  return groups.map(({ attribute, values }) => {
    const filter = encodeURIComponent(`any(${attribute},[${values.join(',')}])`);
    return { attribute, path: `/api/profiles?fields[profile]=${attribute}&page[size]=100&filter=${filter}` };
  });
}

/** Only who was asked for: what a filter lets through besides is nobody's business here. */
function note(
  profiles: readonly Record<string, unknown>[],
  attribute: Attribute,
  asked: readonly ProfileRef[],
  found: Map<string, string>,
): void {
  const names = new Set(asked.map(nameOf));
  for (const profile of profiles) {
    const value = attributesOf(profile)[attribute];
    const name = typeof value === 'string' ? nameOf({ attribute, value }) : '';
    if (names.has(name) && typeof profile.id === 'string') found.set(name, profile.id);
  }
}
