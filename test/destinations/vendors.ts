/** The vendors whose APIs are simulated, each as the shared story needs it. */
import { createHash } from 'node:crypto';
import { API_KEY, BLOCKED, startBraze } from './braze.ts';
import * as iterable from './iterable.ts';
import { ACCOUNT, APP_SECRET, rowText, startMeta, TOKEN } from './meta.ts';
import type { Fault, Simulator } from './simulator.ts';

export interface Person {
  readonly key: string;
  readonly email?: string;
  readonly phone?: string;
}

/** What a vendor is to the story. */
export interface Vendor {
  readonly simulator: Simulator;
  /** The destination's file; secrets come from the environment. */
  readonly file: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly match: readonly string[];
  /** How the vendor knows a person. */
  known(person: Person): string;
  members(audience: string): ReadonlySet<string>;
  /** Somebody else adds a member whom segsync knows nothing of. */
  addForeign(audience: string): string;
  /** Scripted answers, as the vendor words them. */
  readonly faults: Readonly<Record<'busy' | 'busyFor1s' | 'down', Fault>>;
  /** A person whom the other side refuses by name, where it says whom. */
  readonly refused?: Person;
  /** From now on other credentials are asked for; `back` undoes it. */
  refuseCredentials(): { back(): void };
}

export const VENDORS: Readonly<Record<string, () => Promise<Vendor>>> = {
  meta: () => openMeta(),
  braze: openBraze,
  iterable: openIterable,
  'meta with the proof of its app': () => openMeta({ secret: true }),
};

/** biome-ignore lint/suspicious/noTemplateCurlyInString: a reference of ours */
const PROVEN = 'app_secret: "${env:META_APP_SECRET}"\n';

const hashed = (text: string): string => createHash('sha256').update(text).digest('hex');

async function openMeta({ secret = false } = {}): Promise<Vendor> {
  const simulator = await startMeta({ secret });
  const error = (status: number, code: number, headers = {}): Fault => ({
    reply: { status, headers, body: { error: { message: 'x', type: 'OAuthException', code } } },
  });
  const usage = JSON.stringify({ [ACCOUNT]: [{ type: 'custom_audience', call_count: 101 }] });
  return {
    simulator,
    file: `type: meta
ad_account: act_${ACCOUNT}
access_token: "\${env:META_TOKEN}"
${secret ? PROVEN : ''}base_url: ${simulator.url}
allow_private_address: true
batch_size: 3
rate: 1000/s
`,
    environment: { META_TOKEN: TOKEN, META_APP_SECRET: APP_SECRET },
    match: ['email', 'phone'],
    known: ({ email, phone }) =>
      rowText(
        ['EMAIL', 'PHONE'],
        [email ? hashed(email.trim().toLowerCase()) : '', phone ? hashed(phone.replace(/\D/g, '')) : ''],
      ),
    members: simulator.members,
    addForeign(audience) {
      const row = `EMAIL=${hashed('somebody@else.example')}`;
      simulator.add(audience, row);
      return row;
    },
    faults: {
      busy: error(400, 80003, { 'x-business-use-case-usage': usage }),
      busyFor1s: error(429, 4, { 'retry-after': '1' }),
      down: { reply: { status: 502, body: '<html>Bad gateway</html>' } },
    },
    refuseCredentials() {
      simulator.letIn('another token');
      return { back: () => simulator.letIn(TOKEN) };
    },
  };
}

async function openBraze(): Promise<Vendor> {
  const known = ({ key }: Person): string => `external_id=${key}`;
  const simulator = await startBraze(
    ['1', '2', '3', "o'4", '5', '6', '7', BLOCKED].map((key) => known({ key })),
  );
  return {
    simulator,
    file: `type: braze
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

async function openIterable(): Promise<Vendor> {
  const known = ({ email = '' }: Person): string => email.trim().toLowerCase();
  const users = ['ada', 'grace.hopper+ads', 'grace', 'zoë', 'twin', 'last'].map(
    (name) => `${name}@example.com`,
  );
  const simulator = await iterable.startIterable(users);
  return {
    simulator,
    file: `type: iterable
base_url: ${simulator.url}
api_key: "\${env:ITERABLE_API_KEY}"
allow_private_address: true
batch_size: 3
rate: 1000/s
`,
    environment: { ITERABLE_API_KEY: iterable.API_KEY },
    match: ['email'],
    known,
    members: simulator.members,
    addForeign(audience) {
      simulator.add(audience, 'somebody@else.example');
      return 'somebody@else.example';
    },
    faults: {
      busy: { reply: { status: 429, body: { code: 'RateLimitExceeded' } } },
      busyFor1s: {
        reply: { status: 429, headers: { 'retry-after': '1' }, body: { code: 'RateLimitExceeded' } },
      },
      down: { reply: { status: 504, body: '<html>Gateway timeout</html>' } },
    },
    refused: { key: '99', email: iterable.FORGOTTEN },
    refuseCredentials() {
      simulator.letIn('another key');
      return { back: () => simulator.letIn(iterable.API_KEY) };
    },
  };
}
