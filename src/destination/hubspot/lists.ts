/**
 * Lists of contacts: found by their names, which are unique, made where they are missing. Source: HubSpot public API
 * specification, `CRM/Lists` v3.
 */
import { fail } from '../../diagnostics/diagnostic.ts';
import type { ApiAnswer } from '../api.ts';
import { isRecord } from '../json.ts';
import type { Client } from './client.ts';

/** Contacts, among the types of objects. */
const CONTACTS = '0-1';
/** The others are kept by HubSpot itself. */
const WRITABLE = new Set(['MANUAL', 'SNAPSHOT']);

/** Looks a list up: a call that needs nothing to be there. */
export async function askForList(client: Client, name: string): Promise<ApiAnswer> {
  const path = `/crm/v3/lists/object-type-id/${CONTACTS}/name/${encodeURIComponent(name)}`;
  return client.ask({ method: 'GET', path });
}

/** The list's id; makes it unless `dryRun`. Throws E407 for one that HubSpot keeps by itself. */
export async function ensureList(
  destination: string,
  client: Client,
  name: string,
  dryRun: boolean,
): Promise<string> {
  const known = listOf(destination, name, await askForList(client, name));
  if (known !== undefined) return known;
  return dryRun ? `new:${name}` : makeList(destination, client, name);
}

async function makeList(destination: string, client: Client, name: string): Promise<string> {
  const body = { name, objectTypeId: CONTACTS, processingType: 'MANUAL' };
  const made = await client.ask({ method: 'POST', path: '/crm/v3/lists', body });
  // Somebody else, or a call without an answer, made it just now.
  const answer = isTaken(made) ? await askForList(client, name) : made;
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
