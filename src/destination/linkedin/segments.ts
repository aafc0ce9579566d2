/**
 * DMP segments of an ad account: found by our id of them, made where they are missing. Source: LinkedIn Marketing API,
 * matched audiences, DMP segments.
 */
import { fail } from '../../diagnostics/diagnostic.ts';
import type { Api, ApiAnswer } from '../api.ts';
import { severalCalled } from '../failures.ts';
import { isRecord } from '../json.ts';
import { pageNumbers } from '../pages.ts';
import type { LinkedinSettings } from './options.ts';

/** Segments a page. */
const PAGE = 100;

/** They take nobody in any more, or nobody can be reached by them. */
const ENDED = new Set(['ARCHIVED', 'EXPIRED', 'FAILED', 'ERROR']);

/** Resolves an answer, or throws what its error means for the sync. */
export type Ask = (request: Parameters<Api>[0]) => Promise<ApiAnswer>;

type Segment = Readonly<Record<string, unknown>>;

/** Of several types of segments with one id of ours, the one of users. Undefined where there is none. */
export async function findSegment(
  ask: Ask,
  settings: LinkedinSettings,
  name: string,
  destination: string,
): Promise<string | undefined> {
  const [segment, other] = await segmentsOf(ask, settings, name, destination);
  if (other !== undefined) severalCalled(destination, 'segments', name);
  if (segment === undefined) return undefined;
  const ended = statusesOf(segment).find((status) => ENDED.has(status));
  if (ended !== undefined) {
    fail('E407', {
      destination,
      detail: `the segment is ${ended}`,
      hint: 'use it in a campaign, or delete it in Campaign Manager so that another is made, or give the sync another `audience:`',
    });
  }
  const { id } = segment;
  if (typeof id === 'string' && /^\d+$/.test(id)) return id;
  if (Number.isSafeInteger(id)) return String(id);
  return fail('E407', { destination, detail: 'LinkedIn does not say the segment’s id', hint: 'run again' });
}

async function segmentsOf(
  ask: Ask,
  settings: LinkedinSettings,
  name: string,
  destination: string,
): Promise<Segment[]> {
  const found: Segment[] = [];
  const finder = finderPath(settings, { sourceSegmentId: name });
  let start = 0;
  for (const _ of pageNumbers(destination)) {
    const { json } = await ask({ method: 'GET', path: `${finder}&start=${start}&count=${PAGE}` });
    const elements = isRecord(json) && Array.isArray(json.elements) ? json.elements : [];
    found.push(...elements.filter((each) => isRecord(each) && isOurs(each, settings, name)));
    start += elements.length;
    const total = isRecord(json) && isRecord(json.paging) ? json.paging.total : undefined;
    if (elements.length === 0 || (typeof total === 'number' ? start >= total : elements.length < PAGE)) break;
  }
  return found;
}

/** The finder's own filter is not trusted to be exact. */
function isOurs(
  { type, sourcePlatform, sourceSegmentId }: Segment,
  settings: LinkedinSettings,
  name: string,
) {
  return type === 'USER' && sourcePlatform === settings.sourcePlatform && sourceSegmentId === name;
}

function statusesOf({ destinations }: Segment): string[] {
  const all = Array.isArray(destinations) ? destinations.filter(isRecord) : [];
  return all.flatMap(({ status }) => (typeof status === 'string' ? [status] : []));
}

/** `more`: further conditions. */
export function finderPath(
  { account, sourcePlatform }: LinkedinSettings,
  more: Readonly<Record<string, string>> = {},
): string {
  const query = Object.entries({ q: 'account', account, sourcePlatform, ...more });
  return `/rest/dmpSegments?${query.map(([name, value]) => `${name}=${escaped(value)}`).join('&')}`;
}

/** Rest.li 2.0 gives a meaning to parentheses, quotes and commas, too. */
function escaped(value: string): string {
  return encodeURIComponent(value).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Makes a segment; resolves to its id, which a header of the answer says. */
export async function makeSegment(
  ask: Ask,
  { account, sourcePlatform }: LinkedinSettings,
  name: string,
  destination: string,
): Promise<string> {
  const body = {
    ...{ name, type: 'USER', account, sourcePlatform, sourceSegmentId: name },
    ...{ description: 'Kept in step by segsync', destinations: [{ destination: 'LINKEDIN' }] },
  };
  const { headers } = await ask({ method: 'POST', path: '/rest/dmpSegments', body });
  const id = headers['x-restli-id'] ?? headers['x-linkedin-id'] ?? '';
  if (/^\d+$/.test(id)) return id;
  return fail('E407', {
    destination,
    detail: 'LinkedIn made a segment and did not say its id',
    hint: 'run again',
  });
}
