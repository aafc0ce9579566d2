/** Segment's HTTP API source as documented: a batch of messages, answered with 200 whatever becomes of each. */
import { type Call, type Reply, type Simulator, startSimulator } from './simulator.ts';
import type { Person, Vendor } from './vendor.ts';

export const WRITE_KEY = 'a-write-key-of-32-characters-abcd';
/** A message of this user is larger than one may be. */
export const TOO_LARGE = 'too-large';

type Message = Record<string, unknown> & { readonly userId?: unknown; readonly traits?: object };

export interface SegmentSimulator extends Simulator {
  /** Users whose trait is true. */
  members(trait: string): ReadonlySet<string>;
  traitOf(user: string, trait: string): unknown;
  set(user: string, trait: string, value: unknown): void;
  readonly events: ReadonlyMap<string, Message>;
}

export async function startSegment(): Promise<SegmentSimulator> {
  const users = new Map<string, Record<string, unknown>>();
  const events = new Map<string, Message>();
  const seen = new Set<string>();
  const credentials = `Basic ${Buffer.from(`${WRITE_KEY}:`).toString('base64')}`;

  function answer(call: Call): Reply {
    if (call.method !== 'POST' || call.path !== '/v1/batch') return { status: 404 };
    if (call.headers['content-type'] !== 'application/json' || call.body.length > 500_000)
      return { status: 400 };
    const { batch, ...rest } = JSON.parse(call.body) as { batch?: Message[] };
    if (!Array.isArray(batch) || Object.keys(rest).length > 0 || batch.length > 2_500) return { status: 400 };
    if (batch.some(({ userId }) => userId === TOO_LARGE)) return { status: 400 };
    // What comes with a wrong key is answered in the same way, and lost.
    if (call.headers.authorization === credentials) for (const message of batch) take(message);
    return { status: 200, body: { success: true } };
  }

  function take(message: Message): void {
    const { type, userId, messageId } = message;
    if (typeof userId !== 'string' || userId === '' || typeof messageId !== 'string') return;
    if (seen.has(messageId)) return;
    seen.add(messageId);
    if (type === 'identify') users.set(userId, { ...users.get(userId), ...message.traits });
    if (type === 'track' && typeof message.event === 'string') events.set(messageId, message);
  }

  const simulator = await startSimulator(answer, ({ body }) => body.length > 20);
  return {
    ...simulator,
    events,
    members: (trait) => new Set([...users].flatMap(([user, own]) => (own[trait] === true ? [user] : []))),
    traitOf: (user, trait) => users.get(user)?.[trait],
    set(user, trait, value) {
      users.set(user, { ...users.get(user), [trait]: value });
    },
  };
}

/** The vendor as the shared story needs it. Nothing tells of a wrong key. */
export async function openSegment(): Promise<Vendor> {
  const simulator = await startSegment();
  const known = ({ key }: Person): string => key;
  return {
    simulator,
    file: `type: segment
base_url: ${simulator.url}
write_key: "\${env:SEGMENT_WRITE_KEY}"
allow_private_address: true
batch_size: 3
rate: 1000/s
`,
    environment: { SEGMENT_WRITE_KEY: WRITE_KEY },
    match: ['external_id'],
    known,
    members: simulator.members,
    addForeign(audience) {
      simulator.set('another', audience, true);
      return 'another';
    },
    field: { name: 'level', of: (person) => simulator.traitOf(known(person), 'level') },
    takeOut: (audience, person) => simulator.set(known(person), audience, false),
    faults: {
      busy: { reply: { status: 429 } },
      busyFor1s: { reply: { status: 429, headers: { 'retry-after': '1' } } },
      down: { reply: { status: 503, body: '<html>Service unavailable</html>' } },
    },
    refusesWhole: { key: TOO_LARGE, email: 'large@example.com' },
  };
}
