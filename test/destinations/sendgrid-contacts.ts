/** Contacts of SendGrid Marketing: upserted by jobs, found by identifiers, taken off lists by their ids. */
import { refusal } from './sendgrid.ts';
import type { Call, Reply } from './simulator.ts';

const TYPES = ['email', 'phone_number_id', 'external_id'];
const OWN = ['first_name', 'last_name', 'city', 'country', 'postal_code', 'custom_fields'];
const FIELDS = [
  { id: 'w1', name: 'tier', field_type: 'Text' },
  { id: 'w2', name: 'Points', field_type: 'Number' },
];

type Body = Record<string, unknown>;

interface Around {
  membersOf(list: string): Set<string> | undefined;
  listsOf(identifier: string): readonly string[];
  /** An identifier that SendGrid does not take. */
  readonly invalid: string;
}

interface Job {
  readonly id: string;
  apply(): void;
  status: string;
  results?: unknown;
}

export interface SendgridContacts {
  answer(call: Call): Reply;
  know(identifier: string): void;
  /** A custom field's value. */
  valueOf(identifier: string, field: string): unknown;
  /** The contact was deleted; look-ups do not know it yet. */
  deleteUnnoticed(identifier: string): void;
  /** From now on no job ends, until `finish`. */
  hold(): void;
  finish(): void;
  /** How the next one ends. */
  endNext(status: string, results?: unknown): void;
  forgetJobs(): void;
  /** From now on nobody is found who is on no list yet, until `endLag`. */
  beginLag(): void;
  endLag(): void;
}

export function openContacts(around: Around): SendgridContacts {
  const ids = new Map<string, string>();
  const values = new Map<string, Body>();
  const deleted = new Set<string>();
  const jobs: Job[] = [];
  let index: ReadonlySet<string> | undefined;
  let isHeld = false;
  let ending: Pick<Job, 'status' | 'results'> = { status: 'completed' };

  const know = (identifier: string): void => {
    if (!ids.has(identifier)) ids.set(identifier, `c3445f88-${ids.size}`);
  };

  /** Each is done by the time of the next call, in their order. */
  function work(): void {
    for (const job of isHeld ? [] : jobs) {
      if (job.status !== 'pending') continue;
      if (ending.status !== 'failed') job.apply();
      Object.assign(job, ending);
      ending = { status: 'completed' };
    }
  }

  function upsert({ list_ids, contacts, ...rest }: Body): Reply {
    const isList = Array.isArray(contacts) && contacts.length >= 1 && contacts.length <= 30_000;
    if (!isList || !Array.isArray(list_ids) || Object.keys(rest).length > 0) return refusal(400, 'body');
    const members = list_ids.map((id) => around.membersOf(String(id)));
    if (members.includes(undefined)) return refusal(400, 'invalid list', 'list_ids[0]');
    const rows = (contacts as Body[]).map(identifierIn);
    if (new Set(rows).size < rows.length) return refusal(400, 'twice the same');
    for (const [position, contact] of (contacts as Body[]).entries()) {
      if (rows[position] === undefined || rows[position] === around.invalid || !isContact(contact))
        return refusal(400, `email '${rows[position]}' is not valid`, `contacts[${position}]`);
    }
    const apply = (): void => {
      for (const [position, row] of (rows as string[]).entries()) {
        know(row);
        const { custom_fields } = (contacts as Body[])[position]!;
        values.set(row, { ...values.get(row), ...(custom_fields as Body) });
        for (const list of members) list!.add(row);
      }
    };
    const id = `job/${jobs.length}`;
    jobs.push({ id, apply, status: 'pending' });
    return { status: 202, body: { job_id: id } };
  }

  function search(identifiers: readonly unknown[]): Reply {
    if (identifiers.length === 0 || identifiers.length > 100) return refusal(400, 'at most 100');
    if (identifiers.some((each) => typeof each !== 'string' || each.length > 254 || each === around.invalid))
      return refusal(400, 'invalid');
    const asked = (identifiers as string[]).map((each) => each.toLowerCase());
    const isFound = (each: string): boolean => ids.has(each) && (index?.has(each) ?? true);
    if (!asked.some(isFound)) return refusal(404, 'not found');
    const result = asked.map((each) => [
      each,
      isFound(each)
        ? { contact: { id: ids.get(each), list_ids: around.listsOf(each), segment_ids: [] } }
        : { error: 'contact not found' },
    ]);
    return { status: 200, body: { result: Object.fromEntries(result) } };
  }

  function remove(list: string, query: URLSearchParams): Reply {
    const members = around.membersOf(list);
    const wanted = (query.get('contact_ids') ?? '').split(',');
    const byId = new Map([...ids].map(([identifier, id]) => [id, identifier]));
    if (wanted.length > 100) return refusal(414, 'too long');
    if (!members || wanted.some((id) => !byId.has(id) || deleted.has(byId.get(id)!)))
      return refusal(404, 'no such list or contact');
    for (const id of wanted) members.delete(byId.get(id)!);
    return { status: 202, body: { job_id: 'of no job that can be asked for' } };
  }

  function told(id: string): Reply {
    const job = jobs.find((each) => each.id === id);
    if (!job) return refusal(404, 'not found');
    const { status, results } = job;
    return { status: 200, body: { id, status, job_type: 'upsert', ...(results ? { results } : {}) } };
  }

  function found({ method, path, body }: Call): Reply {
    const type = /^\/v3\/marketing\/contacts\/search\/identifiers\/(\w+)$/.exec(path)?.[1];
    if (method !== 'POST') return refusal(405, 'method');
    const { emails, identifiers, ...rest } = JSON.parse(body) as Body;
    if (Object.keys(rest).length > 0) return refusal(400, 'unknown');
    if (type === undefined) return search(emails as unknown[]);
    return search(
      (identifiers as Body[]).map((each) => (Object.keys(each).join() === type ? each[type] : 1)),
    );
  }

  return {
    know,
    valueOf: (identifier, field) => values.get(identifier)?.[field],
    deleteUnnoticed: (identifier) => void deleted.add(identifier),
    hold() {
      isHeld = true;
    },
    finish() {
      isHeld = false;
    },
    endNext(status, results) {
      ending = { status, results };
    },
    forgetJobs() {
      jobs.length = 0;
    },
    beginLag() {
      index = new Set([...ids.keys()].filter((each) => around.listsOf(each).length > 0));
    },
    endLag() {
      index = undefined;
    },
    answer(call) {
      work();
      const { method, path, query, body } = call;
      const [, job] = /^\/v3\/marketing\/contacts\/imports\/([^/]+)$/.exec(path) ?? [];
      const [, list] = /^\/v3\/marketing\/lists\/([^/]+)\/contacts$/.exec(path) ?? [];
      if (job !== undefined && method === 'GET') return told(decodeURIComponent(job));
      if (list !== undefined && method === 'DELETE') return remove(list, query);
      if (method === 'PUT' && path === '/v3/marketing/contacts') return upsert(JSON.parse(body) as Body);
      if (method === 'GET' && path === '/v3/marketing/field_definitions')
        return { status: 200, body: { custom_fields: FIELDS, reserved_fields: [] } };
      return path.startsWith('/v3/marketing/contacts/search/') ? found(call) : refusal(404, 'no such path');
    },
  };
}

/** The one identifier of a contact; undefined for none and for several, which it must not have here. */
function identifierIn(contact: Body): string | undefined {
  const [type, other] = TYPES.filter((each) => contact[each] !== undefined);
  const value = type === undefined ? undefined : contact[type];
  if (typeof value !== 'string' || other !== undefined) return undefined;
  if (type === 'email') return /^[^\s@]+@[^\s@]+\.[a-z]{2,}$/.test(value) ? value : undefined;
  if (type === 'phone_number_id') return /^\+\d{7,15}$/.test(value) ? value : undefined;
  return value.length <= 254 ? value : undefined;
}

function isContact(contact: Body): boolean {
  const custom = Object.entries((contact.custom_fields ?? {}) as Body);
  const isValue = ([id, value]: [string, unknown]): boolean => {
    const field = FIELDS.find((each) => each.id === id);
    return value === null || typeof value === (field?.field_type === 'Number' ? 'number' : 'string');
  };
  const isKnown = custom.every(([id]) => FIELDS.some((each) => each.id === id));
  return (
    isKnown &&
    custom.every(isValue) &&
    Object.keys(contact).every((name) => [...TYPES, ...OWN].includes(name))
  );
}
