/** HubSpot's contacts, static lists and OAuth tokens as documented. */
import { type Call, type Fault, type Reply, type Simulator, startSimulator } from './simulator.ts';
import type { EventVendor, Person, Sided, Told, Vendor } from './vendor.ts';

export const ACCESS_TOKEN = 'pat-eu1-0123-of-a-private-app';
export const GRANT = {
  client_id: 'the-app',
  client_secret: 'the-secret-of-the-app',
  refresh_token: 'what-the-account-granted',
};
/** HubSpot takes no contact with this address, and says so of it alone. */
export const INVALID = 'invalid@example.com';
/** A batch with this address in it is refused as a whole. */
export const WHOLE = 'whole@example.com';
/** Properties whose values are unique. */
const UNIQUE = ['email', 'customer_id'];
/** The account's custom event, and its properties. */
export const EVENT = 'pe1234567_active';
const PROPERTIES = ['level', 'cart'];
const MOST = { inputs: 100, ids: 100_000, properties: 50 };

type Json = Record<string, unknown>;
interface Contact {
  readonly id: string;
  readonly properties: Record<string, string>;
}
interface List {
  readonly name: string;
  readonly processingType: string;
  readonly members: Set<string>;
}

export interface HubspotSimulator extends Simulator {
  /** Members of a list by their address, or else their customer id. */
  members(list: string): ReadonlySet<string>;
  contacts(): readonly Record<string, string>[];
  /** A contact that is there, with an id. */
  know(properties: Record<string, string>): string;
  makeList(name: string, processingType?: string): string;
  add(list: string, email: string): void;
  takeOut(list: string, email: string): void;
  dropList(name: string): void;
  dropContact(email: string): void;
  /** Only this token is let in; undefined: the one that was granted last. */
  letIn(token: string | undefined): void;
  expire(): void;
  readonly lag: { begin(): void; end(): void };
  /** Occurrences of events by their UUIDs: the first of one counts. */
  readonly occurrences: ReadonlyMap<string, Occurrence>;
}

interface Occurrence {
  readonly name: string;
  readonly contact: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly at: string;
}

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly category: string,
    readonly subCategory?: string,
  ) {
    super(category);
  }
}

/** `oauth`: tokens come of a grant instead of a private app. */
export async function startHubspot({ oauth = false } = {}): Promise<HubspotSimulator> {
  const contacts = new Map<string, Contact>();
  const lists = new Map<string, List>();
  const occurrences = new Map<string, Occurrence>();
  let only: string | undefined = oauth ? undefined : ACCESS_TOKEN;
  let granted: string | undefined;
  /** Records that a look-up does not find yet; undefined: it finds all. */
  let hidden: Set<string> | undefined;
  let made = 0;

  const find = (property: string, value: string): Contact | undefined =>
    [...contacts.values()].find(({ properties }) =>
      [
        properties[property],
        ...(property === 'email' ? (properties.hs_additional_emails ?? '').split(';') : []),
      ]
        .filter(Boolean)
        .includes(value),
    );
  const know = (properties: Record<string, string>): string => {
    // Beyond what a double holds: ids are texts.
    const id = `90071992547409${93000 + made++}`;
    contacts.set(id, { id, properties });
    return id;
  };
  const makeList = (name: string, processingType = 'MANUAL'): string => {
    const id = String(100 + made++);
    lists.set(id, { name, processingType, members: new Set() });
    return id;
  };
  /** Upper and lower case are the same. */
  const byName = (name: string) =>
    [...lists].find(([, list]) => list.name.toLowerCase() === name.toLowerCase());

  function answer(call: Call): Reply {
    try {
      if (call.path === '/oauth/2026-03/token') return grant(call);
      const expected = only ?? granted;
      if (expected === undefined || call.headers.authorization !== `Bearer ${expected}`)
        throw new Refusal(401, 'INVALID_AUTHENTICATION');
      return routed(call);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status, category, subCategory } = error;
      return { status, body: { status: 'error', message: 'no', correlationId: 'c', category, subCategory } };
    }
  }

  function grant(call: Call): Reply {
    const form = Object.fromEntries(new URLSearchParams(call.body));
    const isGood =
      call.method === 'POST' &&
      call.headers['content-type'] === 'application/x-www-form-urlencoded' &&
      JSON.stringify(Object.entries(form).sort()) ===
        JSON.stringify(Object.entries({ grant_type: 'refresh_token', ...GRANT }).sort());
    if (!isGood) return { status: 400, body: { error: 'invalid_grant', message: 'no' } };
    granted = `granted-${made++}`;
    return { status: 200, body: { access_token: granted, expires_in: 1800, token_type: 'bearer' } };
  }

  function routed(call: Call): Reply {
    const byNamePath = /^\/crm\/lists\/2026-03\/object-type-id\/0-1\/name\/([^/]+)$/.exec(call.path);
    if (call.method === 'GET' && byNamePath) return getList(decodeURIComponent(byNamePath[1]!));
    const members = /^\/crm\/lists\/2026-03\/([^/]+)\/memberships\/(add|remove)$/.exec(call.path);
    if (call.method === 'PUT' && members) return changeMembers(call, members[1]!, members[2] === 'add');
    switch (`${call.method} ${call.path}`) {
      case 'POST /crm/lists/2026-03':
        return createList(bodyOf(call));
      case 'POST /crm/objects/2026-03/contacts/batch/read':
        return read(bodyOf(call));
      case 'POST /crm/objects/2026-03/contacts/batch/upsert':
        return upsert(bodyOf(call));
      case 'POST /events/2026-03/send/batch':
        return occur(bodyOf(call));
      default:
        throw new Refusal(404, 'OBJECT_NOT_FOUND');
    }
  }

  /** One that is wrong fails all; of a repeated UUID the first counts, within a year. */
  function occur({ inputs, ...rest }: Json): Reply {
    const all = Array.isArray(inputs) ? (inputs as Json[]) : [];
    const isGood = all.length > 0 && all.length <= MOST.inputs && Object.keys(rest).length === 0;
    if (!isGood || !all.every(isOccurrence)) throw new Refusal(400, 'VALIDATION_ERROR');
    for (const { uuid, eventName: name, objectId, properties, occurredAt: at } of all as Record<
      string,
      string
    >[]) {
      const contact = contacts.get(objectId!)!.properties;
      const occurrence = { name: name!, contact, properties: properties as unknown as Json, at: at! };
      if (!occurrences.has(uuid!)) occurrences.set(uuid!, occurrence);
    }
    return { status: 204 };
  }

  function isOccurrence({ uuid, eventName, objectId, properties, occurredAt, ...rest }: Json): boolean {
    const values = Object.entries(properties as Record<string, unknown>);
    return (
      Object.keys(rest).length === 0 &&
      /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(String(uuid)) &&
      eventName === EVENT &&
      isId(objectId) &&
      contacts.has(objectId as string) &&
      contacts.get(objectId as string)!.properties.email !== WHOLE &&
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(String(occurredAt)) &&
      values.length <= MOST.properties &&
      values.every(([name, value]) => PROPERTIES.includes(name) && typeof value === 'string')
    );
  }

  function getList(name: string): Reply {
    const [id, list] = byName(name) ?? [];
    if (!list) throw new Refusal(404, 'OBJECT_NOT_FOUND', 'ILS.LIST_NOT_FOUND');
    return listReply(id!, list);
  }

  function createList({ name, objectTypeId, processingType, ...rest }: Json): Reply {
    const isGood = typeof name === 'string' && objectTypeId === '0-1' && processingType === 'MANUAL';
    if (!isGood || Object.keys(rest).length > 0) throw new Refusal(400, 'VALIDATION_ERROR');
    if (byName(name)) throw new Refusal(400, 'VALIDATION_ERROR', 'ILS.DUPLICATE_LIST_NAMES');
    const id = makeList(name);
    return listReply(id, lists.get(id)!);
  }

  function changeMembers(call: Call, id: string, isAdd: boolean): Reply {
    const list = lists.get(id);
    if (!list) throw new Refusal(404, 'OBJECT_NOT_FOUND');
    const ids = JSON.parse(call.body) as unknown;
    const isGood = Array.isArray(ids) && ids.length > 0 && ids.length <= MOST.ids && ids.every(isId);
    if (!isGood || !['MANUAL', 'SNAPSHOT'].includes(list.processingType))
      throw new Refusal(400, 'VALIDATION_ERROR');
    const known = (ids as string[]).filter((each) => contacts.has(each));
    const changed = known.filter((each) => list.members.has(each) !== isAdd);
    for (const each of changed) list.members[isAdd ? 'add' : 'delete'](each);
    return {
      status: 200,
      body: {
        recordsIdsAdded: isAdd ? changed : [],
        recordIdsRemoved: isAdd ? [] : changed,
        recordIdsMissing: (ids as string[]).filter((each) => !contacts.has(each)),
      },
    };
  }

  function read({ inputs, idProperty, properties, propertiesWithHistory, ...rest }: Json): Reply {
    const isGood =
      UNIQUE.includes(String(idProperty)) &&
      Array.isArray(properties) &&
      Array.isArray(propertiesWithHistory) &&
      Object.keys(rest).length === 0;
    if (!isGood) throw new Refusal(400, 'VALIDATION_ERROR');
    const values = inputsOf(inputs).map(({ id }) => String(id));
    const found = values.flatMap((value) => find(String(idProperty), value) ?? []);
    const seen = found.filter(({ id }) => !hidden?.has(id));
    const shown = seen.map(({ id, properties: all }) => ({
      id,
      properties: Object.fromEntries((properties as string[]).map((name) => [name, all[name] ?? null])),
    }));
    const unknown = values.filter(
      (value) => !seen.some(({ properties: all }) => Object.values(all).join(';').split(';').includes(value)),
    );
    const errors = [
      { status: 'error', category: 'OBJECT_NOT_FOUND', message: 'x', context: { ids: unknown } },
    ];
    return unknown.length === 0 ? batchReply(shown, []) : batchReply(shown, errors);
  }

  function upsert({ inputs, ...rest }: Json): Reply {
    const all = inputsOf(inputs);
    if (Object.keys(rest).length > 0 || all.some(({ id }) => id === WHOLE))
      throw new Refusal(400, 'VALIDATION_ERROR');
    const errors: Json[] = [];
    const results = all.flatMap(({ id, idProperty, properties, objectWriteTraceId, ...more }) => {
      const values = properties as Record<string, unknown>;
      const isGood =
        UNIQUE.includes(String(idProperty)) &&
        Object.keys(more).length === 0 &&
        Object.values(values).every((value) => typeof value === 'string');
      if (!isGood) throw new Refusal(400, 'VALIDATION_ERROR');
      if (id === INVALID) {
        const context = { objectWriteTraceId: [objectWriteTraceId] };
        errors.push({ status: 'error', category: 'VALIDATION_ERROR', message: `${id} is bad`, context });
        return [];
      }
      const known = find(String(idProperty), String(id));
      const record = known?.id ?? know({ [String(idProperty)]: String(id) });
      Object.assign(contacts.get(record)!.properties, values);
      hidden?.add(record);
      return [{ id: record, new: !known, properties: { ...contacts.get(record)!.properties } }];
    });
    return batchReply(results, errors);
  }

  const simulator = await startSimulator(
    answer,
    ({ method, path }) => method === 'PUT' || /\/batch\/upsert$|\/send\/batch$/.test(path),
  );
  return {
    ...simulator,
    know,
    occurrences,
    makeList,
    contacts: () => [...contacts.values()].map(({ properties }) => properties),
    members: (name) =>
      new Set(
        [...(byName(name)?.[1].members ?? [])].map((id) => {
          const { email, customer_id } = contacts.get(id)!.properties;
          return email ?? customer_id!;
        }),
      ),
    add(name, email) {
      const [id] = byName(name) ?? [makeList(name)];
      lists.get(id)!.members.add(find('email', email)?.id ?? know({ email }));
    },
    takeOut(name, email) {
      byName(name)?.[1].members.delete(find('email', email)?.id ?? '');
    },
    dropList(name) {
      lists.delete(byName(name)?.[0] ?? '');
    },
    dropContact(email) {
      contacts.delete(find('email', email)?.id ?? '');
    },
    letIn(token) {
      only = token;
    },
    expire() {
      granted = undefined;
    },
    lag: {
      begin() {
        hidden = new Set();
      },
      end() {
        hidden = undefined;
      },
    },
  };
}

function bodyOf(call: Call): Json {
  if (call.headers['content-type'] !== 'application/json') throw new Refusal(415, 'VALIDATION_ERROR');
  return JSON.parse(call.body) as Json;
}

/** At most 100, none of them twice; addresses in lower case. */
function inputsOf(inputs: unknown): Json[] {
  const all = Array.isArray(inputs) ? (inputs as Json[]) : [];
  const isGood =
    all.length > 0 &&
    all.length <= MOST.inputs &&
    new Set(all.map(({ id }) => id)).size === all.length &&
    all.every(
      ({ id }) => typeof id === 'string' && id !== '' && (!id.includes('@') || id === id.toLowerCase()),
    );
  if (!isGood) throw new Refusal(400, 'VALIDATION_ERROR');
  return all;
}

function isId(value: unknown): boolean {
  return typeof value === 'string' && /^\d+$/.test(value);
}

function listReply(listId: string, { name, processingType }: List): Reply {
  return {
    status: 200,
    body: { list: { listId, name, processingType, objectTypeId: '0-1', listVersion: 1 } },
  };
}

function batchReply(results: readonly Json[], errors: readonly Json[]): Reply {
  const [startedAt, completedAt] = ['2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z'];
  const body = { status: 'COMPLETE', startedAt, completedAt, results };
  if (errors.length === 0) return { status: 200, body };
  return { status: 207, body: { ...body, numErrors: errors.length, errors } };
}

const GRANTED = `client_id: ${GRANT.client_id}
client_secret: "\${env:HUBSPOT_SECRET}"
refresh_token: "\${env:HUBSPOT_REFRESH}"
create_contacts: true
`;
const PRIVATE = `access_token: "\${env:HUBSPOT_TOKEN}"
`;

const NAMES = ['ada', 'grace.hopper+ads', 'grace', 'zoë', 'twin', 'last', 'eve'];
const known = ({ email = '' }: Person): string => email.trim().toLowerCase();

/** What it is to any story: an app with OAuth that makes contacts, or a private one that does not. */
async function sided(
  oauth: boolean,
): Promise<Omit<Sided, 'field'> & { readonly simulator: HubspotSimulator }> {
  const simulator = await startHubspot({ oauth });
  if (!oauth) for (const name of NAMES) simulator.know({ email: `${name}@example.com` });
  const busy = (headers = {}): Fault => ({
    reply: { status: 429, headers, body: { status: 'error', category: 'RATE_LIMITS' } },
  });
  return {
    simulator,
    file: `type: hubspot
targets: [test]
base_url: ${simulator.url}
${oauth ? GRANTED : PRIVATE}allow_private_address: true
batch_size: 3
rate: 1000/s
`,
    environment: oauth
      ? { HUBSPOT_SECRET: GRANT.client_secret, HUBSPOT_REFRESH: GRANT.refresh_token }
      : { HUBSPOT_TOKEN: ACCESS_TOKEN },
    match: ['email'],
    known,
    faults: {
      busy: busy(),
      busyFor1s: busy({ 'retry-after': '1' }),
      down: { reply: { status: 502, body: '<html>Bad gateway</html>' } },
    },
    refused: { key: '98', email: oauth ? INVALID : 'stranger@example.com' },
    ...(oauth ? { refusesWhole: { key: '99', email: WHOLE }, expireToken: simulator.expire } : {}),
    refuseCredentials() {
      simulator.letIn('another token');
      return { back: () => simulator.letIn(oauth ? undefined : ACCESS_TOKEN) };
    },
  };
}

/** The vendor as the shared story needs it. */
export async function openHubspot({ oauth = true } = {}): Promise<Vendor> {
  const { simulator, ...side } = await sided(oauth);
  const levelOf = (person: Person) =>
    simulator.contacts().find(({ email }) => email === known(person))?.level;
  return {
    ...side,
    simulator,
    members: simulator.members,
    addForeign(audience) {
      simulator.add(audience, 'somebody@else.example');
      return 'somebody@else.example';
    },
    takeOut: (audience, person) => simulator.takeOut(audience, known(person)),
    ...(oauth ? { field: { name: 'level', of: levelOf }, lag: simulator.lag } : {}),
  };
}

/** The vendor as the story of events needs it. */
export async function openHubspotEvents({ oauth = true } = {}): Promise<EventVendor> {
  const { simulator, ...side } = await sided(oauth);
  if (!oauth) simulator.know({ email: WHOLE });
  return {
    ...side,
    simulator,
    refusesWhole: { key: '99', email: WHOLE },
    event: EVENT,
    field: { name: 'level' },
    told: () =>
      [...simulator.occurrences.values()].map(
        ({ name, contact, properties }): Told => ({ who: contact.email!, name, field: properties.level }),
      ),
  };
}
