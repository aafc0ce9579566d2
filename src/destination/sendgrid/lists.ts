/** Lists of an account. Source: `tsg_mc_lists_v3`, `ListMarketingList`, `CreateMarketingList`. */
import { fail } from '../../diagnostics/diagnostic.ts';
import type { ApiRequest } from '../api.ts';
import { severalCalled } from '../failures.ts';
import { isRecord } from '../json.ts';
import { pageNumbers } from '../pages.ts';

const PATH = '/v3/marketing/lists';

/** The most that a page may hold. */
const PAGE = 1_000;

/** Characters of a list's name. */
const MOST_NAME = 100;

/** Resolves to the answer's JSON, or throws what it means for the sync. */
export type Ask = (request: ApiRequest) => Promise<Record<string, unknown>>;

/** Ids of the lists of this name, of all pages. */
async function listsCalled(ask: Ask, name: string, destination: string): Promise<string[]> {
  const ids: string[] = [];
  let token = '';
  for (const _ of pageNumbers(destination)) {
    const page = token === '' ? '' : `&page_token=${encodeURIComponent(token)}`;
    const json = await ask({ method: 'GET', path: `${PATH}?page_size=${PAGE}${page}` });
    if (!Array.isArray(json.result)) fail('E404', { destination, detail: 'its answer has no lists' });
    for (const list of json.result) if (isRecord(list) && list.name === name) ids.push(String(list.id));
    const next = nextToken(json._metadata);
    if (next === undefined) break;
    token = next;
  }
  return ids;
}

/** Only the token is taken from the next page's address: the API may be called through a proxy. */
function nextToken(metadata: unknown): string | undefined {
  const next = isRecord(metadata) ? metadata.next : undefined;
  if (typeof next !== 'string' || !URL.canParse(next)) return undefined;
  return new URL(next).searchParams.get('page_token') || undefined;
}

/** The id of the list of this name, made if missing. */
export async function ensureList(
  ask: Ask,
  destination: string,
  { name, dryRun }: { readonly name: string; readonly dryRun: boolean },
): Promise<string> {
  if (name.length > MOST_NAME) {
    const detail = `\`${name}\` is longer than the ${MOST_NAME} characters of a list’s name`;
    fail('E407', { destination, detail, hint: 'give the sync another `audience:`' });
  }
  const [id, other] = await listsCalled(ask, name, destination);
  if (other !== undefined) severalCalled(destination, 'lists', name);
  if (id !== undefined) return id;
  if (dryRun) return `new:${name}`;
  const made = await ask({ method: 'POST', path: PATH, body: { name } });
  if (typeof made.id !== 'string' || made.id === '') {
    const detail = 'SendGrid made a list and did not say its id';
    fail('E407', { destination, detail, hint: 'run again' });
  }
  return made.id;
}
