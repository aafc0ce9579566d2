/** Klaviyo's lists, profiles, import jobs and events as documented: JSON:API of one revision. */
import { type Call, type Fault, type Reply, type Simulator, startSimulator } from './simulator.ts';
import type { Person, Vendor } from './vendor.ts';

export const API_KEY = 'pk_0123456789abcdef0123456789abcdef01';
export const REVISION = '2026-07-15';
/** The import names this address as one it cannot take. */
export const INVALID = 'invalid@example.com';
/** An import with this address in it is refused as a whole. */
export const WHOLE = 'whole@example.com';

const JSON_API = 'application/vnd.api+json';
const MOST = {
  import: 10_000,
  events: 1_000,
  remove: 1_000,
  values: 100,
  bytes: 5_000_000,
  profile: 100_000,
};
const OWN = ['email', 'phone_number', 'external_id', 'first_name', 'last_name', 'organization'];
const ATTRIBUTES = new Set([...OWN, 'locale', 'title', 'image', 'location', 'properties']);

type Json = Record<string, unknown>;
interface Profile {
  readonly id: string;
  readonly attributes: Json;
}
interface Job {
  readonly list: string;
  readonly profiles: readonly Json[];
  readonly errors: Json[];
  done: boolean;
}

export interface KlaviyoSimulator extends Simulator {
  /** What members of a list are found by: the address, or else the number or the external id. */
  members(list: string): ReadonlySet<string>;
  profiles(): readonly Json[];
  readonly events: ReadonlyMap<
    string,
    { readonly profile: Json; readonly metric: string; readonly time: string }
  >;
  /** Somebody else's doing. */
  add(list: string, email: string): void;
  takeOut(list: string, name: string): void;
  drop(list: string): void;
  letIn(key: string): void;
  readonly jobs: { hold(): void; finish(): void };
  readonly lag: { begin(): void; end(): void };
}

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly pointer = '/data',
  ) {
    super(code);
  }
}

const nameOf = ({ email, phone_number, external_id }: Json): string =>
  String(email ?? phone_number ?? external_id);

export async function startKlaviyo(): Promise<KlaviyoSimulator> {
  const profiles: Profile[] = [];
  const lists = new Map<string, { readonly name: string; readonly members: Set<string> }>();
  const jobs = new Map<string, Job>();
  const events = new Map<string, { profile: Json; metric: string; time: string }>();
  /** Ids of profiles that a look-up does not find yet; undefined: it finds all. */
  let hidden: Set<string> | undefined;
  let expected = API_KEY;
  let held = false;
  let made = 0;

  const makeList = (name: string): string => {
    const id = `L${made++}ist`;
    lists.set(id, { name, members: new Set() });
    return id;
  };
  const byName = (name: string) => [...lists.values()].find((list) => list.name === name);
  const find = (attributes: Json): Profile | undefined =>
    profiles.find((each) =>
      ['email', 'phone_number', 'external_id'].some(
        (name) => attributes[name] !== undefined && each.attributes[name] === attributes[name],
      ),
    );

  function upsert(attributes: Json): Profile {
    const known = find(attributes) ?? { id: `P${made++}`, attributes: {} };
    if (!profiles.includes(known)) profiles.push(known);
    const properties = { ...(known.attributes.properties as Json), ...(attributes.properties as Json) };
    Object.assign(known.attributes, attributes, { properties });
    return known;
  }

  function work(job: Job): void {
    job.done = true;
    for (const attributes of job.profiles) {
      if (attributes.email === INVALID) {
        job.errors.push({ code: 'invalid', original_payload: attributes });
        continue;
      }
      const { id } = upsert(attributes);
      lists.get(job.list)?.members.add(id);
      hidden?.add(id);
    }
  }

  function answer(call: Call): Reply {
    try {
      if (call.headers.authorization !== `Klaviyo-API-Key ${expected}`)
        throw new Refusal(401, 'not_authenticated');
      if (call.headers.revision !== REVISION) throw new Refusal(410, 'revision_gone');
      if (call.headers.accept !== JSON_API) throw new Refusal(406, 'not_acceptable');
      return routed(call);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status, code, pointer } = error;
      const said = { id: 'e1', code, title: 'No', detail: 'no', source: { pointer } };
      return reply(status, { errors: [said] });
    }
  }

  function routed(call: Call): Reply {
    const [, api, resource, id, edge, last] = call.path.split('/');
    const route = `${call.method} ${resource}${id === undefined ? '' : '/:id'}${edge ? `/${edge}` : ''}${last ? `/${last}` : ''}`;
    if (api !== 'api') throw new Refusal(404, 'not_found');
    switch (route) {
      case 'GET lists':
        return listLists(call);
      case 'POST lists':
        return createList(dataOf(call, 'list'));
      case 'POST profile-bulk-import-jobs':
        return importProfiles(call);
      case 'GET profile-bulk-import-jobs/:id':
        return getJob(id!);
      case 'GET profile-bulk-import-jobs/:id/import-errors':
        return importErrors(call, id!);
      case 'GET profiles':
        return findProfiles(call);
      case 'DELETE lists/:id/relationships/profiles':
        return removeProfiles(call, id!);
      case 'POST event-bulk-create-jobs':
        return createEvents(call);
      default:
        throw new Refusal(404, 'not_found');
    }
  }

  function listLists(call: Call): Reply {
    onlyQuery(call, ['filter', 'fields[list]', 'page[cursor]']);
    const filter = call.query.get('filter');
    const name = filter === null ? undefined : /^equals\(name,(".*")\)$/.exec(filter)?.[1];
    if (filter !== null && name === undefined) throw new Refusal(400, 'invalid_filter');
    const wanted = [...lists].filter(([, list]) => name === undefined || list.name === JSON.parse(name));
    return paged(
      call,
      wanted.map(([id, list]) => ({ type: 'list', id, attributes: { name: list.name } })),
    );
  }

  function createList({ attributes }: Json): Reply {
    const { name, ...rest } = attributes as Json;
    if (typeof name !== 'string' || name === '' || Object.keys(rest).length > 0)
      throw new Refusal(400, 'invalid');
    return reply(201, { data: { type: 'list', id: makeList(name), attributes: { name } } });
  }

  function importProfiles(call: Call): Reply {
    const data = dataOf(call, 'profile-bulk-import-job', ['relationships']);
    const all = (data.attributes as { profiles: { data: Json[] } }).profiles.data;
    const [list, ...others] = (data.relationships as { lists: { data: Json[] } }).lists.data;
    if (!lists.has(String(list?.id)) || list?.type !== 'list' || others.length > 0)
      throw new Refusal(404, 'not_found', '/data/relationships/lists/data/0');
    if (all.length === 0 || all.length > MOST.import) throw new Refusal(400, 'invalid');
    const attributes = all.map(checkedProfile);
    const named = new Set(attributes.map(nameOf));
    if (named.size < attributes.length) throw new Refusal(400, 'duplicate_profiles');
    const job: Job = { list: String(list.id), profiles: attributes, errors: [], done: false };
    const id = `job${made++}`;
    jobs.set(id, job);
    if (!held) work(job);
    return reply(202, {
      data: {
        type: 'profile-bulk-import-job',
        id,
        attributes: { status: 'queued', total_count: all.length },
      },
    });
  }

  function getJob(id: string): Reply {
    const job = jobs.get(id);
    if (!job) throw new Refusal(404, 'not_found');
    const status = job.done ? 'complete' : 'processing';
    const [total_count, failed_count] = [job.profiles.length, job.errors.length];
    const counts = { total_count, completed_count: total_count - failed_count, failed_count };
    return reply(200, { data: { type: 'profile-bulk-import-job', id, attributes: { status, ...counts } } });
  }

  function importErrors(call: Call, id: string): Reply {
    onlyQuery(call, ['page[size]', 'page[cursor]']);
    const errors = jobs.get(id)?.errors ?? [];
    const data = errors.map((error, index) => ({
      ...{ type: 'import-error', id: `e${index}` },
      attributes: { title: 'Invalid input', detail: 'no', source: { pointer: '/data' }, ...error },
    }));
    return paged(call, data);
  }

  function findProfiles(call: Call): Reply {
    onlyQuery(call, ['filter', 'fields[profile]', 'page[size]', 'page[cursor]']);
    const match = /^any\((email|phone_number|external_id),(\[.*\])\)$/.exec(call.query.get('filter') ?? '');
    if (!match) throw new Refusal(400, 'invalid_filter');
    const values = JSON.parse(match[2]!) as string[];
    if (values.length === 0 || values.length > MOST.values) throw new Refusal(400, 'invalid_filter');
    const found = profiles.filter(
      ({ id, attributes }) => values.includes(String(attributes[match[1]!])) && !hidden?.has(id),
    );
    return paged(
      call,
      found.map(({ id, attributes }) => ({
        ...{ type: 'profile', id },
        attributes: { [match[1]!]: attributes[match[1]!] },
      })),
    );
  }

  function removeProfiles(call: Call, id: string): Reply {
    const list = lists.get(id);
    if (!list) throw new Refusal(404, 'not_found');
    const { data, ...rest } = bodyOf(call);
    if (
      Object.keys(rest).length > 0 ||
      !Array.isArray(data) ||
      data.length === 0 ||
      data.length > MOST.remove
    )
      throw new Refusal(400, 'invalid');
    for (const each of data as Json[]) {
      if (each.type !== 'profile' || !profiles.some((profile) => profile.id === each.id))
        throw new Refusal(400, 'invalid');
      list.members.delete(String(each.id));
    }
    return { status: 204, body: '' };
  }

  function createEvents(call: Call): Reply {
    const { attributes } = dataOf(call, 'event-bulk-create-job');
    const all = (attributes as { 'events-bulk-create': { data: Json[] } })['events-bulk-create'].data;
    if (all.length === 0 || all.length > MOST.events) throw new Refusal(400, 'invalid');
    const happened = all.map(checkedEvent);
    if (happened.some(({ unique_id }) => events.has(unique_id))) throw new Refusal(409, 'duplicate');
    for (const { unique_id, profile, metric, time } of happened) {
      upsert(profile);
      events.set(unique_id, { profile, metric, time });
    }
    return { status: 202, body: '' };
  }

  const simulator = await startSimulator(
    answer,
    ({ method, path }) => method === 'DELETE' || (method === 'POST' && path.endsWith('-jobs')),
  );
  return {
    ...simulator,
    events,
    profiles: () => profiles.map(({ attributes }) => attributes),
    members(list) {
      const ids = byName(list)?.members ?? new Set();
      return new Set(profiles.filter(({ id }) => ids.has(id)).map(({ attributes }) => nameOf(attributes)));
    },
    add(list, email) {
      const { id } = upsert({ email });
      (byName(list) ?? lists.get(makeList(list))!).members.add(id);
    },
    takeOut(list, name) {
      for (const { id, attributes } of profiles)
        if (nameOf(attributes) === name) byName(list)?.members.delete(id);
    },
    drop(list) {
      for (const [id, { name }] of lists) if (name === list) lists.delete(id);
    },
    letIn(key) {
      expected = key;
    },
    jobs: {
      hold() {
        held = true;
      },
      finish() {
        held = false;
        for (const job of jobs.values()) if (!job.done) work(job);
      },
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
  if (call.headers['content-type'] !== JSON_API) throw new Refusal(415, 'unsupported_media_type');
  if (call.body.length > MOST.bytes) throw new Refusal(413, 'too_large');
  return JSON.parse(call.body) as Json;
}

function dataOf(call: Call, type: string, more: readonly string[] = []): Json {
  const { data, ...rest } = bodyOf(call) as { data: Json };
  const unknown = Object.keys(data).filter((name) => !['type', 'attributes', ...more].includes(name));
  if (Object.keys(rest).length > 0 || data.type !== type || unknown.length > 0)
    throw new Refusal(400, 'invalid');
  return data;
}

/** A profile's attributes, or the refusal of the whole. */
function checkedProfile({ type, attributes, ...rest }: Json, index: number): Json {
  const { email, phone_number, external_id } = attributes as Json;
  const isGood =
    [type, Object.keys(rest).length].join() === 'profile,0' &&
    Object.keys(attributes as Json).every((name) => ATTRIBUTES.has(name)) &&
    JSON.stringify(attributes).length <= MOST.profile &&
    [email, phone_number, external_id].some((value) => typeof value === 'string' && value !== '') &&
    (email === undefined || /^[^\s@A-Z]+@[^\s@A-Z]+\.[^\s@A-Z]+$/.test(String(email))) &&
    (phone_number === undefined || /^\+[1-9]\d{6,14}$/.test(String(phone_number))) &&
    email !== WHOLE;
  if (!isGood) throw new Refusal(400, 'invalid', `/data/attributes/profiles/data/${index}`);
  return attributes as Json;
}

function checkedEvent(entry: Json, index: number) {
  const { profile, events } = entry.attributes as { profile: { data: Json }; events: { data: Json[] } };
  const [event, ...others] = events.data;
  const { time, unique_id, properties, metric, ...rest } = event!.attributes as {
    readonly time: string;
    readonly unique_id: string;
    readonly properties: unknown;
    readonly metric: { readonly data: { readonly attributes: { readonly name: string } } };
  };
  const { name } = metric.data.attributes;
  const isGood =
    entry.type === 'event-bulk-create' &&
    others.length + Object.keys(rest).length === 0 &&
    typeof properties === 'object' &&
    typeof unique_id === 'string' &&
    !Number.isNaN(Date.parse(time)) &&
    name.length < 128;
  if (!isGood) throw new Refusal(400, 'invalid');
  return { unique_id, profile: checkedProfile(profile.data, index), metric: name, time };
}

function onlyQuery({ query }: Call, known: readonly string[]): void {
  for (const name of query.keys()) if (!known.includes(name)) throw new Refusal(400, 'invalid_parameter');
  const size = Number(query.get('page[size]') ?? 20);
  if (!(size >= 1 && size <= 100)) throw new Refusal(400, 'invalid_parameter');
}

/** Two a page, whatever is asked for: the API may always give fewer. Its addresses are Klaviyo's own. */
function paged(call: Call, all: readonly Json[]): Reply {
  const from = Number(call.query.get('page[cursor]') ?? 0);
  const next =
    from + 2 < all.length ? `https://a.klaviyo.com${call.path}?page%5Bcursor%5D=${from + 2}` : null;
  return reply(200, { data: all.slice(from, from + 2), links: { self: 'https://a.klaviyo.com', next } });
}

function reply(status: number, body: Json): Reply {
  return { status, headers: { 'content-type': JSON_API }, body };
}

/** The vendor as the shared story needs it. */
export async function openKlaviyo(): Promise<Vendor> {
  const known = ({ email = '' }: Person): string => email.trim().toLowerCase();
  const simulator = await startKlaviyo();
  const errors = [{ id: 'e', code: 'throttled', title: 'Busy', detail: 'Busy' }];
  const busy = (headers = {}): Fault => ({ reply: { status: 429, headers, body: { errors } } });
  return {
    simulator,
    file: `type: klaviyo
targets: [test]
base_url: ${simulator.url}
api_key: "\${env:KLAVIYO_API_KEY}"
allow_private_address: true
batch_size: 3
rate: 1000/s
`,
    environment: { KLAVIYO_API_KEY: API_KEY },
    match: ['email'],
    known,
    members: simulator.members,
    addForeign(audience) {
      simulator.add(audience, 'somebody@else.example');
      return 'somebody@else.example';
    },
    field: {
      name: 'level',
      of: (person) =>
        simulator
          .profiles()
          .map((profile) => profile as { email?: string; properties?: Record<string, unknown> })
          .find(({ email }) => email === known(person))?.properties?.level,
    },
    takeOut: (audience, person) => simulator.takeOut(audience, known(person)),
    faults: {
      busy: busy(),
      busyFor1s: busy({ 'retry-after': '1' }),
      down: { reply: { status: 503, body: '<html>Service unavailable</html>' } },
    },
    refused: { key: '98', email: INVALID },
    refusesWhole: { key: '99', email: WHOLE },
    jobs: simulator.jobs,
    lag: simulator.lag,
    refuseCredentials() {
      simulator.letIn('another key');
      return { back: () => simulator.letIn(API_KEY) };
    },
  };
}
