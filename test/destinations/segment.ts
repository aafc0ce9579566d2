/** Segment's HTTP API source as documented: a batch of messages, answered with 200 whatever becomes of each. */
import { type Call, type Reply, type Simulator, startSimulator } from './simulator.ts';
import type { EventVendor, Person, Sided, Vendor } from './vendor.ts';

export const WRITE_KEY = 'a-write-key-of-32-characters-abcd';
/** A message of this user is larger than one may be. */
export const TOO_LARGE = 'too-large';

type Message = Record<string, unknown> & { readonly userId?: unknown; readonly traits?: object };

type Kind = 'identify' | 'group';

export interface SegmentSimulator extends Simulator {
  /** Users, or groups, whose trait is true. */
  members(trait: string, of?: Kind): ReadonlySet<string>;
  traitOf(id: string, trait: string, of?: Kind): unknown;
  set(id: string, trait: string, value: unknown, of?: Kind): void;
  readonly events: ReadonlyMap<string, Message>;
}

export async function startSegment(): Promise<SegmentSimulator> {
  const known = {
    identify: new Map<string, Record<string, unknown>>(),
    group: new Map<string, Record<string, unknown>>(),
  };
  const events = new Map<string, Message>();
  const seen = new Set<string>();
  const credentials = `Basic ${Buffer.from(`${WRITE_KEY}:`).toString('base64')}`;

  function answer(call: Call): Reply {
    if (call.method !== 'POST' || call.path !== '/v1/batch') return { status: 404 };
    if (call.headers['content-type'] !== 'application/json' || call.body.length > 500_000)
      return { status: 400 };
    const { batch, ...rest } = JSON.parse(call.body) as { batch?: Message[] };
    if (!Array.isArray(batch) || Object.keys(rest).length > 0 || batch.length > 2_500) return { status: 400 };
    if (batch.some(({ userId, groupId }) => userId === TOO_LARGE || groupId === TOO_LARGE))
      return { status: 400 };
    // What comes with a wrong key is answered in the same way, and lost.
    if (call.headers.authorization === credentials) for (const message of batch) take(message);
    return { status: 200, body: { success: true } };
  }

  function take(message: Message): void {
    const { type, userId, anonymousId, groupId, messageId } = message;
    // One of the two is required.
    const user = userId ?? anonymousId;
    if (typeof user !== 'string' || user === '' || typeof messageId !== 'string') return;
    if (seen.has(messageId)) return;
    seen.add(messageId);
    const id = type === 'group' ? groupId : userId;
    if ((type === 'identify' || type === 'group') && typeof id === 'string' && id !== '')
      known[type].set(id, { ...known[type].get(id), ...message.traits });
    if (type === 'track' && typeof message.event === 'string') events.set(messageId, message);
  }

  const simulator = await startSimulator(answer, ({ body }) => body.length > 20);
  return {
    ...simulator,
    events,
    members: (trait, of = 'identify') =>
      new Set([...known[of]].flatMap(([id, own]) => (own[trait] === true ? [id] : []))),
    traitOf: (id, trait, of = 'identify') => known[of].get(id)?.[trait],
    set(id, trait, value, of = 'identify') {
      known[of].set(id, { ...known[of].get(id), [trait]: value });
    },
  };
}

const nameOf = ({ key }: Person): string => key;

/** What it is to any story. Nothing tells of a wrong key. */
async function sided(send: Kind): Promise<Omit<Sided, 'field'> & { readonly simulator: SegmentSimulator }> {
  const simulator = await startSegment();
  return {
    simulator,
    file: `type: segment
targets: [test]
base_url: ${simulator.url}
write_key: "\${env:SEGMENT_WRITE_KEY}"
send: ${send}
allow_private_address: true
batch_size: 3
rate: 1000/s
`,
    environment: { SEGMENT_WRITE_KEY: WRITE_KEY },
    match: ['external_id'],
    known: nameOf,
    faults: {
      busy: { reply: { status: 429 } },
      busyFor1s: { reply: { status: 429, headers: { 'retry-after': '1' } } },
      down: { reply: { status: 503, body: '<html>Service unavailable</html>' } },
    },
  };
}

/** The vendor as the shared story needs it, of users or of groups. */
export async function openSegment(send: Kind = 'identify'): Promise<Vendor> {
  const { simulator, ...side } = await sided(send);
  return {
    ...side,
    simulator,
    members: (audience) => simulator.members(audience, send),
    addForeign(audience) {
      simulator.set('another', audience, true, send);
      return 'another';
    },
    field: { name: 'level', of: (person) => simulator.traitOf(nameOf(person), 'level', send) },
    takeOut: (audience, person) => simulator.set(nameOf(person), audience, false, send),
    refusesWhole: { key: TOO_LARGE, email: 'large@example.com' },
  };
}

/** The vendor as the story of events needs it, of users or of groups. */
export async function openSegmentEvents(send: Kind = 'identify'): Promise<EventVendor> {
  const { simulator, ...side } = await sided(send);
  const whoOf = ({ userId, context }: Message) => (context as { groupId?: string })?.groupId ?? userId;
  return {
    ...side,
    simulator,
    event: 'cart_abandoned',
    field: { name: 'level' },
    told: () =>
      [...simulator.events.values()].map((message) => ({
        ...{ who: String(whoOf(message)), name: String(message.event) },
        field: (message.properties as Record<string, unknown>).level,
      })),
  };
}
