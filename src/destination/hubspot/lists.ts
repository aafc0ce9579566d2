/**
 * Lists of contacts: found by their names, which are unique, made where they are missing. Source: HubSpot public API
 * specification, `CRM/Lists` 2026-03.
 */
import { fail } from '../../diagnostics/diagnostic.ts';
import type { ApiAnswer } from '../api.ts';
import { isRecord } from '../json.ts';
import type { Client } from './client.ts';

/** Contacts, among the types of objects. */
const CONTACTS = '0-1';
/** The others are kept by HubSpot itself. */
const WRITABLE = new Set(['MANUAL', 'SNAPSHOT']);

export interface Lists {
  readonly destination: string;
  readonly client: Client;
  readonly version: string;
}

/** Looks a list up: a call that needs nothing to be there. */
export async function askForList({ client, version }: Lists, name: string): Promise<ApiAnswer> {
  const path = `/crm/lists/${version}/object-type-id/${CONTACTS}/name/${encodeURIComponent(name)}`;
  return client.ask({ method: 'GET', path });
}

/** The list's id; makes it unless `dryRun`. Throws E407 for one that HubSpot keeps by itself. */
export async function ensureList(lists: Lists, name: string, dryRun: boolean): Promise<string> {
  const known = listOf(lists.destination, name, await askForList(lists, name));
  if (known !== undefined) return known;
  return dryRun ? `new:${name}` : makeList(lists, name);
}

async function makeList(lists: Lists, name: string): Promise<string> {
  const { destination, client, version } = lists;
  const body = { name, objectTypeId: CONTACTS, processingType: 'MANUAL' };
  const made = await client.ask({ method: 'POST', path: `/crm/lists/${version}`, body });
  // Somebody else, or a call without an answer, made it just now.
  const answer = isTaken(made) ? await askForList(lists, name) : made;
  const id = listOf(destination, name, answer);
  if (id === undefined) {
    const detail = `the list \`${name}\` can neither be found nor made (HTTP ${made.status})`;
    fail('E407', { destination, detail, hint: 'give the sync another `audience:`' });
  }
  return id;
}

function isTaken({ status, json }: ApiAnswer): boolean {
  return status === 400 && isRecord(json) && json.subCategory === 'ILS.DUPLICATE_LIST_NAMES';
}

function listOf(destination: string, name: string, { status, json }: ApiAnswer): string | undefined {
  if (status < 200 || status >= 300) return undefined;
  const list = isRecord(json) && isRecord(json.list) ? json.list : {};
  if (typeof list.listId !== 'string' || list.listId === '')
    fail('E404', { destination, detail: 'the answer about a list is none of HubSpot’s' });
  // HubSpot takes names that differ by case for the same: two syncs would share a list unawares.
  if (list.name !== name) {
    const detail = `the list \`${name}\` is called otherwise by upper and lower case`;
    fail('E407', { destination, detail, hint: 'give the sync an `audience:` spelt as the list is' });
  }
  if (!WRITABLE.has(String(list.processingType))) {
    const detail = `HubSpot keeps the members of the list \`${name}\` by itself: it is an active list`;
    fail('E407', { destination, detail, hint: 'rename it, or give the sync another `audience:`' });
  }
  return list.listId;
}

/** Throws E407 where the list is not there any more. */
export function stopIfGone(destination: string, { status }: ApiAnswer): void {
  if (status !== 404) return;
  const detail = 'its list is not there any more (HTTP 404)';
  fail('E407', { destination, detail, hint: 'run again to make a new list, which begins empty' });
}
