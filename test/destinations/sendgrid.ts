/** SendGrid Marketing as its published descriptions have it: contacts, lists, custom fields, jobs, an index that lags. */
import { openContacts, type SendgridContacts } from './sendgrid-contacts.ts';
import { type Call, type Reply, type Simulator, startSimulator } from './simulator.ts';
import type { Person, Vendor } from './vendor.ts';

export const API_KEY = 'SG.abcdefghijklmnop.qrstuvwxyz0123456789';
/** SendGrid takes it for no address. */
export const INVALID = 'invalid..dots@example.com';

export interface SendgridSimulator extends Simulator, Omit<SendgridContacts, 'answer'> {
  /** Identifiers of the list's members. */
  members(list: string): Set<string>;
  /** Makes a list; there may be another of the name. */
  make(name: string): string;
  drop(list: string): void;
  add(list: string, identifier: string): void;
  letIn(key: string): void;
}

/** `pages`: lists of one page, though more are asked for. */
export async function startSendgrid({ pages = 2 } = {}): Promise<SendgridSimulator> {
  const lists = new Map<string, { readonly name: string; readonly members: Set<string> }>();
  let expected = API_KEY;
  const make = (name: string): string => {
    const id = `ca7a3796-e8a8-4029-9ccb-${String(lists.size).padStart(12, '0')}`;
    lists.set(id, { name, members: new Set() });
    return id;
  };
  const byName = (name: string) => [...lists].find(([, list]) => list.name === name);
  const contacts = openContacts({
    membersOf: (id) => lists.get(id)?.members,
    listsOf: (contact) => [...lists].flatMap(([id, { members }]) => (members.has(contact) ? [id] : [])),
    invalid: INVALID,
  });

  function answer(call: Call): Reply {
    if (call.headers.authorization !== `Bearer ${expected}`) return refusal(401, 'authorization required');
    if (call.body !== '' && call.headers['content-type'] !== 'application/json')
      return refusal(415, 'JSON only');
    const route = `${call.method} ${call.path}`;
    if (route === 'GET /v3/marketing/lists') return page(call.query);
    if (route === 'POST /v3/marketing/lists') return made(JSON.parse(call.body) as Record<string, unknown>);
    return contacts.answer(call);
  }

  function page(query: URLSearchParams): Reply {
    const size = Number(query.get('page_size') ?? 100);
    if (!(size >= 1 && size <= 1000)) return refusal(400, 'page_size');
    const from = Number(query.get('page_token') ?? 0);
    const to = from + Math.min(size, pages);
    const result = [...lists].slice(from, to).map(([id, { name }]) => ({ id, name, contact_count: 0 }));
    // Of its own host, whatever the caller has called.
    const next = `https://api.sendgrid.com/v3/marketing/lists?page_size=${size}&page_token=${to}`;
    return { status: 200, body: { result, _metadata: to < lists.size ? { next } : {} } };
  }

  function made({ name, ...rest }: Record<string, unknown>): Reply {
    const isName = typeof name === 'string' && name.length >= 1 && name.length <= 100;
    if (!isName || Object.keys(rest).length > 0) return refusal(400, 'name');
    return { status: 201, body: { id: make(name), name, contact_count: 0 } };
  }

  const isChange = ({ method, path }: Call): boolean =>
    method === 'DELETE' || (method === 'PUT' && path === '/v3/marketing/contacts');
  const simulator = await startSimulator(answer, isChange);
  return {
    ...simulator,
    ...contacts,
    members: (name) => byName(name)?.[1].members ?? new Set(),
    make,
    drop: (name) => void lists.delete(byName(name)?.[0] ?? ''),
    add(name, identifier) {
      contacts.know(identifier);
      const id = byName(name)?.[0] ?? make(name);
      lists.get(id)!.members.add(identifier);
    },
    letIn(key) {
      expected = key;
    },
  };
}

export function refusal(status: number, message: string, field?: string): Reply {
  return { status, body: { errors: [{ message, ...(field === undefined ? {} : { field }) }] } };
}

/** The vendor as the shared story needs it. */
export async function openSendgrid({ type = 'email' as 'email' | 'external_id' } = {}): Promise<Vendor> {
  const known = ({ key, email = '' }: Person): string =>
    type === 'email' ? email.trim().toLowerCase() : key;
  const simulator = await startSendgrid();
  for (const name of ['another', 'one more']) simulator.make(name);
  const limited = (headers = {}) => ({ reply: { ...refusal(429, 'too many requests'), headers } });
  return {
    simulator,
    file: `type: sendgrid
targets: [test]
base_url: ${simulator.url}
api_key: "\${env:SENDGRID_API_KEY}"
identifier_type: ${type}
allow_private_address: true
batch_size: 3
rate: 1000/s
`,
    environment: { SENDGRID_API_KEY: API_KEY },
    match: [type],
    known,
    members: simulator.members,
    addForeign(audience) {
      simulator.add(audience, 'somebody@else.example');
      return 'somebody@else.example';
    },
    takeOut: (audience, person) => void simulator.members(audience).delete(known(person)),
    faults: {
      busy: limited(),
      busyFor1s: limited({ 'retry-after': '1' }),
      down: { reply: { status: 503, body: '<html>Service unavailable</html>' } },
    },
    ...(type === 'email' ? { refusesWhole: { key: '99', email: INVALID } } : {}),
    field: { name: 'tier', of: (person) => simulator.valueOf(known(person), 'w1') },
    jobs: { hold: simulator.hold, finish: simulator.finish },
    lag: { begin: simulator.beginLag, end: simulator.endLag },
    refuseCredentials() {
      simulator.letIn('another key');
      return { back: () => simulator.letIn(API_KEY) };
    },
  };
}
