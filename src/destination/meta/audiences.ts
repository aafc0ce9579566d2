/** Custom Audiences of an ad account: found by their names, made where they are missing. */
import { fail } from '../../diagnostics/diagnostic.ts';
import type { Api } from '../api.ts';
import { isRecord } from '../json.ts';
import { pageNumbers } from '../pages.ts';
import type { MetaSettings } from './options.ts';

/** Audiences a page. */
const PAGE = 200;

/** Resolves an answer's JSON, or throws what its error means for the sync. */
export type Ask = (request: Parameters<Api>[0]) => Promise<Record<string, unknown>>;

/** Ids of the audiences with this name. */
export async function findAudiences(
  ask: Ask,
  { account }: MetaSettings,
  name: string,
  destination: string,
): Promise<string[]> {
  const found: string[] = [];
  let path = `/${account}/customaudiences?fields=id,name&limit=${PAGE}`;
  for (const _ of pageNumbers(destination)) {
    const { data, paging } = await ask({ method: 'GET', path });
    for (const each of Array.isArray(data) ? data : []) {
      if (isRecord(each) && each.name === name && typeof each.id === 'string') found.push(each.id);
    }
    const next = nextPage(paging, account);
    if (next === undefined) break;
    path = next;
  }
  return found;
}

/** By its cursor: the whole address that the answer gives repeats the access token. */
function nextPage(paging: unknown, account: string): string | undefined {
  if (!isRecord(paging) || typeof paging.next !== 'string' || !isRecord(paging.cursors)) return undefined;
  const after = encodeURIComponent(String(paging.cursors.after));
  return `/${account}/customaudiences?fields=id,name&limit=${PAGE}&after=${after}`;
}

/** Makes an audience; resolves to its id. */
export async function makeAudience(
  ask: Ask,
  { account, source }: MetaSettings,
  name: string,
  destination: string,
): Promise<string> {
  const body = {
    name,
    subtype: 'CUSTOM',
    description: 'Kept in step by segsync',
    customer_file_source: source,
  };
  const { id } = await ask({ method: 'POST', path: `/${account}/customaudiences`, body });
  if (typeof id !== 'string' || !/^\d+$/.test(id)) {
    fail('E407', { destination, detail: 'Meta made an audience and did not say its id', hint: 'run again' });
  }
  return id;
}
