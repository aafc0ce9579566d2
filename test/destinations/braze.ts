/** Braze's `users/track` as documented: attributes and events of users, at most 75 objects a call. */
import { type Call, type Reply, type Simulator, startSimulator } from './simulator.ts';
import type { Person, Vendor } from './vendor.ts';

export const API_KEY = '7f0b1c2d-a-rest-api-key';
const MOST = 75;
/** Whoever has this external id is blocked. */
export const BLOCKED = 'blocked';

type User = Map<string, unknown>;

export interface BrazeSimulator extends Simulator {
  readonly users: ReadonlyMap<string, User>;
  readonly events: readonly { readonly user: string; readonly name: string; readonly properties: unknown }[];
  /** Users, as `kind=value`, whose attribute is true. */
  members(attribute: string): ReadonlySet<string>;
  /** Somebody else's. */
  set(user: string, attribute: string, value: unknown): void;
  letIn(key: string): void;
}

/** `known`: users that exist before, as `kind=value`. */
export async function startBraze(known: readonly string[] = []): Promise<BrazeSimulator> {
  const users = new Map<string, User>(known.map((user) => [user, new Map()]));
  const events: BrazeSimulator['events'][number][] = [];
  let expected = API_KEY;

  function answer(call: Call): Reply {
    if (call.headers.authorization !== `Bearer ${expected}`)
      return { status: 401, body: { message: 'Invalid API key' } };
    if (call.method !== 'POST' || call.path !== '/users/track')
      return { status: 404, body: { message: 'Not found' } };
    if (call.headers['content-type'] !== 'application/json') return refused('Content type');
    const body = JSON.parse(call.body) as Record<string, Record<string, unknown>[]>;
    if (Object.keys(body).some((name) => name !== 'attributes' && name !== 'events'))
      return refused('Unknown field');
    const [attributes = [], happened = []] = [body.attributes, body.events];
    const count = attributes.length + happened.length;
    if (count === 0) return refused("Valid data must be provided in 'attributes' or 'events'");
    if (count > MOST) return refused('Too many objects');
    const errors = [
      ...attributes.flatMap((object, index) => wrong('attributes', index, object, setAttributes(object))),
      ...happened.flatMap((object, index) => wrong('events', index, object, noteEvent(object))),
    ];
    const counts = { attributes_processed: attributes.length, events_processed: happened.length };
    return { status: 201, body: { message: 'success', ...counts, ...(errors.length > 0 ? { errors } : {}) } };
  }

  function setAttributes(object: Record<string, unknown>): string | undefined {
    const { external_id, email, phone, _update_existing_only, ...rest } = object;
    const user = userOf(object);
    if (!user) return "'external_id', 'email' or 'phone' is required";
    if (user.endsWith(`=${BLOCKED}`)) return 'The user is blocked';
    if (!users.has(user) && _update_existing_only) return undefined;
    const own = users.get(user) ?? new Map<string, unknown>();
    users.set(user, own);
    for (const [name, value] of Object.entries(rest)) {
      if (value === null) own.delete(name);
      else own.set(name, value);
    }
    return undefined;
  }

  function noteEvent(object: Record<string, unknown>): string | undefined {
    const user = userOf(object);
    if (!user) return "'external_id', 'email' or 'phone' is required";
    if (
      typeof object.name !== 'string' ||
      typeof object.time !== 'string' ||
      Number.isNaN(Date.parse(object.time))
    )
      return "'name' and 'time' are required";
    if (users.has(user) || !object._update_existing_only)
      events.push({ user, name: object.name, properties: object.properties });
    return undefined;
  }

  const simulator = await startSimulator(
    answer,
    ({ path, body }) => path === '/users/track' && body.length > 20,
  );
  return {
    ...simulator,
    users,
    events,
    members: (attribute) =>
      new Set([...users].flatMap(([user, own]) => (own.get(attribute) === true ? [user] : []))),
    set(user, attribute, value) {
      users.set(user, (users.get(user) ?? new Map()).set(attribute, value));
    },
    letIn(key) {
      expected = key;
    },
  };
}

function userOf({ external_id, email, phone }: Record<string, unknown>): string | undefined {
  const given = Object.entries({ external_id, email, phone }).filter(([, value]) => value !== undefined);
  const [[kind, value] = []] = given;
  if (given.length !== 1 || typeof value !== 'string') return undefined;
  if (kind === 'email' && !/^[^\s@]+@[^\s@]+$/.test(value)) return undefined;
  if (kind === 'phone' && !/^\+\d{6,15}$/.test(value)) return undefined;
  return `${kind}=${value}`;
}

function wrong(input_array: string, index: number, _: unknown, type: string | undefined) {
  return type === undefined ? [] : [{ type, input_array, index }];
}

function refused(message: string): Reply {
  return { status: 400, body: { message } };
}

/** The vendor as the shared story needs it. */
export async function openBraze(): Promise<Vendor> {
  const known = ({ key }: Person): string => `external_id=${key}`;
  const simulator = await startBraze(
    ['1', '2', '3', "o'4", '5', '6', '7', '8', BLOCKED].map((key) => known({ key })),
  );
  return {
    simulator,
    file: `type: braze
targets: [test]
endpoint: ${simulator.url}
api_key: "\${env:BRAZE_API_KEY}"
allow_private_address: true
batch_size: 3
rate: 1000/s
`,
    environment: { BRAZE_API_KEY: API_KEY },
    match: ['external_id', 'email'],
    known,
    members: simulator.members,
    addForeign(audience) {
      simulator.set('external_id=another', audience, true);
      return 'external_id=another';
    },
    field: { name: 'level', of: (person) => simulator.users.get(known(person))?.get('level') },
    takeOut: (audience, person) => simulator.set(known(person), audience, null),
    faults: {
      busy: { reply: { status: 429, body: { message: 'Rate limit exceeded' } } },
      busyFor1s: {
        reply: { status: 429, headers: { 'retry-after': '1' }, body: { message: 'Rate limit exceeded' } },
      },
      down: { reply: { status: 503, body: '<html>Service unavailable</html>' } },
    },
    refused: { key: BLOCKED, email: 'blocked@example.com' },
    refuseCredentials() {
      simulator.letIn('another key');
      return { back: () => simulator.letIn(API_KEY) };
    },
  };
}
