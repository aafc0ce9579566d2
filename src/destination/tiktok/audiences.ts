/** Custom Audiences of an ad account: found by their names, made where they are missing. Source: TikTok Business API v1.3. */
import { fail } from '../../diagnostics/diagnostic.ts';
import { type Instant, parseInstant } from '../../instant.ts';
import type { Api } from '../api.ts';
import { isRecord } from '../json.ts';
import { pageNumbers } from '../pages.ts';

/** Audiences a page, the most there are. */
const PAGE = 100;
/** Characters of a name. Unconfirmed: the figure that other senders keep to. */
const LONGEST_NAME = 70;

/** Resolves an answer's `data`, or throws what its error means for the sync. */
export type Ask = (request: Parameters<Api>[0]) => Promise<Record<string, unknown>>;

type Audience = Readonly<Record<string, unknown>>;

export function listPath(advertiser: string, page: number): string {
  return `/dmp/custom_audience/list/?advertiser_id=${advertiser}&page=${page}&page_size=${PAGE}`;
}

/** The audiences with this name. */
export async function findAudiences(
  ask: Ask,
  advertiser: string,
  name: string,
  destination: string,
): Promise<Audience[]> {
  const found: Audience[] = [];
  for (const page of pageNumbers(destination)) {
    const { list, page_info } = await ask({ method: 'GET', path: listPath(advertiser, page + 1) });
    const each = Array.isArray(list) ? list : [];
    found.push(...each.filter((audience) => isRecord(audience) && audience.name === name));
    const last = isRecord(page_info) ? Number(page_info.total_page) : Number.NaN;
    if (each.length === 0 || (Number.isNaN(last) ? each.length < PAGE : page + 1 >= last)) break;
  }
  return found;
}

/** The id of an audience that can be filled. Throws E407 for one that has expired, unused. */
export function usableAudience(audience: Audience, destination: string, now: Instant): string {
  const { audience_id: id, expired_time: end } = audience;
  // Without a zone, as TikTok writes it: UTC.
  const expires = typeof end === 'string' ? parseInstant(`${end.replace(' ', 'T')}Z`, 'UTC') : undefined;
  if (expires !== undefined && expires <= now) {
    fail('E407', {
      destination,
      detail: 'the audience has expired',
      hint: 'delete it in TikTok Ads Manager so that another is made, or give the sync another `audience:`',
    });
  }
  return (
    idOf(id) ??
    fail('E407', { destination, detail: 'TikTok does not say the audience’s id', hint: 'run again' })
  );
}

/** Makes an audience; resolves to its id. */
export async function makeAudience(
  ask: Ask,
  advertiser: string,
  name: string,
  destination: string,
): Promise<string> {
  const body = { advertiser_id: advertiser, custom_audience_name: name, action: 'create' };
  const { audience_id: id } = await ask({ method: 'POST', path: '/segment/audience/', body });
  return (
    idOf(id) ??
    fail('E407', { destination, detail: 'TikTok made an audience and did not say its id', hint: 'run again' })
  );
}

/** Throws E407 for a name that no audience can have. */
export function checkName(name: string, destination: string): void {
  if ([...name].length <= LONGEST_NAME) return;
  fail('E407', {
    destination,
    detail: `the name of an audience has at most ${LONGEST_NAME} characters`,
    hint: 'give the sync another `audience:`',
  });
}

/** Longer than a double is exact, so a text. */
function idOf(id: unknown): string | undefined {
  return typeof id === 'string' && /^\d+$/.test(id) ? id : undefined;
}
