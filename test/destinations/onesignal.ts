/** OneSignal's users API as documented: tags of users that an app knows. */
import { type Call, type Reply, type Simulator, startSimulator } from './simulator.ts';
import type { Person, Vendor } from './vendor.ts';

export const APP = '6f1d3a20-1c2b-4d3e-8f90-a1b2c3d4e5f6';
export const API_KEY = 'os_v2_app_abcdefghij';
export const UNSEEN = 'unseen';

export interface OnesignalSimulator extends Simulator {
  /** Users with the tag. */
  members(tag: string): ReadonlySet<string>;
  tagsOf(user: string): ReadonlyMap<string, string> | undefined;
  set(user: string, tag: string, value: string): void;
  letIn(key: string): void;
}

/** `known`: external ids of users. */
export async function startOnesignal(known: readonly string[]): Promise<OnesignalSimulator> {
  const users = new Map<string, Map<string, string>>(known.map((user) => [user, new Map()]));
  let expected = API_KEY;

  function answer(call: Call): Reply {
    if (call.headers.authorization !== `Key ${expected}`)
      return { status: 401, body: { errors: ['denied'] } };
    const [, apps, app, kind, by, label, id, ...rest] = call.path.split('/').map(decodeURIComponent);
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

  const simulator = await startSimulator(answer, ({ method }) => method === 'PATCH');
  return {
    ...simulator,
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

/** The vendor as the shared story needs it. */
export async function openOnesignal(): Promise<Vendor> {
  const simulator = await startOnesignal(['1', '2', '3', "o'4", '5', '6', '7', '8']);
  const known = ({ key }: Person): string => key;
  return {
    simulator,
    file: `type: onesignal
base_url: ${simulator.url}
app_id: ${APP}
api_key: "\${env:ONESIGNAL_API_KEY}"
allow_private_address: true
rate: 1000/s
`,
    environment: { ONESIGNAL_API_KEY: API_KEY },
    match: ['external_id'],
    known,
    members: simulator.members,
    addForeign(audience) {
      simulator.set('another', audience, '1');
      return 'another';
    },
    field: { name: 'level', of: (person) => simulator.tagsOf(known(person))?.get('level') },
    takeOut: (audience, person) => simulator.set(known(person), audience, ''),
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
