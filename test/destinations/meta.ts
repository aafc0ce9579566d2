/**
 * Meta's Marketing API as documented: Custom Audiences of one ad account. It matches people by the columns that were
 * sent, so a removal by other columns than the add has no effect, as there.
 */
import { createHash, createHmac } from 'node:crypto';
import { type Call, type Fault, type Reply, type Simulator, startSimulator } from './simulator.ts';
import type { Person, Vendor } from './vendor.ts';

export const TOKEN = 'EAAG-a-token-of-a-system-user';
export const APP_SECRET = 'the-secret-of-the-app';
export const ACCOUNT = '1000000001';

const COLUMNS: Readonly<Record<string, RegExp>> = {
  EMAIL: /^([0-9a-f]{64})?$/,
  PHONE: /^([0-9a-f]{64})?$/,
  EXTERN_ID: /^.*$/,
  ...Object.fromEntries(
    ['FN', 'LN', 'CT', 'ST', 'ZIP', 'COUNTRY'].map((name) => [name, /^([0-9a-f]{64})?$/]),
  ),
};
const MOST_ROWS = 10_000;

export interface MetaSimulator extends Simulator {
  /** Rows as `COLUMN=value&...` by the audience's name. */
  members(name: string): Set<string>;
  /** Names of the audiences there are, each as often as it is there. */
  names(): string[];
  /** Somebody else adds a row, or makes an audience for it. */
  add(name: string, row: string): void;
  /** Somebody else deletes an audience. */
  remove(name: string): void;
  /** From now on this is the token that is let in. */
  letIn(token: string): void;
}

/** `secret`: calls need the proof of the app's secret. */
export async function startMeta({ secret = false } = {}): Promise<MetaSimulator> {
  const audiences = new Map<string, { name: string; rows: Set<string> }>();
  let expected = TOKEN;
  let made = 0;

  const make = (name: string): string => {
    const id = `2385000000${made++}`;
    audiences.set(id, { name, rows: new Set() });
    return id;
  };
  const byName = (name: string) => [...audiences.values()].find((each) => each.name === name);

  function answer(call: Call): Reply {
    if (call.headers.authorization !== `Bearer ${expected}`)
      return error(401, 190, 'Invalid OAuth access token', 463);
    const proof = createHmac('sha256', APP_SECRET).update(expected).digest('hex');
    if (secret && call.query.get('appsecret_proof') !== proof)
      return error(400, 100, 'Invalid appsecret_proof');
    const [, version, node, edge] = call.path.split('/');
    if (version !== 'v25.0') return error(400, 2635, 'You are calling a deprecated version of the Ads API');
    if (node === `act_${ACCOUNT}`) return ofAccount(call, edge);
    const audience = audiences.get(node ?? '');
    if (!audience) return error(400, 1487301, 'The audience does not exist');
    if (edge !== 'users' || (call.method !== 'POST' && call.method !== 'DELETE')) return undocumented();
    return ofUsers(call, node!, audience.rows);
  }

  function ofAccount(call: Call, edge: string | undefined): Reply {
    if (edge === undefined && call.method === 'GET') return { status: 200, body: { id: `act_${ACCOUNT}` } };
    if (edge !== 'customaudiences') return undocumented();
    if (call.method === 'GET') return listed(call);
    if (call.method !== 'POST') return undocumented();
    const body = JSON.parse(call.body) as Record<string, string>;
    const known = ['name', 'subtype', 'description', 'customer_file_source'];
    if (Object.keys(body).some((name) => !known.includes(name))) return undocumented();
    if (!body.name || body.subtype !== 'CUSTOM' || !body.customer_file_source?.endsWith('_ONLY'))
      return undocumented();
    return { status: 200, body: { id: make(body.name) } };
  }

  /** In pages of two, whatever is asked for: the API may always give fewer. */
  function listed(call: Call): Reply {
    if (call.query.get('fields') !== 'id,name') return undocumented();
    const ids = [...audiences.keys()];
    const after = call.query.get('after');
    const from = after === null ? 0 : ids.indexOf(Buffer.from(after, 'base64').toString()) + 1;
    const page = ids.slice(from, from + 2);
    const cursor = Buffer.from(page.at(-1) ?? '').toString('base64');
    const next =
      from + 2 < ids.length ? { next: `https://graph.facebook.com/next?access_token=${TOKEN}` } : {};
    return {
      status: 200,
      body: {
        data: page.map((id) => ({ id, name: audiences.get(id)!.name })),
        paging: { cursors: { before: 'x', after: cursor }, ...next },
      },
    };
  }

  function ofUsers(call: Call, id: string, rows: Set<string>): Reply {
    const { payload, ...rest } = JSON.parse(call.body) as {
      payload?: { schema?: string[]; data?: string[][] };
    };
    const { schema, data } = payload ?? {};
    if (Object.keys(rest).length > 0 || !schema || !data) return undocumented();
    if (data.length > MOST_ROWS) return { status: 400, body: '<html>too much</html>' };
    if (schema.length === 0 || schema.some((column) => !(column in COLUMNS)))
      return error(400, 100, 'Invalid schema');
    if (data.some((row) => row.length !== schema.length))
      return error(400, 100, 'Rows do not fit the schema');
    let invalid = 0;
    for (const row of data) {
      const isGood =
        row.every((value, index) => COLUMNS[schema[index]!]!.test(value)) && row.some((value) => value);
      if (!isGood) {
        invalid += 1;
        continue;
      }
      const text = rowText(schema, row);
      if (call.method === 'POST') rows.add(text);
      else rows.delete(text);
    }
    return {
      status: 200,
      body: {
        audience_id: id,
        session_id: '7',
        num_received: data.length,
        num_invalid_entries: invalid,
        invalid_entry_samples: invalid > 0 ? { sample: data[0]![0] } : {},
      },
    };
  }

  const simulator = await startSimulator(answer, ({ path }) => path.endsWith('/users'));
  return {
    ...simulator,
    members: (name) => byName(name)?.rows ?? new Set<string>(),
    names: () => [...audiences.values()].map(({ name }) => name),
    add(name, row) {
      const there = byName(name);
      if (there) there.rows.add(row);
      else audiences.get(make(name))!.rows.add(row);
    },
    remove(name) {
      for (const [id, each] of audiences) if (each.name === name) audiences.delete(id);
    },
    letIn(token) {
      expected = token;
    },
  };
}

/** One row as a text, columns in order; empty ones left out. */
export function rowText(schema: readonly string[], row: readonly string[]): string {
  return schema
    .map((column, index) => `${column}=${row[index]}`)
    .filter((text) => !text.endsWith('='))
    .sort()
    .join('&');
}

function undocumented(): Reply {
  return error(400, 100, 'Unsupported request', 33);
}

function error(status: number, code: number, message: string, subcode?: number): Reply {
  return {
    status,
    body: {
      error: {
        ...{ message, type: 'OAuthException', code, fbtrace_id: 'A1' },
        ...(subcode === undefined ? {} : { error_subcode: subcode }),
      },
    },
  };
}

/** biome-ignore lint/suspicious/noTemplateCurlyInString: a reference of ours */
const PROVEN = 'app_secret: "${env:META_APP_SECRET}"\n';

const hashed = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The vendor as the shared story needs it. */
export async function openMeta({ secret = false } = {}): Promise<Vendor> {
  const known = ({ email, phone }: Person): string =>
    rowText(
      ['EMAIL', 'PHONE'],
      [email ? hashed(email.trim().toLowerCase()) : '', phone ? hashed(phone.replace(/\D/g, '')) : ''],
    );
  const simulator = await startMeta({ secret });
  const error = (status: number, code: number, headers = {}): Fault => ({
    reply: { status, headers, body: { error: { message: 'x', type: 'OAuthException', code } } },
  });
  const usage = JSON.stringify({ [ACCOUNT]: [{ type: 'custom_audience', call_count: 101 }] });
  return {
    simulator,
    file: `type: meta
targets: [test]
account_id: act_${ACCOUNT}
access_token: "\${env:META_TOKEN}"
${secret ? PROVEN : ''}base_url: ${simulator.url}
allow_private_address: true
batch_size: 3
rate: 1000/s
`,
    environment: { META_TOKEN: TOKEN, META_APP_SECRET: APP_SECRET },
    match: ['email', 'phone'],
    known,
    members: simulator.members,
    addForeign(audience) {
      const row = `EMAIL=${hashed('somebody@else.example')}`;
      simulator.add(audience, row);
      return row;
    },
    takeOut: (audience, person) => simulator.members(audience).delete(known(person)),
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
