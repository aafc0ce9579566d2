/** Twilio's bulk consents as documented, of one account. */
import { type Call, type Reply, type Simulator, startSimulator } from './simulator.ts';
import type { EventVendor, Person } from './vendor.ts';

export const ACCOUNT = `AC${'0a'.repeat(16)}`;
export const TOKEN = 'the-token-of-the-account';
export const SENDER = `MG${'0b'.repeat(16)}`;
/** Twilio takes no such contact. */
export const INVALID = '+12025550199';
/** Something fails in Twilio about this contact. */
export const UNLUCKY = '+12025550188';
const MOST = 25;
const KEYS = 'contact_id,correlation_id,date_of_consent,sender_id,source,status';
const SOURCES = ['website', 'offline', 'opt-in-message', 'opt-out-message', 'others'];

type Item = Readonly<Record<string, string>>;

export interface TwilioSimulator extends Simulator {
  /** Number -> status. */
  readonly register: ReadonlyMap<string, string>;
  /** By their correlation ids: what comes twice is the same. */
  readonly consents: ReadonlyMap<string, Item>;
  letIn(token: string): void;
}

export async function startTwilio(username = ACCOUNT): Promise<TwilioSimulator> {
  const register = new Map<string, string>();
  const consents = new Map<string, Item>();
  let expected = TOKEN;

  function answer(call: Call): Reply {
    const pair = Buffer.from(`${username}:${expected}`).toString('base64');
    if (call.headers.authorization !== `Basic ${pair}`) return problem(401, 20003);
    if (`${call.method} ${call.path}` !== 'POST /v1/Consents/Bulk') return problem(404, 20404);
    if (call.headers['content-type'] !== 'application/x-www-form-urlencoded') return problem(415, 20415);
    const form = [...new URLSearchParams(call.body)];
    const items = form.map(([, text]) => JSON.parse(text) as Item);
    const isGood = form.every(([name]) => name === 'Items') && items.length > 0 && items.length <= MOST;
    const ids = new Set(items.map(({ correlation_id }) => correlation_id));
    if (!isGood || ids.size < items.length) return problem(400, 20001);
    return { status: 201, body: { items: items.map(take) } };
  }

  function take(item: Item): object {
    const wrong = errorOf(item);
    const { contact_id, correlation_id, status } = item;
    if (wrong !== undefined)
      return { correlation_id, error_code: 30646, error_messages: [`${wrong}: ${contact_id} is not good`] };
    register.set(contact_id!, status!);
    consents.set(correlation_id!, item);
    return { correlation_id, error_code: 0, error_messages: [] };
  }

  const simulator = await startSimulator(answer, ({ body }) => body !== '');
  return {
    ...simulator,
    register,
    consents,
    letIn(token) {
      expected = token;
    },
  };
}

function errorOf(item: Item): string | undefined {
  const { contact_id = '', correlation_id = '', sender_id, status = '', source = '', date_of_consent } = item;
  if (Object.keys(item).sort().join() !== KEYS || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(date_of_consent!))
    return 'INVALID_PAYLOAD';
  if (!/^[0-9a-f]{32}$/.test(correlation_id)) return 'INVALID_CORRELATION_ID';
  if (sender_id !== SENDER) return 'INVALID_SENDER_ID';
  if (!/^\+[1-9]\d{6,14}$/.test(contact_id) || contact_id === INVALID) return 'INVALID_CONTACT_ID';
  if (contact_id === UNLUCKY) return 'INTERNAL_SERVER_ERROR';
  if (!['opt-in', 'opt-out'].includes(status)) return 'INVALID_STATUS';
  return SOURCES.includes(source) ? undefined : 'INVALID_SOURCE';
}

function problem(status: number, code: number): Reply {
  return { status, body: { code, message: 'no', more_info: 'https://www.twilio.com', status } };
}

/** The vendor as the story of events needs it. */
export async function openTwilio(): Promise<EventVendor> {
  const simulator = await startTwilio();
  const busy = (headers = {}) => ({ reply: { ...problem(429, 20429), headers } });
  return {
    simulator,
    file: `type: twilio
targets: [test]
base_url: ${simulator.url}
account_sid: ${ACCOUNT}
auth_token: "\${env:TWILIO_AUTH_TOKEN}"
sender_id: ${SENDER}
allow_private_address: true
batch_size: 3
rate: 1000/s
`,
    environment: { TWILIO_AUTH_TOKEN: TOKEN },
    match: ['phone'],
    known: ({ phone = '' }: Person) => phone.replace(/[^+\d]/g, ''),
    event: 'opt-out',
    told: () =>
      [...simulator.consents.values()].map(({ contact_id, status }) => ({ who: contact_id!, name: status! })),
    faults: {
      busy: busy(),
      busyFor1s: busy({ 'retry-after': '1' }),
      down: { reply: { status: 503, body: '<html>Service unavailable</html>' } },
    },
    refused: { key: '98', phone: '+1 202 555 0199' },
    refuseCredentials() {
      simulator.letIn('another token');
      return { back: () => simulator.letIn(TOKEN) };
    },
  };
}
