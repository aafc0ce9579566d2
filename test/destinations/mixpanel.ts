/** Mixpanel's profile updates, imports of events and lookup tables as documented: 200 says nothing of an update. */
import { type Call, type Reply, type Simulator, startSimulator } from './simulator.ts';
import type { Person, Vendor } from './vendor.ts';

export const TOKEN = '0123456789abcdef0123456789abcdef';
export const ACCOUNT = {
  ...{ project_id: '2195193', service_account_username: 'segsync.a1b2c3.mp-service-account' },
  service_account_secret: 'a-service-account-secret',
};
/** The update of this user is named as one that is not valid. */
export const INVALID = 'invalid-user';
/** A call with this user in it is refused as a whole. */
export const WHOLE = 'whole-user';

const MOST = { records: 2_000, update: 1_000_000, import: 2_097_152 };
const NOBODY = [
  '',
  'anon',
  'anonymous',
  'nil',
  'none',
  'null',
  'n/a',
  'na',
  'undefined',
  'unknown',
  '0',
  '-1',
];

type Json = Record<string, unknown>;

export interface MixpanelSimulator extends Simulator {
  /** Users whose property is true. */
  members(property: string): ReadonlySet<string>;
  propertyOf(user: string, property: string): unknown;
  /** Somebody else's. */
  set(user: string, property: string, value: unknown): void;
  /** By what makes them one: name, time, user, id. */
  readonly events: ReadonlyMap<string, { readonly event: string; readonly properties: Json }>;
}

export async function startMixpanel(): Promise<MixpanelSimulator> {
  const users = new Map<string, Json>();
  const events = new Map<string, { event: string; properties: Json }>();

  function answer(call: Call): Reply {
    switch (`${call.method} ${call.path}`) {
      case 'POST /engage':
        return engage(call);
      case 'POST /import':
        return importEvents(call);
      case 'GET /lookup-tables':
        return isAccount(call)
          ? { status: 200, body: { code: 200, status: 'OK', results: [] } }
          : UNAUTHORIZED;
      default:
        return { status: 404, body: '<html>Not found</html>' };
    }
  }

  function engage(call: Call): Reply {
    const said = (status: 0 | 1, error: string | null, more = {}): Reply => ({
      status: 200,
      body: { status, error, ...more },
    });
    // Without `verbose` it says 0 or 1 and no more; without `ip=0` it would move the profiles.
    if (!hasQuery(call, { ip: '0', strict: '1', verbose: '1' })) return { status: 200, body: 0 };
    const updates = arrayOf(call);
    if (!updates || updates.length > MOST.records) return said(0, 'data, too many or no updates');
    if (updates.some(({ $distinct_id }) => $distinct_id === WHOLE)) return said(0, 'data, not valid');
    const failed_records = updates.flatMap((update, index) => {
      const message = wrongUpdate(update);
      if (message === undefined) apply(update);
      return message === undefined ? [] : [{ index, message }];
    });
    if (failed_records.length === 0) return said(updates.length > 0 ? 1 : 0, null);
    return said(0, 'some data points in the request failed validation', { failed_records });
  }

  /** Of another project, it is taken and seen nowhere. */
  function apply({ $token, $distinct_id, $set, $unset = [] }: Json): void {
    if ($token !== TOKEN) return;
    const own: Json = { ...users.get(String($distinct_id)), ...($set as Json | undefined) };
    for (const name of $unset as string[]) delete own[name];
    users.set(String($distinct_id), own);
  }

  function importEvents(call: Call): Reply {
    if (!isAccount(call)) return UNAUTHORIZED;
    const records = arrayOf(call);
    if (!records || records.length === 0 || call.query.get('strict') !== '1') return failed(400, 'no events');
    if (records.length > MOST.records || call.body.length > MOST.import) return failed(413, 'too large');
    const failed_records = records.flatMap((record, index) => {
      const field = wrongEvent(record);
      const { event, properties } = record as { event: string; properties: Json };
      const { time, distinct_id, $insert_id } = properties;
      if (field !== undefined)
        return [{ index, $insert_id, field, message: `'${field}' is invalid: ${String(distinct_id)}` }];
      events.set(JSON.stringify([event, time, distinct_id, $insert_id]), { event, properties });
      return [];
    });
    const num_records_imported = records.length - failed_records.length;
    if (failed_records.length === 0)
      return { status: 200, body: { code: 200, status: 'OK', num_records_imported } };
    return failed(400, 'some data points in the request failed validation', {
      ...{ num_records_imported, failed_records },
    });
  }

  const simulator = await startSimulator(answer, ({ method, body }) => method === 'POST' && body.length > 20);
  return {
    ...simulator,
    events,
    members: (property) =>
      new Set([...users].flatMap(([user, own]) => (own[property] === true ? [user] : []))),
    propertyOf: (user, property) => users.get(user)?.[property],
    set(user, property, value) {
      users.set(user, { ...users.get(user), [property]: value });
    },
  };
}

function failed(code: number, error: string, more = {}): Reply {
  return { status: code, body: { code, error, status: 'Not OK', ...more } };
}

const UNAUTHORIZED = failed(401, 'Invalid credentials');

function isAccount({ headers, query }: Call): boolean {
  const pair = `${ACCOUNT.service_account_username}:${ACCOUNT.service_account_secret}`;
  const isKnown = headers.authorization === `Basic ${Buffer.from(pair).toString('base64')}`;
  return isKnown && query.get('project_id') === ACCOUNT.project_id;
}

function hasQuery({ query }: Call, wanted: Readonly<Record<string, string>>): boolean {
  return JSON.stringify([...query].sort()) === JSON.stringify(Object.entries(wanted).sort());
}

function arrayOf({ headers, body }: Call): Json[] | undefined {
  if (headers['content-type'] !== 'application/json') return undefined;
  const json: unknown = JSON.parse(body);
  return Array.isArray(json) ? (json as Json[]) : undefined;
}

/** What is wrong with an update, if anything is. */
function wrongUpdate(update: Json): string | undefined {
  const { $token, $distinct_id, $set, $unset, ...rest } = update;
  if (Object.keys(rest).length > 0 || ($set === undefined) === ($unset === undefined))
    return 'operation, not valid';
  if (typeof $token !== 'string' || $token === '') return 'token, missing or empty';
  if (typeof $distinct_id !== 'string' || $distinct_id === '' || $distinct_id === INVALID)
    return `distinct_id ${String($distinct_id)}, not valid`;
  if (JSON.stringify(update).length > MOST.update) return 'update, too large';
  const isList = Array.isArray($unset) && $unset.length > 0;
  return $unset !== undefined && !isList ? 'unset, no list' : undefined;
}

/** Which field of an event is wrong, if any is. */
function wrongEvent({ event, properties, ...rest }: Json): string | undefined {
  const { time, distinct_id, $insert_id } = properties as Json;
  if (typeof event !== 'string' || event === '' || Object.keys(rest).length > 0) return 'event';
  if (!Number.isInteger(time) || Number(time) < 31_536_000_000) return 'properties.time';
  const isUser = typeof distinct_id === 'string' && !NOBODY.includes(distinct_id) && distinct_id !== INVALID;
  if (!isUser) return 'properties.distinct_id';
  return /^[A-Za-z0-9-]{1,36}$/.test(String($insert_id)) ? undefined : 'properties.$insert_id';
}

/** The vendor as the shared story needs it. Nobody is told of a wrong token. */
export async function openMixpanel(): Promise<Vendor> {
  const simulator = await startMixpanel();
  const known = ({ key }: Person): string => key;
  const body = { code: 429, error: 'Project exceeded rate limits', status: 'Too Many Requests' };
  return {
    simulator,
    file: `type: mixpanel
targets: [test]
base_url: ${simulator.url}
project_token: "\${env:MIXPANEL_TOKEN}"
allow_private_address: true
batch_size: 3
rate: 1000/s
`,
    environment: { MIXPANEL_TOKEN: TOKEN },
    match: ['external_id'],
    known,
    members: simulator.members,
    addForeign(audience) {
      simulator.set('another', audience, true);
      return 'another';
    },
    field: { name: 'level', of: (person) => simulator.propertyOf(known(person), 'level') },
    takeOut: (audience, person) => simulator.set(known(person), audience, undefined),
    faults: {
      busy: { reply: { status: 429, body } },
      busyFor1s: { reply: { status: 429, headers: { 'retry-after': '1' }, body } },
      down: { reply: { status: 503, body: '<html>Service unavailable</html>' } },
    },
    refused: { key: INVALID, email: 'invalid@example.com' },
    refusesWhole: { key: WHOLE, email: 'whole@example.com' },
  };
}
