/** OneSignal's users and custom events as documented, of users that an app knows. */
import { type Call, type Reply, type Simulator, startSimulator } from './simulator.ts';
import type { EventVendor, Person, Sided, Told, Vendor } from './vendor.ts';

export const APP = '6f1d3a20-1c2b-4d3e-8f90-a1b2c3d4e5f6';
export const API_KEY = 'os_v2_app_abcdefghij';
export const UNSEEN = 'unseen';

export interface OnesignalSimulator extends Simulator {
  /** Users with the tag. */
  members(tag: string): ReadonlySet<string>;
  tagsOf(user: string): ReadonlyMap<string, string> | undefined;
  set(user: string, tag: string, value: string): void;
  /** By their keys: of one that comes twice the first counts. */
  readonly events: ReadonlyMap<string, Record<string, unknown>>;
  letIn(key: string): void;
}

const EVENT = { keys: 'external_id,idempotency_key,name,properties,timestamp', bytes: 2_024, name: 128 };

/** `known`: external ids of users. */
export async function startOnesignal(known: readonly string[]): Promise<OnesignalSimulator> {
  const users = new Map<string, Map<string, string>>(known.map((user) => [user, new Map()]));
  const events = new Map<string, Record<string, unknown>>();
  let expected = API_KEY;

  function answer(call: Call): Reply {
    if (call.headers.authorization !== `Key ${expected}`)
      return { status: 401, body: { errors: ['denied'] } };
    const [, apps, app, kind, by, label, id, ...rest] = call.path.split('/').map(decodeURIComponent);
    if (call.method === 'POST' && call.path === `/apps/${APP}/custom_events`) return tell(call);
    if (apps !== 'apps' || app !== APP || kind !== 'users' || by !== 'by' || rest.length > 0)
      return { status: 400 };
    const tags = label === 'external_id' ? users.get(id ?? '') : undefined;
    if (!tags) return { status: 404, body: { errors: [{ title: 'User with alias not found' }] } };
    if (call.method === 'GET')
      return { status: 200, body: { properties: { tags: Object.fromEntries(tags) } } };
    if (call.method !== 'PATCH' || call.headers['content-type'] !== 'application/json')
      return { status: 400 };
    return patch(tags, JSON.parse(call.body) as Record<string, Record<string, unknown>>);
  }

  function tell(call: Call): Reply {
    const { events: all, ...rest } = JSON.parse(call.body) as { events?: Record<string, unknown>[] };
    const isJson = call.headers['content-type'] === 'application/json';
    if (!isJson || Object.keys(rest).length > 0 || !all?.length || !all.every(isEvent))
      return { status: 400, body: { errors: ['Invalid event'] } };
    const errors = all.filter(({ external_id }) => !users.has(String(external_id)));
    for (const event of all) {
      const key = String(event.idempotency_key);
      if (!errors.includes(event) && !events.has(key)) events.set(key, event);
    }
    if (errors.length === 0) return { status: 202, body: {} };
    const told = errors.map(({ external_id, idempotency_key }) => ({
      event_user_id: external_id,
      event_id: idempotency_key,
      error: { code: 'not found', title: `failed to find a onesignal_id for user_id ${external_id}` },
    }));
    return { status: 202, body: { errors: told } };
  }

  function patch(tags: Map<string, string>, body: Record<string, Record<string, unknown>>): Reply {
    if (Object.keys(body).join() !== 'properties' || Object.keys(body.properties!).join() !== 'tags')
      return { status: 400 };
    const changes = Object.entries(body.properties!.tags as Record<string, unknown>);
    if (changes.length === 0 || changes.length > 100) return { status: 400 };
    if (changes.some(([, value]) => typeof value !== 'string')) return { status: 400 };
    for (const [tag, value] of changes as [string, string][]) {
      if (value === '') tags.delete(tag);
      else tags.set(tag, value);
    }
    return { status: 202, body: { properties: { tags: Object.fromEntries(tags) } } };
  }

  const simulator = await startSimulator(answer, ({ method }) => method !== 'GET');
  return {
    ...simulator,
    events,
    members: (tag) => new Set([...users].flatMap(([user, tags]) => (tags.has(tag) ? [user] : []))),
    tagsOf: (user) => users.get(user),
    set(user, tag, value) {
      const tags = users.get(user) ?? new Map<string, string>();
      users.set(user, tags);
      if (value === '') tags.delete(tag);
      else tags.set(tag, value);
    },
    letIn(key) {
      expected = key;
    },
  };
}

function isEvent(event: Record<string, unknown>): boolean {
  const { name, external_id, timestamp, idempotency_key, properties } = event;
  return (
    Object.keys(event).sort().join() === EVENT.keys &&
    typeof name === 'string' &&
    name !== '' &&
    name.length <= EVENT.name &&
    typeof external_id === 'string' &&
    external_id !== '' &&
    !Number.isNaN(Date.parse(String(timestamp))) &&
    /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(
      String(idempotency_key),
    ) &&
    typeof properties === 'object' &&
    Buffer.byteLength(JSON.stringify(event)) <= EVENT.bytes
  );
}

const known = ({ key }: Person): string => key;

/** What it is to any story. */
async function sided(): Promise<Omit<Sided, 'field'> & { readonly simulator: OnesignalSimulator }> {
  const simulator = await startOnesignal(['1', '2', '3', "o'4", '5', '6', '7', '8']);
  return {
    simulator,
    file: `type: onesignal
targets: [test]
base_url: ${simulator.url}
app_id: ${APP}
api_key: "\${env:ONESIGNAL_API_KEY}"
allow_private_address: true
rate: 1000/s
`,
    environment: { ONESIGNAL_API_KEY: API_KEY },
    match: ['external_id'],
    known,
    faults: {
      busy: { reply: { status: 429 } },
      busyFor1s: { reply: { status: 429, headers: { 'retry-after': '1' } } },
      down: { reply: { status: 503, body: '<html>Service unavailable</html>' } },
    },
    refused: { key: UNSEEN, email: 'unseen@example.com' },
    refuseCredentials() {
      simulator.letIn('another key');
      return { back: () => simulator.letIn(API_KEY) };
    },
  };
}

/** The vendor as the shared story needs it. */
export async function openOnesignal(): Promise<Vendor> {
  const { simulator, ...side } = await sided();
  return {
    ...side,
    simulator,
    members: simulator.members,
    addForeign(audience) {
      simulator.set('another', audience, '1');
      return 'another';
    },
    field: { name: 'level', of: (person) => simulator.tagsOf(known(person))?.get('level') },
    takeOut: (audience, person) => simulator.set(known(person), audience, ''),
  };
}

/** The vendor as the story of events needs it. */
export async function openOnesignalEvents(): Promise<EventVendor> {
  const { simulator, ...side } = await sided();
  const toldBy = ({ name, external_id, properties }: Record<string, unknown>): Told => ({
    ...{ who: String(external_id), name: String(name) },
    field: (properties as Record<string, unknown>).level,
  });
  return {
    ...side,
    simulator,
    event: 'cart_abandoned',
    field: { name: 'level' },
    told: () => [...simulator.events.values()].map(toldBy),
  };
}
