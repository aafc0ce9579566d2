/**
 * An API of nobody's, as many in-house ones are: lists with ids, members by e-mail address, taken at once with errors by
 * index, or by a job with errors by address. Tokens are got for a client.
 */
import { type Call, type Reply, type Simulator, startSimulator } from './simulator.ts';
import type { Person, Vendor } from './vendor.ts';

export const CLIENT = { id: 'the-client', secret: 'the-secret-of-the-client' };
/** Refused by name, and refused with everybody else of a request. */
export const BLOCKED = 'blocked@example.com';
export const POISON = 'poison@example.com';
const MOST = 3;

type Body = Record<string, unknown>;

export interface HttpSimulator extends Simulator {
  members(list: string): Set<string>;
  add(list: string, email: string): void;
  tierOf(email: string): unknown;
  letIn(secret: string): void;
  expire(): void;
  /** Of these operations; of all without. */
  hold(...operations: string[]): void;
  finish(): void;
}

interface Job {
  readonly list: string;
  readonly op: string;
  readonly people: readonly Body[];
  done: boolean;
}

/** `jobs`: changes are taken by jobs. */
export async function startHttp({ jobs = false } = {}): Promise<HttpSimulator> {
  const lists = new Map<string, { name: string; members: Set<string> }>();
  const open = new Map<string, Job>();
  const tiers = new Map<string, unknown>();
  let expected = CLIENT.secret;
  let token = '';
  let made = 0;
  let held: readonly string[] = [];
  const make = (name: string): string => {
    const id = `list/${lists.size + 1}`;
    lists.set(id, { name, members: new Set() });
    return id;
  };
  const byName = (name: string) => [...lists.values()].find((list) => list.name === name);

  function answer(call: Call): Reply {
    if (call.method === 'POST' && call.path === '/token') return grant(new URLSearchParams(call.body));
    if (call.headers.authorization !== `Bearer ${token}`) return { status: 401, body: { error: 'token' } };
    const [, version, kind, id, edge] = call.path.split('/').map(decodeURIComponent);
    if (version !== 'v1') return { status: 404 };
    if (kind === 'lists' && id === undefined && call.method === 'GET') return listed(call);
    if (kind === 'jobs' && call.method === 'GET') return jobState(id!);
    if (call.headers['content-type'] !== 'application/json' || call.headers['x-api-version'] !== '7')
      return { status: 400 };
    const body = JSON.parse(call.body) as Body;
    if (kind === 'lists' && id === undefined && call.method === 'POST')
      return { status: 201, body: { data: { id: make(String(body.name)) } } };
    const list = lists.get(id ?? '');
    if (!list || edge !== 'members' || !Array.isArray(body.people)) return { status: 404 };
    const op = { POST: 'add', DELETE: 'remove' }[call.method];
    if (!op || Object.keys(body).length > 1 || body.people.length > MOST) return { status: 400 };
    if (body.people.some(({ email }) => email === POISON)) return { status: 422 };
    const job: Job = { list: id!, op, people: body.people, done: false };
    if (!jobs) return { status: 200, body: { errors: apply(job) } };
    const name = `job-${open.size + 1}`;
    open.set(name, job);
    return { status: 202, body: { job: { id: name } } };
  }

  function grant(form: URLSearchParams): Reply {
    const isRight =
      form.get('grant_type') === 'client_credentials' &&
      form.get('client_id') === CLIENT.id &&
      form.get('client_secret') === expected;
    if (!isRight) return { status: 401, body: { error: 'invalid_client' } };
    token = `token-${++made}`;
    return { status: 200, body: { access_token: token, expires_in: 600 } };
  }

  function listed(call: Call): Reply {
    const from = Number(call.query.get('from') ?? 0);
    const all = [...lists].map(([id, { name }]) => ({ id, label: name }));
    const next = from + 2 < all.length ? `/v1/lists?from=${from + 2}` : null;
    return { status: 200, body: { data: all.slice(from, from + 2), next } };
  }

  /** A job is applied when it is looked at for the first time after it is let go. */
  function jobState(name: string): Reply {
    const job = open.get(name);
    if (!job) return { status: 404 };
    if (held.includes(job.op)) return { status: 200, body: { state: 'working' } };
    const errors = job.done ? [] : apply(job);
    job.done = true;
    return { status: 200, body: { state: errors.length > 0 ? 'partly' : 'done', errors } };
  }

  function apply({ list, op, people }: Job): Body[] {
    const { members } = lists.get(list)!;
    return people.flatMap(({ email, ...rest }, row) => {
      const isRight = typeof email === 'string' && /^[^\s@A-Z]+@[^\s@A-Z]+$/.test(email);
      const known = Object.keys(rest).every((name) => name === 'tier');
      if (!isRight || !known || email === BLOCKED) return [{ row, address: email, reason: 'blocked' }];
      if (op === 'add') members.add(email);
      if (op === 'add') tiers.set(email, rest.tier);
      else members.delete(email);
      return [];
    });
  }

  const simulator = await startSimulator(answer, ({ path }) => path.endsWith('/members'));
  return {
    ...simulator,
    members: (list) => byName(list)?.members ?? new Set(),
    add(list, email) {
      (byName(list) ?? lists.get(make(list))!).members.add(email);
    },
    tierOf: (email) => tiers.get(email),
    letIn(secret) {
      [expected, token] = [secret, ''];
    },
    expire() {
      token = 'an older one';
    },
    hold(...operations) {
      held = operations.length > 0 ? operations : ['add', 'remove'];
    },
    finish() {
      held = [];
    },
  };
}

const FILE = (url: string): string => `type: http
targets: [test]
base_url: ${url}/v1
auth: client_credentials
token_url: ${url}/token
credentials: {client_id: "\${env:ACME_ID}", client_secret: "\${env:ACME_SECRET}"}
headers: {X-Api-Version: "7"}
identifiers: {email: {}}
audience:
  find: {path: /lists, items: /data, name: /label, id: /id, next: /next}
  make: {path: /lists, body: {name: "{audience}"}, id: /data/id}
add:
  path: /lists/{audience_id}/members
  body: {people: {each: {email: "{email}", tier: "{fields.tier}"}}}
remove:
  method: DELETE
  path: /lists/{audience_id}/members
  body: {people: {each: {email: "{email}"}}}
batch_size: ${MOST}
rate: 1000/s
allow_private_address: true
`;

const AT_ONCE = 'answer: {errors: /errors, index: /row, code: /reason}\n';

const BY_JOBS = `answer: {job: /job/id}
job: {path: "/jobs/{job}", status: /state, done: [done, partly], errors: /errors, value: /address, code: /reason}
`;

/** The destination's file. */
export function httpFile(url: string, { jobs }: { jobs: boolean }): string {
  return FILE(url) + (jobs ? BY_JOBS : AT_ONCE);
}

/** The vendor as the shared story needs it. */
export async function openHttp({ jobs = false } = {}): Promise<Vendor> {
  const simulator = await startHttp({ jobs });
  // Lists that are somebody else's, so that ours is not on the first page.
  for (const name of ['a', 'b', 'c']) simulator.add(name, 'x@example.com');
  const known = ({ email = '' }: Person): string => email.trim().toLowerCase();
  const reply = (status: number, headers = {}) => ({ reply: { status, headers, body: {} } });
  return {
    simulator,
    file: httpFile(simulator.url, { jobs }),
    environment: { ACME_ID: CLIENT.id, ACME_SECRET: CLIENT.secret },
    match: ['email'],
    known,
    members: simulator.members,
    addForeign(audience) {
      simulator.add(audience, 'somebody@else.example');
      return 'somebody@else.example';
    },
    field: { name: 'tier', of: (person) => simulator.tierOf(known(person)) },
    takeOut: (audience, person) => simulator.members(audience).delete(known(person)),
    faults: {
      busy: reply(429),
      busyFor1s: reply(429, { 'retry-after': '1' }),
      down: { reply: { status: 502, body: '<html>Bad gateway</html>' } },
    },
    refused: { key: '98', email: BLOCKED },
    refusesWhole: { key: '99', email: POISON },
    refuseCredentials() {
      simulator.letIn('another secret');
      return { back: () => simulator.letIn(CLIENT.secret) };
    },
    expireToken: simulator.expire,
    ...(jobs ? { jobs: { hold: () => simulator.hold(), finish: simulator.finish } } : {}),
  };
}
