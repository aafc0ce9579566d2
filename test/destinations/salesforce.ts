/** Salesforce's REST API as documented: contacts with a checkbox, tokens of a connected app. */
import { type Call, type Reply, type Simulator, startSimulator } from './simulator.ts';
import type { EventVendor, Person, Sided, Vendor } from './vendor.ts';

export const CLIENT = { id: 'a-consumer-key', secret: 'a-consumer-secret', refresh: 'a-refresh-token' };
/** A validation rule is against this contact. */
export const INVALID = 'invalid';

/** The object whose records are events, and what each has. */
export const EVENTS = 'Cart_Abandoned__c';
const EVENT_FIELDS = ['Event_Id__c', 'Customer_Id__c', 'Happened__c', 'Level__c'];

type Row = Record<string, unknown>;

export interface SalesforceSimulator extends Simulator {
  readonly contacts: ReadonlyMap<string, Row>;
  /** External ids of contacts whose checkbox is set. */
  members(field: string): ReadonlySet<string>;
  /** Records of the events' object, as they were made, by their own ids. */
  readonly events: ReadonlyMap<string, Row>;
  put(externalId: string, values: Row): void;
  letIn(secret: string): void;
  expire(): void;
}

/** `known`: external ids of contacts; `checkboxes`: fields there are. */
export async function startSalesforce(
  known: readonly string[],
  checkboxes: readonly string[],
): Promise<SalesforceSimulator> {
  const contacts = new Map<string, Row>();
  const events = new Map<string, Row>();
  let [expected, token, made] = [CLIENT.secret, '', 0];
  const make = (values: Row): string => {
    const id = `003${String(contacts.size).padStart(12, '0')}AAA`;
    contacts.set(id, values);
    return id;
  };
  for (const Customer_Id__c of known) make({ Customer_Id__c });
  const fieldNames = new Set(['Id', 'Customer_Id__c', 'Level__c', ...checkboxes]);

  function answer(call: Call): Reply {
    if (call.path === '/services/oauth2/token') return grant(new URLSearchParams(call.body));
    if (call.headers.authorization !== `Bearer ${token}`) return errors(401, 'INVALID_SESSION_ID');
    const [, services, data, version, ...rest] = call.path.split('/');
    if (services !== 'services' || data !== 'data' || version !== 'v60.0') return errors(404, 'NOT_FOUND');
    const route = `${call.method} ${rest.join('/')}`;
    if (route === 'GET limits')
      return { status: 200, body: { DailyApiRequests: { Max: 15_000, Remaining: 1 } } };
    if (route === 'GET sobjects/Contact/describe') return { status: 200, body: { fields: described() } };
    if (route === `GET sobjects/${EVENTS}/describe`)
      return { status: 200, body: { createable: true, fields: EVENT_FIELDS.map(eventField) } };
    if (route.endsWith('/describe')) return errors(404, 'NOT_FOUND');
    if (route === 'GET query') return query(call.query.get('q') ?? '');
    const { allOrNone, records, ...others } = JSON.parse(call.body || '{}') as Row;
    if (allOrNone !== false || Object.keys(others).length > 0 || !Array.isArray(records))
      return errors(400, 'INVALID_FIELD');
    if (records.length === 0 || records.length > 200) return errors(400, 'EXCEEDED_ID_LIMIT');
    if (route === 'PATCH composite/sobjects') return { status: 200, body: records.map(update) };
    if (route === 'PATCH composite/sobjects/Contact/Customer_Id__c')
      return { status: 200, body: records.map(upsert) };
    if (route === `PATCH composite/sobjects/${EVENTS}/Event_Id__c`)
      return { status: 200, body: records.map(upsertEvent) };
    return errors(404, 'NOT_FOUND');
  }

  function grant(form: URLSearchParams): Reply {
    const kind = form.get('grant_type');
    const isRight =
      form.get('client_id') === CLIENT.id &&
      form.get('client_secret') === expected &&
      (kind === 'client_credentials' || form.get('refresh_token') === CLIENT.refresh);
    if (!isRight) return { status: 400, body: { error: 'invalid_grant', error_description: 'expired' } };
    token = `00Dx-${++made}`;
    return {
      status: 200,
      body: { access_token: token, instance_url: 'https://x.example', token_type: 'Bearer' },
    };
  }

  function described(): Row[] {
    return [...fieldNames].map((name) => ({
      ...{ name, updateable: name !== 'Id' },
      type: checkboxes.includes(name) ? 'boolean' : 'string',
    }));
  }

  function query(soql: string): Reply {
    const match = /^SELECT Id, Customer_Id__c FROM Contact WHERE Customer_Id__c IN \(('.*')\)$/s.exec(soql);
    if (!match) return errors(400, 'MALFORMED_QUERY');
    const wanted = new Set(
      [...match[1]!.matchAll(/'((?:[^'\\]|\\.)*)'/gs)].map(([, text]) =>
        text!.replace(/\\(.)/g, '$1').toLowerCase(),
      ),
    );
    const records = [...contacts]
      .filter(([, { Customer_Id__c }]) => wanted.has(String(Customer_Id__c).toLowerCase()))
      .map(([Id, { Customer_Id__c }]) => ({ attributes: { type: 'Contact' }, Id, Customer_Id__c }));
    return { status: 200, body: { totalSize: records.length, done: true, records } };
  }

  function update({ attributes, Id, ...values }: Row): Row {
    const contact = contacts.get(String(Id));
    if (!contact || (attributes as Row | undefined)?.type !== 'Contact') return failed('ENTITY_IS_DELETED');
    return write(String(Id), contact, values);
  }

  function upsert({ attributes, ...values }: Row): Row {
    const { Customer_Id__c, ...rest } = values;
    const there = [...contacts].find(([, contact]) => contact.Customer_Id__c === Customer_Id__c);
    if (there) return write(there[0], there[1], rest);
    const id = make({ Customer_Id__c });
    return { ...write(id, contacts.get(id)!, rest), created: true };
  }

  function upsertEvent({ attributes, ...values }: Row): Row {
    const { Event_Id__c: id, Customer_Id__c } = values;
    if ((attributes as Row | undefined)?.type !== EVENTS || typeof id !== 'string' || id === '')
      return failed('INVALID_FIELD');
    if (Object.keys(values).some((name) => !EVENT_FIELDS.includes(name))) return failed('INVALID_FIELD');
    if (Customer_Id__c === INVALID) return failed('FIELD_CUSTOM_VALIDATION_EXCEPTION');
    const created = !events.has(id);
    events.set(id, { ...events.get(id), ...values });
    return { id: `a00${id.slice(0, 15)}`, success: true, created, errors: [] };
  }

  function write(id: string, contact: Row, values: Row): Row {
    if (Object.keys(values).some((name) => !fieldNames.has(name))) return failed('INVALID_FIELD');
    if (contact.Customer_Id__c === INVALID) return failed('FIELD_CUSTOM_VALIDATION_EXCEPTION');
    contacts.set(id, { ...contact, ...values });
    return { id, success: true, errors: [] };
  }

  const simulator = await startSimulator(answer, ({ method }) => method === 'PATCH');
  return {
    ...simulator,
    contacts,
    events,
    members: (field) =>
      new Set(
        [...contacts.values()].flatMap((each) => (each[field] === true ? [String(each.Customer_Id__c)] : [])),
      ),
    put(externalId, values) {
      const there = [...contacts].find(([, contact]) => contact.Customer_Id__c === externalId);
      if (there) contacts.set(there[0], { ...there[1], ...values });
      else make({ Customer_Id__c: externalId, ...values });
    },
    letIn(secret) {
      [expected, token] = [secret, ''];
    },
    expire() {
      token = 'an older one';
    },
  };
}

function eventField(name: string): Row {
  return { name, createable: true, externalId: name === 'Event_Id__c', type: 'string' };
}

function failed(statusCode: string): Row {
  return { success: false, errors: [{ statusCode, message: 'about ada@example.com', fields: [] }] };
}

function errors(status: number, errorCode: string): Reply {
  return { status, body: [{ errorCode, message: 'x' }] };
}

const known = ({ key }: Person): string => key;

/** What it is to any story. */
async function sided(): Promise<Omit<Sided, 'field'> & { readonly simulator: SalesforceSimulator }> {
  const simulator = await startSalesforce(['1', '2', '3', "o'4", '5', '6', '7', '8', INVALID], ['active']);
  return {
    simulator,
    file: `type: salesforce
targets: [test]
instance_url: ${simulator.url}
client_id: "\${env:SALESFORCE_CLIENT_ID}"
client_secret: "\${env:SALESFORCE_CLIENT_SECRET}"
refresh_token: "\${env:SALESFORCE_REFRESH_TOKEN}"
external_id_field: Customer_Id__c
event_time_field: Happened__c
allow_private_address: true
batch_size: 3
rate: 1000/s
`,
    environment: {
      SALESFORCE_CLIENT_ID: CLIENT.id,
      SALESFORCE_CLIENT_SECRET: CLIENT.secret,
      SALESFORCE_REFRESH_TOKEN: CLIENT.refresh,
    },
    match: ['external_id'],
    known,
    faults: {
      busy: { reply: errors(403, 'REQUEST_LIMIT_EXCEEDED') },
      busyFor1s: { reply: { status: 429, headers: { 'retry-after': '1' } } },
      down: { reply: { status: 503, body: '<html>Service unavailable</html>' } },
    },
    refused: { key: INVALID, email: 'invalid@example.com' },
    refuseCredentials() {
      simulator.letIn('another secret');
      return { back: () => simulator.letIn(CLIENT.secret) };
    },
    expireToken: simulator.expire,
  };
}

/** The vendor as the shared story needs it. */
export async function openSalesforce(): Promise<Vendor> {
  const { simulator, ...side } = await sided();
  const contactOf = (person: Person) =>
    [...simulator.contacts.values()].find(({ Customer_Id__c }) => Customer_Id__c === known(person));
  return {
    ...side,
    simulator,
    members: simulator.members,
    addForeign(audience) {
      simulator.put('another', { [audience]: true });
      return 'another';
    },
    field: { name: 'Level__c', of: (person) => contactOf(person)?.Level__c },
    takeOut: (audience, person) => simulator.put(known(person), { [audience]: false }),
  };
}

/** The vendor as the story of events needs it. */
export async function openSalesforceEvents(): Promise<EventVendor> {
  const { simulator, ...side } = await sided();
  return {
    ...side,
    simulator,
    event: EVENTS,
    field: { name: 'Level__c' },
    told: () =>
      [...simulator.events.values()].map(({ Customer_Id__c, Level__c }) => ({
        ...{ who: String(Customer_Id__c), name: EVENTS, field: Level__c },
      })),
  };
}
