/**
 * The Data Manager API as documented, for one Google Ads account: customer lists, uploads that are jobs, and the token
 * endpoint. One record that is wrong fails a whole upload. A removal by other identifiers than the add has no effect.
 */
import { createHash } from 'node:crypto';
import { type GoogleSetting, type Jobs, openJobs } from './google-jobs.ts';
import { type GoogleTokens, openGoogleTokens } from './google-tokens.ts';
import { type Call, type Fault, type Reply, type Simulator, startSimulator } from './simulator.ts';
import type { Person, Vendor } from './vendor.ts';

export const ACCOUNT = '1234567890';
export const MANAGER = '9876543210';
/** Google takes no upload with this address, or this id, in it. */
const BROKEN = 'broken@example.com';

const LISTS = `/v1/accountTypes/GOOGLE_ADS/accounts/${ACCOUNT}/userLists`;
const LOGIN = `accountTypes/GOOGLE_ADS/accounts/${MANAGER}`;

interface List {
  readonly id: string;
  readonly rows: Set<string>;
  /** As the API tells it. */
  readonly told: Record<string, unknown>;
}

export interface GoogleSimulator extends Simulator {
  readonly jobs: Jobs;
  readonly tokens: GoogleTokens;
  /** Rows as `emailAddress=hash&...` or `userId=...`, by the list's name. */
  members(name: string): Set<string>;
  list(name: string): List | undefined;
  /** Somebody else makes a list. */
  make(name: string, told?: Record<string, unknown>): List;
  remove(name: string): void;
}

export async function startGoogle(setting: GoogleSetting = {}): Promise<GoogleSimulator> {
  const lists = new Map<string, List>();
  const tokens = openGoogleTokens(setting);
  const jobs = openJobs({ setting, account: ACCOUNT, manager: MANAGER, broken: hashed(BROKEN), rowsOf });
  let made = 0;

  function rowsOf(id: string): { rows: Set<string>; types: readonly string[] } | undefined {
    const list = lists.get(id);
    const info = list?.told.ingestedUserListInfo as { uploadKeyTypes: string[] } | undefined;
    return list && { rows: list.rows, types: info?.uploadKeyTypes ?? [] };
  }

  function make(name: string, told: Record<string, unknown> = {}): List {
    // Beyond what a double holds.
    const id = `90071992547409${930 + made++}`;
    const known = { name: `${LISTS.slice(4)}/${id}`, id, displayName: name, membershipStatus: 'OPEN' };
    const info = { ingestedUserListInfo: { uploadKeyTypes: [setting.uploadKeyType ?? 'CONTACT_ID'] } };
    const list = { id, rows: new Set<string>(), told: { ...known, ...info, ...told } };
    lists.set(id, list);
    return list;
  }

  function answer(call: Call): Reply {
    if (call.path === '/token') return tokens.answer(call);
    if (!tokens.isLetIn(call.headers.authorization)) return failure(401, 'UNAUTHENTICATED');
    const job = jobs.answer(call);
    if (job) return job;
    if (call.path !== LISTS) return failure(404, 'NOT_FOUND');
    if (setting.manager && call.headers['login-account'] !== LOGIN) return failure(403, 'PERMISSION_DENIED');
    if (call.method === 'GET') return listed(call);
    return call.method === 'POST' ? created(call) : failure(404, 'NOT_FOUND');
  }

  /** In pages of two at most, whatever is asked for: the API may always give fewer. */
  function listed({ query }: Call): Reply {
    const size = Number(query.get('pageSize'));
    if (!(size >= 1 && size <= 1000)) return failure(400, 'INVALID_ARGUMENT');
    const ids = [...lists.keys()];
    const token = query.get('pageToken');
    const from = token === null ? 0 : Number(Buffer.from(token, 'base64').toString());
    const page = ids.slice(from, from + Math.min(size, 2));
    const end = from + page.length;
    const next = end < ids.length ? { nextPageToken: Buffer.from(String(end)).toString('base64') } : {};
    // An empty list is left out, as protobuf does in JSON.
    const userLists = page.length > 0 ? { userLists: page.map((id) => lists.get(id)!.told) } : {};
    return { status: 200, body: { ...userLists, ...next } };
  }

  function created(call: Call): Reply {
    const { displayName, description, ...body } = JSON.parse(call.body) as Record<string, unknown>;
    const { membershipStatus, membershipDuration, ingestedUserListInfo, ...rest } = body;
    const info = ingestedUserListInfo as Record<string, unknown> | undefined;
    const types = info?.uploadKeyTypes as string[] | undefined;
    const seconds = /^(\d+)s$/.exec(String(membershipDuration))?.[1];
    if (Object.keys(rest).length > 0 || typeof displayName !== 'string' || membershipStatus !== 'OPEN')
      return failure(400, 'INVALID_ARGUMENT');
    if (types?.length !== 1 || !/^(CONTACT_ID|USER_ID)$/.test(types[0]!))
      return failure(400, 'UNSUPPORTED_USER_LIST_UPLOAD_KEY_TYPES');
    if (!seconds || Number(seconds) % 86_400 !== 0) return failure(400, 'INVALID_ARGUMENT');
    if (Number(seconds) > 540 * 86_400) return failure(400, 'MEMBERSHIP_DURATION_TOO_LONG');
    if (byName(displayName)) return failure(400, 'DISPLAY_NAME_ALREADY_USED');
    return { status: 200, body: make(displayName, { ...body, description }).told };
  }

  const byName = (name: string) => [...lists.values()].find(({ told }) => told.displayName === name);
  const simulator = await startSimulator(answer, ({ path }) => path.startsWith('/v1/audienceMembers:'));
  return {
    ...simulator,
    jobs,
    tokens,
    make,
    members: (name) => byName(name)?.rows ?? new Set<string>(),
    list: byName,
    remove(name) {
      const list = byName(name);
      if (list) lists.delete(list.id);
    },
  };
}

export function failure(status: number, reason: string, field?: string): Reply {
  const canonical = status === 400 ? 'INVALID_ARGUMENT' : reason;
  const violation = { field, reason, description: 'the words of the vendor repeat what was sent' };
  const details =
    field === undefined
      ? [
          {
            '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
            reason,
            domain: 'datamanager.googleapis.com',
          },
        ]
      : [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [violation] }];
  return { status, body: { error: { code: status, message: 'no', status: canonical, details } } };
}

const hashed = (text: string): string => createHash('sha256').update(text).digest('hex');

function knownOf({ key, email, phone }: Person, setting: GoogleSetting): string {
  if (setting.uploadKeyType === 'USER_ID') return `userId=${key}`;
  return [
    ...(email ? [`emailAddress=${hashed(email.trim().toLowerCase())}`] : []),
    ...(phone ? [`phoneNumber=${hashed(phone.replace(/[^\d+]/g, ''))}`] : []),
  ].join('&');
}

/** The vendor as the shared story needs it. */
export async function openGoogle(setting: GoogleSetting = {}): Promise<Vendor> {
  const simulator = await startGoogle(setting);
  const { tokens } = simulator;
  const byId = setting.uploadKeyType === 'USER_ID';
  const known = (person: Person): string => knownOf(person, setting);
  const fault = (status: number, reason: string, headers = {}): Fault => ({
    reply: { ...failure(status, reason), headers },
  });
  return {
    simulator,
    file: `type: google_customer_match
targets: [test]
account_id: 123-456-7890
${setting.manager ? 'login_account_id: 987-654-3210\n' : ''}${tokens.file}
token_url: ${simulator.url}/token
${byId ? 'upload_key_type: USER_ID\n' : ''}customer_match_terms_of_service_status: ACCEPTED
ad_user_data: CONSENT_GRANTED
ad_personalization: CONSENT_GRANTED
base_url: ${simulator.url}
allow_private_address: true
batch_size: 3
rate: 1000/s
`,
    environment: tokens.environment,
    match: byId ? ['external_id'] : ['email', 'phone'],
    known,
    members: simulator.members,
    addForeign(audience) {
      const row = byId ? 'userId=another' : `emailAddress=${hashed('somebody@else.example')}`;
      simulator.members(audience).add(row);
      return row;
    },
    takeOut: (audience, person) => simulator.members(audience).delete(known(person)),
    faults: {
      busy: fault(429, 'RESOURCE_EXHAUSTED'),
      busyFor1s: fault(429, 'RESOURCE_EXHAUSTED', { 'retry-after': '1' }),
      down: { reply: { status: 503, body: '<html>Service unavailable</html>' } },
    },
    refusesWhole: { key: hashed(BROKEN), email: BROKEN },
    expireToken: () => tokens.spoilNext(),
    jobs: simulator.jobs,
    refuseCredentials() {
      tokens.refuse(true);
      return { back: () => tokens.refuse(false) };
    },
  };
}
