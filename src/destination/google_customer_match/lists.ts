/**
 * Customer lists of an account: found by their names, made where they are missing. Source:
 * `google/ads/datamanager/v1/user_list_service.proto` and `user_list.proto`.
 */
import { fail } from '../../diagnostics/diagnostic.ts';
import { DAY, SECOND } from '../../instant.ts';
import type { Api } from '../api.ts';
import { isRecord } from '../json.ts';
import { pageNumbers } from '../pages.ts';
import type { GoogleSettings } from './options.ts';

/** A list keeps nobody longer who is not added again. Source: the Ads developer blog, update to membership, 2025. */
export const FORGETS_AFTER = 540n * DAY;

/** Lists a page. */
const PAGE = 1000;

/** Resolves an answer's JSON, or throws what its error means for the sync. */
export type Ask = (request: Parameters<Api>[0]) => Promise<Record<string, unknown>>;

type List = Readonly<Record<string, unknown>>;

export function listsPath({ account }: Pick<GoogleSettings, 'account'>): string {
  return `/v1/accountTypes/GOOGLE_ADS/accounts/${account}/userLists`;
}

/** The lists with this name. Its filter could find them at once, but how it escapes names is not said. */
export async function findLists(
  ask: Ask,
  settings: GoogleSettings,
  name: string,
  destination: string,
): Promise<List[]> {
  const found: List[] = [];
  const first = `${listsPath(settings)}?pageSize=${PAGE}`;
  let path = first;
  for (const _ of pageNumbers(destination)) {
    const { userLists, nextPageToken } = await ask({ method: 'GET', path });
    for (const each of Array.isArray(userLists) ? userLists : []) {
      if (isRecord(each) && each.displayName === name) found.push(each);
    }
    if (typeof nextPageToken !== 'string' || nextPageToken === '') break;
    path = `${first}&pageToken=${encodeURIComponent(nextPageToken)}`;
  }
  return found;
}

/** The id of a list that can be filled. Throws E407 for one that cannot. */
export function usableList(list: List, { uploadKeyType }: GoogleSettings, destination: string): string {
  const unusable = (detail: string, hint: string): never => fail('E407', { destination, detail, hint });
  const another = 'give the sync another `audience:`, or the list another name';
  const info = isRecord(list.ingestedUserListInfo) ? list.ingestedUserListInfo : {};
  const types: unknown[] = Array.isArray(info.uploadKeyTypes) ? info.uploadKeyTypes : [];
  if (!types.includes(uploadKeyType))
    unusable(`the list of that name is not filled by ${uploadKeyType}`, another);
  if (list.readOnly === true || list.accountAccessStatus === 'DISABLED')
    unusable('the list of that name belongs to another account', another);
  if (list.membershipStatus === 'CLOSED') unusable('the list is closed', 'open it in Google Ads');
  const lasts = secondsOf(list.membershipDuration);
  if (lasts !== undefined && lasts < FORGETS_AFTER / SECOND) {
    unusable(
      `the list forgets its members after ${lasts / 86_400n} days`,
      'set its membership duration to 540 days in Google Ads: members are added anew before that',
    );
  }
  const id = idOf(list);
  return id ?? unusable('Google does not say the list’s id', 'run again');
}

/** Makes a list; resolves to its id. Names are unique in an account. */
export async function makeList(
  ask: Ask,
  settings: GoogleSettings,
  name: string,
  destination: string,
): Promise<string> {
  const { uploadKeyType } = settings;
  const source = { dataSourceType: 'DATA_SOURCE_TYPE_FIRST_PARTY' };
  const body = {
    displayName: name,
    description: 'Kept in step by segsync',
    membershipStatus: 'OPEN',
    membershipDuration: `${FORGETS_AFTER / SECOND}s`,
    ingestedUserListInfo: {
      uploadKeyTypes: [uploadKeyType],
      [uploadKeyType === 'CONTACT_ID' ? 'contactIdInfo' : 'userIdInfo']: source,
    },
  };
  const id = idOf(await ask({ method: 'POST', path: listsPath(settings), body }));
  return (
    id ??
    fail('E407', { destination, detail: 'Google made a list and did not say its id', hint: 'run again' })
  );
}

/** The end of its resource name: a text, where `id` could lose digits. */
function idOf({ name }: List): string | undefined {
  return typeof name === 'string' ? /\/userLists\/(\d+)$/.exec(name)?.[1] : undefined;
}

/** `7776000s`. */
function secondsOf(duration: unknown): bigint | undefined {
  const seconds = typeof duration === 'string' ? /^(\d+)(\.\d+)?s$/.exec(duration)?.[1] : undefined;
  return seconds === undefined ? undefined : BigInt(seconds);
}
