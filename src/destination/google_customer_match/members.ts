/**
 * People as Google matches them. Source of the rules: Data Manager API, concepts/formatting, and
 * `google/ads/datamanager/v1/audience.proto`.
 */
import type { Batch, Change } from '../destination.ts';
import { emailAddress, isHashed, phoneNumber, sha256 } from '../normalise.ts';
import { familyName, givenName, regionCode } from './names.ts';
import type { GoogleSettings } from './options.ts';

export const KINDS = [
  'email',
  'phone',
  'external_id',
  'first_name',
  'last_name',
  'postal_code',
  'country',
] as const;

/** Identifiers a member, at most. */
const MOST_IDENTIFIERS = 10;

export interface IdentifierRules {
  readonly defaultCountry?: string;
  /** A list takes either addresses and numbers or ids of your own. */
  readonly uploadKeyType: GoogleSettings['uploadKeyType'];
  /** Kinds whose values are SHA-256 already. */
  readonly hashed: ReadonlySet<string>;
}

/**
 * Email: trimmed, lower case, of Gmail without dots and tag, hashed. Phone: E.164 with its plus, hashed. Names: without
 * titles and suffixes, hashed. Country, postal code and id of your own: in clear. Undefined for what cannot be one, or is not what the lists are filled by.
 */
export function identifierOf(kind: string, value: string, rules: IdentifierRules): string | undefined {
  const { defaultCountry, uploadKeyType, hashed } = rules;
  if ((kind === 'external_id') !== (uploadKeyType === 'USER_ID')) return undefined;
  if (hashed.has(kind)) return isHashed(value) ? value.trim().toLowerCase() : undefined;
  switch (kind) {
    case 'email':
      return hashOf(googleAddress(value));
    case 'phone':
      return hashOf(phoneNumber(value, defaultCountry));
    case 'first_name':
      return hashOf(givenName(value));
    case 'last_name':
      return hashOf(familyName(value));
    case 'country':
      return regionCode(value);
    default:
      return value.trim() === '' ? undefined : value.trim();
  }
}

function hashOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : sha256(text);
}

/** Gmail alone takes dots and tags for nothing; the domain stays as it is written. */
function googleAddress(text: string): string | undefined {
  const address = emailAddress(text);
  if (address === undefined || !/@(gmail|googlemail)\.com$/.test(address)) return address;
  const [local, domain] = address.split('@') as [string, string];
  const bare = local.replace(/\+.*$/, '').replaceAll('.', '');
  return bare === '' ? undefined : `${bare}@${domain}`;
}

/** A member as the API takes it, or undefined where nothing well-formed is left: it would fail the whole request. */
export function memberOf(change: Change, kinds: Batch['kinds'], { uploadKeyType }: Rule): Member | undefined {
  const named = Object.entries(change.identifiers).map(
    ([name, value]) => [kinds[name] ?? name, value] as const,
  );
  if (uploadKeyType === 'USER_ID') {
    const userId = named.find(([kind]) => kind === 'external_id')?.[1];
    return userId ? { userIdData: { userId } } : undefined;
  }
  const single = named.flatMap(([kind, value]) => {
    const field = FIELDS[kind];
    return field === undefined ? [] : [{ [field]: value }];
  });
  const isGood = single.every((each) => Object.values(each).every((value) => HASH.test(value)));
  const address = addressOf(named);
  const userIdentifiers = [...single, ...(address ? [{ address }] : [])];
  if (!isGood || single.length === 0 || userIdentifiers.length > MOST_IDENTIFIERS) return undefined;
  return { userData: { userIdentifiers } };
}

/** All of its parts, or none. */
function addressOf(named: readonly (readonly [kind: string, value: string])[]): Address | undefined {
  const of = (kind: string) => named.find(([each]) => each === kind)?.[1];
  const [givenName, familyName, regionCode] = [of('first_name'), of('last_name'), of('country')];
  const postalCode = of('postal_code');
  if (!givenName || !familyName || !regionCode || !postalCode) return undefined;
  return { givenName, familyName, regionCode, postalCode };
}

interface Address {
  /** Both hashed. */
  readonly givenName: string;
  readonly familyName: string;
  readonly regionCode: string;
  readonly postalCode: string;
}

export interface Member {
  readonly userData?: { readonly userIdentifiers: readonly Record<string, string | Address>[] };
  readonly userIdData?: { readonly userId: string };
}

type Rule = Pick<GoogleSettings, 'uploadKeyType'>;

const FIELDS: Readonly<Record<string, string>> = { email: 'emailAddress', phone: 'phoneNumber' };
const HASH = /^[0-9a-f]{64}$/;

type Told = Pick<GoogleSettings, 'account' | 'loginAccount' | 'consent' | 'uploadKeyType'>;

/** A call that adds, or takes out: below `path`, its body. A removal says nothing of consent and terms. */
export function membersCall(
  { op, audience }: Pick<Batch, 'op' | 'audience'>,
  audienceMembers: readonly Member[],
  settings: Told,
): { path: string; body: Record<string, unknown> } {
  const { account, loginAccount, consent, uploadKeyType } = settings;
  const destination = {
    operatingAccount: adsAccount(account),
    ...(loginAccount === undefined ? {} : { loginAccount: adsAccount(loginAccount) }),
    productDestinationId: audience.ref,
  };
  const encoding = uploadKeyType === 'CONTACT_ID' ? { encoding: 'HEX' } : {};
  const common = { destinations: [destination], audienceMembers, ...encoding };
  if (op === 'remove') return { path: '/v1/audienceMembers:remove', body: common };
  const body = {
    ...common,
    ...(Object.keys(consent).length === 0 ? {} : { consent }),
    termsOfService: { customerMatchTermsOfServiceStatus: 'ACCEPTED' },
  };
  return { path: '/v1/audienceMembers:ingest', body };
}

function adsAccount(accountId: string): Record<string, string> {
  return { accountType: 'GOOGLE_ADS', accountId };
}
