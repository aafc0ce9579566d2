/** Customer.io's Track and App APIs as documented, for one workspace in the US region. */
import { type Call, type Fault, type Reply, type Simulator, startSimulator } from './simulator.ts';
import type { Person, Vendor } from './vendor.ts';

export const SITE_ID = 'a1b2c3d4e5f6a7b8c9d0';
export const API_KEY = 'the-key-of-the-track-api';
export const APP_API_KEY = 'the-key-of-the-app-api';
/** A batch names the item with this id, or address, as one that it refuses. */
export const REFUSED = 'refused';
/** A batch with this id in it is refused as a whole. */
export const WHOLE = 'whole';
const MOST = { ids: 1_000, batch: 500_000, item: 32_000 };

type Json = Record<string, unknown>;
type PersonIds = { readonly id?: string; readonly email?: string };
interface Known extends PersonIds {
  readonly attributes: Json;
}
interface Segment {
  readonly name: string;
  readonly type: string;
  readonly members: Set<Known>;
}

export interface CustomerioSimulator extends Simulator {
  /** Members by their id, or else their address. */
  members(segment: string): ReadonlySet<string>;
  people(): readonly Known[];
  readonly events: ReadonlyMap<
    string,
    { readonly who: unknown; readonly name: unknown; readonly at: unknown }
  >;
  know(ids: PersonIds): Known;
  makeSegment(name: string, type?: string): number;
  add(segment: string, ids: PersonIds): void;
  takeOut(segment: string, who: string): void;
  dropSegment(name: string): void;
  letIn(key: string): void;
  liveIn(region: string): void;
}

export async function startCustomerio(): Promise<CustomerioSimulator> {
  const people: Known[] = [];
  const segments = new Map<number, Segment>();
  const events = new Map<string, { who: unknown; name: unknown; at: unknown }>();
  let expected = API_KEY;
  let region = 'us';
  let made = 0;

  const know = (ids: PersonIds): Known => {
    const person = { ...ids, attributes: {} };
    people.push(person);
    return person;
  };
  const find = ({ id, email }: PersonIds): Known | undefined =>
    people.find(
      (each) => (id !== undefined && each.id === id) || (email !== undefined && each.email === email),
    );
  const makeSegment = (name: string, type = 'manual'): number => {
    const id = ++made;
    segments.set(id, { name, type, members: new Set() });
    return id;
  };
  const byName = (name: string) => [...segments].find(([, segment]) => segment.name === name);

  function answer(call: Call): Reply {
    if (call.path.startsWith('/v1/')) return ofApp(call);
    const basic = Buffer.from(`${SITE_ID}:${expected}`).toString('base64');
    if (call.headers.authorization !== `Basic ${basic}`) return refused(401, 'unauthorized');
    if (`${call.method} ${call.path}` === 'GET /api/v1/accounts/region')
      return { status: 200, body: { url: 'https://track.customer.io', region, environment_id: 3 } };
    if (call.method !== 'POST' || call.headers['content-type'] !== 'application/json')
      return refused(404, 'not found');
    const body = JSON.parse(call.body) as Json;
    if (call.path === '/api/v2/batch') return batch(call, body);
    const match = /^\/api\/v1\/segments\/(\d+)\/(add|remove)_customers$/.exec(call.path);
    return match
      ? changeSegment(call, Number(match[1]), match[2] === 'add', body)
      : refused(404, 'not found');
  }

  function ofApp(call: Call): Reply {
    if (call.headers.authorization !== `Bearer ${APP_API_KEY}`) return refused(401, 'unauthorized');
    if (call.path !== '/v1/segments') return refused(404, 'not found');
    if (call.method === 'GET') {
      const all = [...segments].map(([id, { name, type }]) => ({ id, name, type, state: 'finished' }));
      return { status: 200, body: { segments: all } };
    }
    const { segment, ...rest } = JSON.parse(call.body) as {
      segment?: { name?: string; description?: string };
    };
    const names = Object.keys(segment ?? {})
      .sort()
      .join();
    if (names !== 'description,name' || !segment?.name || Object.keys(rest).length > 0)
      return refused(400, 'malformed');
    const id = makeSegment(segment.name);
    return { status: 200, body: { segment: { id, name: segment.name, type: 'manual' } } };
  }

  function changeSegment(call: Call, id: number, isAdd: boolean, { ids, ...rest }: Json): Reply {
    const segment = segments.get(id);
    if (!segment) return refused(404, 'not found');
    const idType = call.query.get('id_type') ?? 'id';
    const isGood =
      segment.type === 'manual' &&
      ['id', 'email'].includes(idType) &&
      Object.keys(rest).length === 0 &&
      Array.isArray(ids) &&
      ids.length > 0 &&
      ids.length <= MOST.ids &&
      ids.every((each) => typeof each === 'string' && each !== '');
    if (!isGood) return refused(400, 'malformed');
    for (const value of ids as string[]) {
      const person = find({ [idType]: value });
      // Those it does not know are passed over, and so is the removal of people without an id.
      if (person && isAdd) segment.members.add(person);
      else if (person?.id !== undefined && !isAdd) segment.members.delete(person);
    }
    return { status: 200, body: {} };
  }

  function batch(call: Call, body: Json): Reply {
    const items = Array.isArray(body.batch) ? (body.batch as Json[]) : [];
    const isGood =
      Object.keys(body).join() === 'batch' &&
      items.length > 0 &&
      call.body.length < MOST.batch &&
      items.every((item) => JSON.stringify(item).length <= MOST.item) &&
      !items.some((item) => JSON.stringify(item.identifiers).includes(`"${WHOLE}"`));
    if (!isGood)
      return { status: 400, body: { errors: [{ reason: 'invalid', field: 'batch', message: 'no' }] } };
    const errors = items.flatMap((item, batch_index) => {
      const reason = item.action === 'event' ? note(item) : identify(item);
      return reason === undefined ? [] : [{ batch_index, reason, field: 'x', message: `${call.body} no` }];
    });
    return errors.length === 0 ? { status: 200, body: {} } : { status: 207, body: { errors } };
  }

  function identify({ type, identifiers, action, attributes, ...rest }: Json): string | undefined {
    const ids = identifiers as PersonIds;
    if (type !== 'person' || action !== 'identify' || Object.keys(rest).length > 0) return 'invalid';
    if (!isIds(ids) || ids.id === REFUSED) return 'invalid';
    const { _update, ...values } = attributes as Json;
    const person = find(ids) ?? (_update === true ? undefined : know(ids));
    for (const [name, value] of Object.entries(values)) {
      if (!person) break;
      if (value === null) delete person.attributes[name];
      else person.attributes[name] = value;
    }
    return undefined;
  }

  function note({ type, identifiers, id, name, timestamp, attributes, ...rest }: Json): string | undefined {
    const isGood =
      type === 'person' &&
      isIds(identifiers as PersonIds) &&
      (identifiers as PersonIds).id !== REFUSED &&
      typeof id === 'string' &&
      /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(id) &&
      typeof name === 'string' &&
      Number.isInteger(timestamp) &&
      typeof attributes === 'object' &&
      Object.keys(rest).join() === 'action';
    if (!isGood) return 'invalid';
    events.set(id, { who: identifiers, name, at: timestamp });
    return undefined;
  }

  const simulator = await startSimulator(
    answer,
    ({ path }) => path === '/api/v2/batch' || path.endsWith('_customers'),
  );
  return {
    ...simulator,
    know,
    events,
    makeSegment,
    people: () => people,
    members: (segment) =>
      new Set([...(byName(segment)?.[1].members ?? [])].map(({ id, email }) => id ?? email!)),
    add(segment, ids) {
      segments.get(byName(segment)?.[0] ?? makeSegment(segment))!.members.add(find(ids) ?? know(ids));
    },
    takeOut(segment, who) {
      const members = byName(segment)?.[1].members;
      for (const each of members ?? []) if ((each.id ?? each.email) === who) members!.delete(each);
    },
    dropSegment(name) {
      segments.delete(byName(name)?.[0] ?? 0);
    },
    letIn(key) {
      expected = key;
    },
    liveIn(other) {
      region = other;
    },
  };
}

/** One kind of identifier, in the form it is kept. */
function isIds(ids: PersonIds): boolean {
  const [[kind, value] = [], ...others] = Object.entries(ids ?? {});
  if (others.length > 0 || typeof value !== 'string' || value === '') return false;
  return kind === 'id' || (kind === 'email' && /^[^\s@A-Z]+@[^\s@A-Z]+\.[^\s@A-Z]+$/.test(value));
}

function refused(status: number, error: string): Reply {
  return { status, body: { meta: { errors: [error] } } };
}

/** The vendor as the shared story needs it: known by id and made, or known by address and there already. */
export async function openCustomerio({ idType = 'id' } = {}): Promise<Vendor> {
  const isById = idType === 'id';
  const simulator = await startCustomerio();
  const names = ['ada', 'grace.hopper+ads', 'grace', 'zoë', 'twin', 'last', 'eve'];
  if (!isById) for (const name of names) simulator.know({ id: name, email: `${name}@example.com` });
  const known = ({ key, email = '' }: Person): string =>
    isById ? key : email.trim().toLowerCase().replace('@example.com', '');
  const busy = (headers = {}): Fault => ({ reply: { status: 429, headers, body: { meta: { error: 'x' } } } });
  return {
    simulator,
    file: `type: customerio
targets: [test]
site_id: ${SITE_ID}
api_key: "\${env:CIO_API_KEY}"
app_api_key: "\${env:CIO_APP_API_KEY}"
id_type: ${idType}
create_people: ${isById}
track_url: ${simulator.url}
app_url: ${simulator.url}
allow_private_address: true
batch_size: 3
rate: 1000/s
`,
    environment: { CIO_API_KEY: API_KEY, CIO_APP_API_KEY: APP_API_KEY },
    match: [isById ? 'external_id' : 'email'],
    known,
    members: simulator.members,
    addForeign(audience) {
      simulator.add(audience, { id: 'somebody else' });
      return 'somebody else';
    },
    field: {
      name: 'level',
      of: (person) => simulator.people().find(({ id }) => id === known(person))?.attributes.level,
    },
    takeOut: (audience, person) => simulator.takeOut(audience, known(person)),
    faults: {
      busy: busy(),
      busyFor1s: busy({ 'retry-after': '1' }),
      down: { reply: { status: 502, body: '<html>Bad gateway</html>' } },
    },
    ...(isById ? { refused: { key: REFUSED }, refusesWhole: { key: WHOLE } } : {}),
    refuseCredentials() {
      simulator.letIn('another key');
      return { back: () => simulator.letIn(API_KEY) };
    },
  };
}
