/** Uploads of the Data Manager API: checked whole, then done one after the other. */
import { failure } from './google_customer_match.ts';
import type { Call, Reply } from './simulator.ts';

export interface GoogleSetting {
  readonly serviceAccount?: boolean;
  /** The account is reached through a manager account. */
  readonly manager?: boolean;
  readonly uploadKeyType?: 'CONTACT_ID' | 'USER_ID';
}

type Body = Record<string, unknown>;

interface Around {
  readonly setting: GoogleSetting;
  readonly account: string;
  readonly manager: string;
  /** An identifier that Google does not take. */
  readonly broken: string;
  rowsOf(list: string): { rows: Set<string>; types: readonly string[] } | undefined;
}

interface Job {
  readonly id: string;
  apply(): void;
  status: string;
  errorInfo?: unknown;
}

export interface Jobs {
  /** From now on none ends, until `finish`. */
  hold(): void;
  finish(): void;
  /** How the next one ends. */
  endNext(status: string, errorInfo?: unknown): void;
  /** Ids are forgotten. */
  forget(): void;
  answer(call: Call): Reply | undefined;
}

export function openJobs(around: Around): Jobs {
  const jobs: Job[] = [];
  let isHeld = false;
  let ending: Pick<Job, 'status' | 'errorInfo'> = { status: 'SUCCESS' };
  let made = 0;

  /** Each is done by the time of the next call, in their order. */
  function work(): void {
    for (const job of isHeld ? [] : jobs) {
      if (job.status !== 'PROCESSING') continue;
      if (ending.status !== 'FAILED') job.apply();
      Object.assign(job, ending);
      ending = { status: 'SUCCESS' };
    }
  }

  function taken(call: Call, isRemoval: boolean): Reply {
    const body = JSON.parse(call.body) as Body;
    const wrong = wrongOf(body, isRemoval, around);
    if (wrong) return wrong;
    const members = (body.audienceMembers as Body[]).map(rowOf);
    const [{ productDestinationId }] = body.destinations as [{ productDestinationId: string }];
    const { rows } = around.rowsOf(productDestinationId)!;
    const apply = (): void => {
      for (const row of members) {
        if (isRemoval) rows.delete(row);
        else rows.add(row);
      }
    };
    const id = `request/${++made}==`;
    jobs.push({ id, apply, status: 'PROCESSING' });
    return { status: 200, body: { requestId: id } };
  }

  function told(id: string | null): Reply {
    const job = jobs.find((each) => each.id === id);
    if (!job) return failure(400, 'INVALID_REQUEST_ID');
    const { status: requestStatus, errorInfo } = job;
    const info = errorInfo === undefined ? {} : { errorInfo };
    return { status: 200, body: { requestStatusPerDestination: [{ requestStatus, ...info }] } };
  }

  return {
    hold() {
      isHeld = true;
    },
    finish() {
      isHeld = false;
    },
    endNext(status, errorInfo) {
      ending = { status, errorInfo };
    },
    forget() {
      jobs.length = 0;
    },
    answer(call) {
      work();
      const route = `${call.method} ${call.path}`;
      if (route === 'GET /v1/requestStatus:retrieve') return told(call.query.get('requestId'));
      if (route === 'POST /v1/audienceMembers:ingest') return taken(call, false);
      return route === 'POST /v1/audienceMembers:remove' ? taken(call, true) : undefined;
    },
  };
}

const COMMON = ['destinations', 'audienceMembers', 'encoding'];

/** Fail-fast: the first thing that is wrong. */
function wrongOf(body: Body, isRemoval: boolean, around: Around): Reply | undefined {
  const known = isRemoval ? COMMON : [...COMMON, 'consent', 'termsOfService'];
  if (Object.keys(body).some((name) => !known.includes(name))) return failure(400, 'INVALID_ARGUMENT');
  const members = body.audienceMembers as Body[] | undefined;
  if (!members || members.length === 0) return failure(400, 'REQUIRED_FIELD_MISSING', 'audience_members');
  if (members.length > 10_000) return failure(400, 'TOO_MANY_AUDIENCE_MEMBERS', 'audience_members');
  const destination = wrongDestination(body.destinations, around);
  if (destination) return destination;
  if (
    !isRemoval &&
    JSON.stringify(body.termsOfService) !== '{"customerMatchTermsOfServiceStatus":"ACCEPTED"}'
  )
    return failure(400, 'TERMS_AND_CONDITIONS_NOT_SIGNED');
  if (
    Object.values((body.consent as Body) ?? {}).some(
      (value) => !/^CONSENT_(GRANTED|DENIED)$/.test(`${value}`),
    )
  )
    return failure(400, 'INVALID_ENUM_VALUE', 'consent');
  for (const [index, member] of members.entries()) {
    const reason = wrongMember(member, body.encoding, around);
    if (reason) return failure(400, reason, `audience_members.audience_members[${index}]`);
  }
  return undefined;
}

function wrongDestination(destinations: unknown, around: Around): Reply | undefined {
  const [destination, other] = (destinations ?? []) as Body[];
  const ads = (accountId: string): string => JSON.stringify({ accountType: 'GOOGLE_ADS', accountId });
  const { operatingAccount, loginAccount, productDestinationId, ...rest } = destination ?? {};
  if (!destination || other || Object.keys(rest).length > 0)
    return failure(400, 'INVALID_DESTINATION', 'destinations');
  const login = around.setting.manager ? ads(around.manager) : undefined;
  if (JSON.stringify(operatingAccount) !== ads(around.account) || JSON.stringify(loginAccount) !== login)
    return failure(403, 'PERMISSION_DENIED');
  const list = around.rowsOf(String(productDestinationId));
  if (!list || typeof productDestinationId !== 'string')
    return failure(400, 'INVALID_USER_LIST_ID', 'destinations.destinations[0].product_destination_id');
  if (!list.types.includes(around.setting.uploadKeyType ?? 'CONTACT_ID'))
    return failure(400, 'INVALID_USER_LIST_TYPE', 'destinations');
  return undefined;
}

function wrongMember(member: Body, encoding: unknown, { setting, broken }: Around): string | undefined {
  const type = setting.uploadKeyType === 'USER_ID' ? 'userIdData' : 'userData';
  if (Object.keys(member).join() !== type) return 'MULTIPLE_DATA_TYPES_NOT_ALLOWED';
  if (type === 'userIdData') {
    const { userId, ...rest } = member.userIdData as Body;
    const isGood = typeof userId === 'string' && userId !== '' && Object.keys(rest).length === 0;
    return isGood && userId !== broken ? undefined : 'INVALID_AUDIENCE_MEMBER';
  }
  if (encoding !== 'HEX') return 'INVALID_FORMAT';
  const { userIdentifiers, ...rest } = member.userData as { userIdentifiers?: Body[] };
  if (!userIdentifiers?.length || Object.keys(rest).length > 0) return 'REQUIRED_FIELD_MISSING';
  if (userIdentifiers.length > 10) return 'TOO_MANY_USER_IDENTIFIERS';
  for (const identifier of userIdentifiers) {
    const [[name, value] = [], other] = Object.entries(identifier);
    if (!other && name === 'address' && isAddress(value as Body)) continue;
    if (other || !/^(emailAddress|phoneNumber)$/.test(String(name))) return 'INVALID_AUDIENCE_MEMBER';
    if (!/^[0-9a-f]{64}$/i.test(String(value))) return 'INVALID_SHA256_FORMAT';
    if (value === broken) return 'INVALID_AUDIENCE_MEMBER';
  }
  return undefined;
}

function isAddress({ givenName, familyName, regionCode, postalCode, ...rest }: Body): boolean {
  const hashes = [givenName, familyName].every((name) => /^[0-9a-f]{64}$/i.test(String(name)));
  const places = /^[A-Z]{2}$/.test(String(regionCode)) && String(postalCode ?? '') !== '';
  return hashes && places && Object.keys(rest).length === 0;
}

/** One row as a text. */
function rowOf({ userData, userIdData }: Body): string {
  if (userIdData) return `userId=${(userIdData as { userId: string }).userId}`;
  const { userIdentifiers } = userData as { userIdentifiers: Record<string, string>[] };
  return userIdentifiers
    .map((each) => Object.entries(each)[0]!.join('='))
    .sort()
    .join('&');
}
