/** Iterable's lists and events as documented, for a project that knows its users by e-mail address. */
import { type Call, type Reply, type Simulator, startSimulator } from './simulator.ts';
import type { Person, Vendor } from './vendor.ts';

export const API_KEY = 'a0b1c2d3e4f5a0b1c2d3e4f5a0b1c2d3';
const MOST = 1_000;
/** Erased under the GDPR. */
export const FORGOTTEN = 'forgotten@example.com';

interface List {
  readonly name: string;
  readonly members: Set<string>;
}

export interface IterableSimulator extends Simulator {
  members(list: string): Set<string>;
  readonly profiles: ReadonlyMap<string, Record<string, unknown>>;
  readonly events: ReadonlyMap<string, { email: string; eventName: string }>;
  add(list: string, email: string): void;
  letIn(key: string): void;
}

type Body = Record<string, unknown>;

/** `known`: addresses of users that exist before. */
export async function startIterable(known: readonly string[] = []): Promise<IterableSimulator> {
  const lists = new Map<number, List>();
  const profiles = new Map<string, Record<string, unknown>>(known.map((email) => [email.toLowerCase(), {}]));
  const events = new Map<string, { email: string; eventName: string }>();
  let expected = API_KEY;
  const make = (name: string): number => {
    const id = 1000 + lists.size;
    lists.set(id, { name, members: new Set() });
    return id;
  };
  const byName = (name: string) => [...lists.values()].find((list) => list.name === name);

  function answer(call: Call): Reply {
    if (call.headers['api-key'] !== expected) return refused(401, 'BadApiKey');
    const route = `${call.method} ${call.path}`;
    if (route === 'GET /api/lists') {
      return {
        status: 200,
        body: { lists: [...lists].map(([id, { name }]) => ({ id, name, listType: 'Standard' })) },
      };
    }
    const body = call.method === 'POST' ? (JSON.parse(call.body) as Body) : {};
    if (route === 'POST /api/lists') return { status: 200, body: { listId: make(String(body.name)) } };
    if (route === 'POST /api/lists/subscribe') return subscribe(body);
    if (route === 'POST /api/lists/unsubscribe') return unsubscribe(body);
    if (route === 'POST /api/events/trackBulk') return track(body);
    return refused(404, 'NotFound');
  }

  function subscribe({ listId, subscribers, updateExistingUsersOnly, ...rest }: Body): Reply {
    const list = lists.get(listId as number);
    if (Object.keys(rest).length > 0 || !list || !isSubscribers(subscribers))
      return refused(400, 'BadParams');
    const failed = new Failures();
    for (const { email, dataFields } of subscribers) {
      if (!isEmail(email)) failed.add('invalidEmails', email);
      else if (email.toLowerCase() === FORGOTTEN) failed.add('forgottenEmails', email);
      else if (!profiles.has(email.toLowerCase()) && updateExistingUsersOnly)
        failed.add('notFoundEmails', email);
      else {
        profiles.set(email.toLowerCase(), {
          ...profiles.get(email.toLowerCase()),
          ...(dataFields as object),
        });
        list.members.add(email.toLowerCase());
      }
    }
    return failed.reply(subscribers.length);
  }

  function unsubscribe({ listId, subscribers, channelUnsubscribe, ...rest }: Body): Reply {
    const list = lists.get(listId as number);
    if (Object.keys(rest).length > 0 || !list || !isSubscribers(subscribers))
      return refused(400, 'BadParams');
    if (channelUnsubscribe !== false) throw new Error('somebody would be unsubscribed from everything');
    const failed = new Failures();
    for (const { email } of subscribers) {
      if (!profiles.has(email.toLowerCase())) failed.add('notFoundEmails', email);
      else list.members.delete(email.toLowerCase());
    }
    return failed.reply(subscribers.length);
  }

  function track({ events: happened }: Body): Reply {
    if (!isSubscribers(happened)) return refused(400, 'BadParams');
    const failed = new Failures();
    for (const each of happened) {
      const { email, eventName, id, createdAt } = each as unknown as Record<string, unknown>;
      if (typeof eventName !== 'string' || typeof id !== 'string' || !Number.isInteger(createdAt))
        return refused(400, 'BadParams');
      if (!profiles.has(String(email).toLowerCase())) failed.add('notFoundEmails', String(email));
      // The same id again is the same event.
      else events.set(id, { email: String(email), eventName });
    }
    return failed.reply(happened.length);
  }

  const simulator = await startSimulator(answer, ({ path }) => /subscribe$|trackBulk$/.test(path));
  return {
    ...simulator,
    profiles,
    events,
    members: (list) => byName(list)?.members ?? new Set(),
    add(list, email) {
      profiles.set(email, {});
      (byName(list) ?? lists.get(make(list))!).members.add(email);
    },
    letIn(key) {
      expected = key;
    },
  };
}

class Failures {
  readonly #lists: Record<string, string[]> = {};
  #count = 0;

  add(list: string, email: string): void {
    this.#count += 1;
    this.#lists[list] = [...(this.#lists[list] ?? []), email.toLowerCase()];
  }

  reply(all: number): Reply {
    const counts = { successCount: all - this.#count, failCount: this.#count };
    return {
      status: 200,
      body: { ...counts, invalidEmails: [], invalidUserIds: [], failedUpdates: this.#lists },
    };
  }
}

function isSubscribers(value: unknown): value is { email: string; dataFields?: unknown }[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= MOST &&
    value.every((each) => typeof each === 'object' && each !== null && typeof each.email === 'string')
  );
}

function isEmail(text: string): boolean {
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text);
}

function refused(status: number, code: string): Reply {
  return { status, body: { msg: 'no', code, params: null } };
}

/** The vendor as the shared story needs it. */
export async function openIterable(): Promise<Vendor> {
  const known = ({ email = '' }: Person): string => email.trim().toLowerCase();
  const users = ['ada', 'grace.hopper+ads', 'grace', 'zoë', 'twin', 'last', 'eve'].map(
    (name) => `${name}@example.com`,
  );
  const simulator = await startIterable(users);
  return {
    simulator,
    file: `type: iterable
targets: [test]
base_url: ${simulator.url}
api_key: "\${env:ITERABLE_API_KEY}"
allow_private_address: true
batch_size: 3
rate: 1000/s
`,
    environment: { ITERABLE_API_KEY: API_KEY },
    match: ['email'],
    known,
    members: simulator.members,
    addForeign(audience) {
      simulator.add(audience, 'somebody@else.example');
      return 'somebody@else.example';
    },
    field: { name: 'level', of: (person) => simulator.profiles.get(known(person))?.level },
    takeOut: (audience, person) => simulator.members(audience).delete(known(person)),
    faults: {
      busy: { reply: { status: 429, body: { code: 'RateLimitExceeded' } } },
      busyFor1s: {
        reply: { status: 429, headers: { 'retry-after': '1' }, body: { code: 'RateLimitExceeded' } },
      },
      down: { reply: { status: 504, body: '<html>Gateway timeout</html>' } },
    },
    refused: { key: '99', email: FORGOTTEN },
    refuseCredentials() {
      simulator.letIn('another key');
      return { back: () => simulator.letIn(API_KEY) };
    },
  };
}
