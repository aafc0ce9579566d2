/** Mailchimp's contacts of one audience, their events, and its static segments, as documented. */
import { createHash } from 'node:crypto';
import { type Call, type Fault, type Reply, type Simulator, startSimulator } from './simulator.ts';
import type { EventVendor, Person, Sided, Vendor } from './vendor.ts';

export const API_KEY = '0123456789abcdef0123456789abcdef-us6';
export const LIST = 'a1b2c3d4e5';
/** Deleted for good: can be no contact again. */
export const FORGOTTEN = 'forgotten@example.com';
/** A call with this address in it is refused as a whole. */
export const WHOLE = 'whole@example.com';
const MOST = 500;
const STATUSES = ['subscribed', 'pending', 'unsubscribed', 'transactional'];

type Json = Record<string, unknown>;

export interface MailchimpSimulator extends Simulator {
  members(segment: string): ReadonlySet<string>;
  /** Address -> status. */
  readonly contacts: Map<string, string>;
  makeSegment(name: string): number;
  add(segment: string, email: string): void;
  takeOut(segment: string, email: string): void;
  dropSegment(name: string): void;
  /** Each that came: none is known again. */
  readonly events: readonly ContactEvent[];
  letIn(key: string): void;
  dropList(): void;
}

interface ContactEvent {
  readonly email: string;
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly occurred_at: string;
}

export async function startMailchimp(known: readonly string[] = []): Promise<MailchimpSimulator> {
  const contacts = new Map<string, string>(known.map((email) => [email, 'subscribed']));
  const segments = new Map<number, { readonly name: string; readonly members: Set<string> }>();
  const events: ContactEvent[] = [];
  let expected = API_KEY;
  let isThere = true;
  let made = 0;

  const makeSegment = (name: string): number => {
    const id = 1000 + made++;
    segments.set(id, { name, members: new Set() });
    return id;
  };
  const byName = (name: string) => [...segments].find(([, segment]) => segment.name === name);

  function answer(call: Call): Reply {
    const [scheme, key = ''] = (call.headers.authorization ?? '').split(' ');
    if (scheme !== 'Basic' || Buffer.from(key, 'base64').toString().split(':')[1] !== expected)
      return problem(401, 'API Key Invalid');
    const [, resource, list, edge, id, ...rest] = call.path.split('/');
    if (resource !== 'lists' || list !== LIST || !isThere) return problem(404, 'Resource Not Found');
    if (edge === 'members' && rest.join() === 'events') return addEvent(call, id ?? '');
    if (rest.length > 0) return problem(404, 'Resource Not Found');
    const route = `${call.method}${edge === undefined ? '' : ` ${edge}`}${id === undefined ? '' : '/:id'}`;
    if (route === 'GET') return { status: 200, body: { id: LIST } };
    if (route === 'GET segments') return listSegments(call);
    if (call.method !== 'POST') return problem(405, 'Method Not Allowed');
    if (call.headers['content-type'] !== 'application/json') return problem(415, 'Unsupported');
    const body = JSON.parse(call.body) as Json;
    if (route === 'POST') return addContacts(body);
    if (route === 'POST segments') return createSegment(body);
    return route === 'POST segments/:id'
      ? changeSegment(Number(id), body)
      : problem(404, 'Resource Not Found');
  }

  function addEvent(call: Call, hash: string): Reply {
    const email = [...contacts.keys()].find((each) => createHash('md5').update(each).digest('hex') === hash);
    if (call.method !== 'POST' || email === undefined) return problem(404, 'Resource Not Found');
    const { name, properties, occurred_at, ...rest } = JSON.parse(call.body) as ContactEvent;
    const isGood =
      Object.keys(rest).length === 0 &&
      name.length >= 2 &&
      name.length <= 30 &&
      Object.values(properties).every((value) => typeof value === 'string') &&
      !Number.isNaN(Date.parse(occurred_at)) &&
      email !== WHOLE;
    if (!isGood) return problem(400, 'Invalid Resource');
    events.push({ email, name, properties, occurred_at });
    return { status: 204 };
  }

  /** In pages of two, whatever is asked for. */
  function listSegments({ query }: Call): Reply {
    const names = [...query.keys()].sort().join();
    if (
      names !== 'count,fields,offset,type' ||
      query.get('type') !== 'static' ||
      Number(query.get('count')) > 1000
    )
      return problem(400, 'Invalid Resource');
    const from = Number(query.get('offset'));
    const page = [...segments].slice(from, from + 2).map(([id, { name }]) => ({ id, name }));
    return { status: 200, body: { segments: page, total_items: segments.size } };
  }

  function createSegment({ name, static_segment, ...rest }: Json): Reply {
    const isGood = typeof name === 'string' && name !== '' && JSON.stringify(static_segment) === '[]';
    if (!isGood || Object.keys(rest).length > 0) return problem(400, 'Invalid Resource');
    return { status: 200, body: { id: makeSegment(name), name, member_count: 0, type: 'static' } };
  }

  function addContacts({ members, update_existing, ...rest }: Json): Reply {
    const all = Array.isArray(members) ? (members as Json[]) : [];
    const isGood =
      update_existing === false &&
      all.length > 0 &&
      all.length <= MOST &&
      Object.keys(rest).length === 0 &&
      all.every((each) => Object.keys(each).sort().join() === 'email_address,status') &&
      all.every(({ email_address, status }) => isAddress(email_address) && STATUSES.includes(String(status)));
    if (!isGood || all.some(({ email_address }) => email_address === WHOLE))
      return problem(400, 'Invalid Resource');
    const errors: Json[] = [];
    for (const { email_address: email, status } of all as { email_address: string; status: string }[]) {
      if (email === FORGOTTEN)
        errors.push({ email_address: email, error: `${email} was deleted`, error_code: 'ERROR_GENERIC' });
      else if (contacts.has(email))
        errors.push({ email_address: email, error: 'already there', error_code: 'ERROR_CONTACT_EXISTS' });
      else contacts.set(email, status);
    }
    return {
      status: 200,
      body: { new_members: [], updated_members: [], errors, error_count: errors.length },
    };
  }

  function changeSegment(id: number, { members_to_add, members_to_remove, ...rest }: Json): Reply {
    const segment = segments.get(id);
    if (!segment) return problem(404, 'Resource Not Found');
    const [add, remove] = [members_to_add ?? [], members_to_remove ?? []] as string[][];
    const all = [...add!, ...remove!];
    const isGood = Math.max(add!.length, remove!.length) <= MOST && all.length > 0 && all.every(isAddress);
    if (!isGood || Object.keys(rest).length > 0 || all.includes(WHOLE))
      return problem(400, 'Invalid Resource');
    const unknown = all.filter((email) => !contacts.has(email));
    for (const email of add!) if (contacts.has(email)) segment.members.add(email);
    for (const email of remove!) segment.members.delete(email);
    const error = 'Email addresses do not exist in this list';
    const errors = unknown.length > 0 ? [{ email_addresses: unknown, error }] : [];
    const counts = { total_added: add!.length, total_removed: remove!.length, error_count: unknown.length };
    return { status: 200, body: { members_added: [], members_removed: [], errors, ...counts } };
  }

  const simulator = await startSimulator(
    answer,
    ({ method, path }) => method === 'POST' && !path.endsWith('/segments'),
  );
  return {
    ...simulator,
    contacts,
    events,
    makeSegment,
    members: (segment) => byName(segment)?.[1].members ?? new Set(),
    add(segment, email) {
      contacts.set(email, 'subscribed');
      segments.get(byName(segment)?.[0] ?? makeSegment(segment))!.members.add(email);
    },
    takeOut(segment, email) {
      byName(segment)?.[1].members.delete(email);
    },
    dropSegment(name) {
      segments.delete(byName(name)?.[0] ?? 0);
    },
    letIn(key) {
      expected = key;
    },
    dropList() {
      isThere = false;
    },
  };
}

function isAddress(value: unknown): boolean {
  return (
    typeof value === 'string' && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value) && value === value.toLowerCase()
  );
}

function problem(status: number, title: string): Reply {
  const headers = { 'content-type': 'application/problem+json' };
  return {
    status,
    headers,
    body: { type: 'https://mailchimp.com', title, status, detail: 'no', instance: 'i' },
  };
}

const known = ({ email = '' }: Person): string => email.trim().toLowerCase();

/** What it is to any story; `statusIfNew`: whom it does not know joins. */
async function sided(statusIfNew: string): Promise<Omit<Sided, 'field'> & { simulator: MailchimpSimulator }> {
  const contacts = ['ada', 'grace.hopper+ads', 'grace', 'zoë', 'twin', 'last', 'eve'].map(
    (name) => `${name}@example.com`,
  );
  const simulator = await startMailchimp(statusIfNew ? [] : [...contacts, WHOLE]);
  const body = { title: 'Too Many Requests', status: 429 };
  const busy = (headers = {}): Fault => ({ reply: { status: 429, headers, body } });
  return {
    simulator,
    file: `type: mailchimp
targets: [test]
base_url: ${simulator.url}
api_key: "\${env:MAILCHIMP_API_KEY}"
list_id: ${LIST}
${statusIfNew ? `status_if_new: ${statusIfNew}\n` : ''}allow_private_address: true
batch_size: 3
rate: 1000/s
`,
    environment: { MAILCHIMP_API_KEY: API_KEY },
    match: ['email'],
    known,
    faults: {
      // At very high volume there is no body.
      busy: { reply: { status: 403, body: '' } },
      busyFor1s: busy({ 'retry-after': '1' }),
      down: { reply: { status: 503, body: '<html>Request blocked</html>' } },
    },
    refused: { key: '98', email: FORGOTTEN },
    refusesWhole: { key: '99', email: WHOLE },
    refuseCredentials() {
      simulator.letIn('another key');
      return { back: () => simulator.letIn(API_KEY) };
    },
  };
}

/** The vendor as the shared story needs it. */
export async function openMailchimp({ statusIfNew = '' } = {}): Promise<Vendor> {
  const { simulator, ...side } = await sided(statusIfNew);
  return {
    ...side,
    simulator,
    members: simulator.members,
    addForeign(audience) {
      simulator.add(audience, 'somebody@else.example');
      return 'somebody@else.example';
    },
    takeOut: (audience, person) => simulator.takeOut(audience, known(person)),
  };
}

/** The vendor as the story of events needs it. */
export async function openMailchimpEvents({ statusIfNew = '' } = {}): Promise<EventVendor> {
  const { simulator, ...side } = await sided(statusIfNew);
  return {
    ...side,
    simulator,
    event: 'cart_abandoned',
    field: { name: 'level' },
    tellsTwice: true,
    told: () =>
      simulator.events.map(({ email, name, properties }) => ({ who: email, name, field: properties.level })),
  };
}
