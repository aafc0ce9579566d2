/** LinkedIn's DMP segments as documented, for one ad account and one platform, with the token endpoint. */
import { createHash } from 'node:crypto';
import { type Call, type Fault, type Reply, type Simulator, startSimulator } from './simulator.ts';
import { isRefresh, openTokenEndpoint, type TokenEndpoint } from './token-endpoint.ts';
import type { Person, Vendor } from './vendor.ts';

export const ACCOUNT = '516848833';
export const PLATFORM = 'SEGSYNC';
export const CREDENTIALS = {
  ...{ client_id: '77abcdef', client_secret: 'WPL_AP1.the-secret-of-the-application' },
  refresh_token: 'AQX-a-refresh-token',
};
const VERSION = '202608';
const URN = `urn:li:sponsoredAccount:${ACCOUNT}`;
const MOST = 5_000;
/** LinkedIn takes nobody with this address. */
const UNWANTED = 'unwanted@example.com';

interface Segment {
  readonly id: number;
  readonly users: Set<string>;
  /** As the API tells it. */
  readonly told: Record<string, unknown>;
  /** Calls that still do not find it. */
  settling: number;
}

export interface LinkedinSimulator extends Simulator {
  readonly tokens: TokenEndpoint;
  members(name: string): Set<string>;
  /** Somebody else makes a segment. */
  make(name: string, told?: Record<string, unknown>): Segment;
  remove(name: string): void;
  count(): number;
}

export async function startLinkedin(): Promise<LinkedinSimulator> {
  const segments: Segment[] = [];
  const tokens = openTokenEndpoint((form) => isRefresh(form, CREDENTIALS));
  let made = 0;

  function make(name: string, told: Record<string, unknown> = {}, settling = 0): Segment {
    const id = 10_000 + made++;
    const known = {
      ...{ id, name, type: 'USER', account: URN, sourcePlatform: PLATFORM, sourceSegmentId: name },
      destinations: [{ destination: 'LINKEDIN', status: 'BUILDING' }],
    };
    const segment = { id, users: new Set<string>(), told: { ...known, ...told }, settling };
    segments.push(segment);
    return segment;
  }

  function answer(call: Call): Reply {
    if (call.path === '/oauth/v2/accessToken') return tokens.answer(call);
    if (!tokens.isLetIn(call.headers.authorization)) return failure(401, 'EXPIRED_ACCESS_TOKEN');
    if (call.headers['x-restli-protocol-version'] !== '2.0.0') return failure(400, 'protocol');
    if (call.headers['linkedin-version'] !== VERSION) return failure(426, 'NONEXISTENT_VERSION');
    const [, rest, resource, id, edge, more] = call.path.split('/');
    if (rest !== 'rest' || resource !== 'dmpSegments' || more !== undefined)
      return failure(404, 'RESOURCE_NOT_FOUND');
    if (id === undefined) return call.method === 'GET' ? listed(call) : created(call);
    const segment = segments.find((each) => String(each.id) === id);
    if (edge !== 'users' || call.method !== 'POST' || !segment) return failure(404, 'RESOURCE_NOT_FOUND');
    if (segment.settling > 0) {
      segment.settling -= 1;
      return failure(404, 'RESOURCE_NOT_FOUND');
    }
    return ofUsers(call, segment);
  }

  /** In pages of two at most, whatever is asked for. */
  function listed({ query }: Call): Reply {
    const known = ['q', 'account', 'sourcePlatform', 'sourceSegmentId', 'start', 'count'];
    if (query.get('q') !== 'account' || [...query.keys()].some((name) => !known.includes(name)))
      return failure(400, 'ILLEGAL_ARGUMENT');
    if (query.get('account') !== URN) return failure(403, 'ACCESS_DENIED');
    const all = segments.filter(({ told }) =>
      ['sourcePlatform', 'sourceSegmentId'].every((name) => [null, told[name]].includes(query.get(name))),
    );
    const start = Number(query.get('start'));
    const elements = all
      .slice(start, start + Math.min(2, Number(query.get('count'))))
      .map(({ told }) => told);
    return {
      status: 200,
      body: { paging: { start, count: elements.length, total: all.length, links: [] }, elements },
    };
  }

  function created(call: Call): Reply {
    const body = JSON.parse(call.body) as Record<string, unknown>;
    const { name, type, account, sourcePlatform, sourceSegmentId, destinations, description, ...rest } = body;
    const isGood =
      Object.keys(rest).length === 0 &&
      [typeof name === 'string' && name !== '', type === 'USER', account === URN].every(Boolean) &&
      [
        sourcePlatform === PLATFORM,
        typeof sourceSegmentId === 'string',
        typeof description === 'string',
      ].every(Boolean) &&
      JSON.stringify(destinations) === '[{"destination":"LINKEDIN"}]';
    if (call.method !== 'POST' || !isGood) return failure(400, 'ILLEGAL_ARGUMENT');
    const { id } = make(name as string, { sourceSegmentId }, 1);
    return { status: 201, headers: { 'x-restli-id': String(id) }, body: '' };
  }

  const simulator = await startSimulator(answer, ({ path }) => path.endsWith('/users'));
  const byName = (name: string) => segments.find(({ told }) => told.name === name && told.type === 'USER');
  return {
    ...simulator,
    tokens,
    make,
    members: (name) => byName(name)?.users ?? new Set<string>(),
    remove(name) {
      segments.splice(segments.indexOf(byName(name)!), 1);
    },
    count: () => segments.length,
  };
}

/** Takes elements one by one; repeats are 201, too, and what is wrong is told by its index. */
function ofUsers({ headers, body }: Call, { users }: Segment): Reply {
  if (headers['x-restli-method'] !== 'BATCH_CREATE') return failure(400, 'ILLEGAL_ARGUMENT');
  const { elements, ...rest } = JSON.parse(body) as { elements?: Record<string, unknown>[] };
  if (!elements || elements.length === 0 || elements.length > MOST || Object.keys(rest).length > 0)
    return failure(400, 'ILLEGAL_ARGUMENT');
  return { status: 200, body: { elements: elements.map((element) => ofUser(element, users)) } };
}

function ofUser({ action, userIds, ...rest }: Record<string, unknown>, users: Set<string>): unknown {
  const refused = { status: 400, error: { message: `cannot take ${JSON.stringify(userIds)}`, status: 400 } };
  const ids = (Array.isArray(userIds) ? userIds : []) as Record<string, string>[];
  const isGood = ids.every(
    ({ idType, idValue, ...more }) =>
      idType === 'SHA256_EMAIL' && /^[0-9a-f]{64}$/.test(idValue ?? '') && Object.keys(more).length === 0,
  );
  if (Object.keys(rest).length > 0 || ids.length === 0 || !isGood) return refused;
  for (const { idValue } of ids) {
    if (idValue === hashed(UNWANTED)) return refused;
    if (action === 'ADD') users.add(idValue!);
    else if (action === 'REMOVE') users.delete(idValue!);
    else return refused;
  }
  return { status: 201 };
}

function failure(status: number, code: string): Reply {
  return { status, body: { status, code, message: 'no' } };
}

const hashed = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The vendor as the shared story needs it. */
export async function openLinkedin(): Promise<Vendor> {
  const known = ({ email = '' }: Person): string => hashed(email.trim().toLowerCase());
  const simulator = await startLinkedin();
  const { tokens } = simulator;
  // Segments of another type, of another platform, and on other pages.
  simulator.make('active', { type: 'COMPANY' });
  simulator.make('active', { type: 'COMPANY_LIST_UPLOAD' });
  simulator.make('another');
  const fault = (status: number, code: string, headers = {}): Fault => ({
    reply: { ...failure(status, code), headers },
  });
  return {
    simulator,
    file: `type: linkedin
targets: [test]
account_id: "${ACCOUNT}"
client_id: ${CREDENTIALS.client_id}
client_secret: "\${env:LINKEDIN_CLIENT_SECRET}"
refresh_token: "\${env:LINKEDIN_REFRESH_TOKEN}"
token_url: ${simulator.url}/oauth/v2/accessToken
source_platform: ${PLATFORM}
base_url: ${simulator.url}
allow_private_address: true
batch_size: 3
rate: 1000/s
`,
    environment: {
      LINKEDIN_CLIENT_SECRET: CREDENTIALS.client_secret,
      LINKEDIN_REFRESH_TOKEN: CREDENTIALS.refresh_token,
    },
    match: ['email'],
    known,
    members: simulator.members,
    addForeign(audience) {
      simulator.members(audience).add(hashed('somebody@else.example'));
      return hashed('somebody@else.example');
    },
    takeOut: (audience, person) => simulator.members(audience).delete(known(person)),
    faults: {
      busy: fault(429, 'TOO_MANY_REQUESTS'),
      busyFor1s: fault(429, 'TOO_MANY_REQUESTS', { 'retry-after': '1' }),
      down: { reply: { status: 502, body: '<html>Bad gateway</html>' } },
    },
    refused: { key: '99', email: UNWANTED },
    expireToken: () => tokens.spoilNext(),
    refuseCredentials() {
      tokens.refuse(true);
      return { back: () => tokens.refuse(false) };
    },
  };
}
