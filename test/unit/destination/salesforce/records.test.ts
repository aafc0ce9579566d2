/** What Salesforce gets, and what its answers mean. */
import { afterEach, describe, expect, it } from 'vitest';
import { failedOutcome, resultsOf } from '../../../../src/destination/salesforce/answer.ts';
import {
  aimedAt,
  identifierOf,
  lookUpCall,
  recordsIn,
} from '../../../../src/destination/salesforce/records.ts';
import { batch, change, kindsOf, openDestination } from '../../../conformance/destination/harness.ts';
import {
  CLIENT,
  EVENTS,
  INVALID,
  type SalesforceSimulator,
  startSalesforce,
} from '../../../destinations/salesforce.ts';

const NAMES = { object: 'Contact', externalIdField: 'Key__c', root: '/services/data/v60.0' };
const add = (id: string, fields = {}) => change('add', id, { external_id: id }, fields);
const remove = (id: string) => change('remove', id, { external_id: id });

describe('a look-up', () => {
  it('quotes what SOQL would read', () => {
    const { path } = lookUpCall(batch([add(`o'b\\"x`), add('2')]), NAMES);
    expect(decodeURIComponent(path.split('?q=')[1]!)).toBe(
      `SELECT Id, Key__c FROM Contact WHERE Key__c IN ('o\\'b\\\\\\"x','2')`,
    );
  });

  it('finds several records of one id, as it is written or else in any case', () => {
    const json = {
      records: [
        { Id: 'a', Key__c: 'K1' },
        { Id: 'b', Key__c: 'K1' },
      ],
    };
    const found = recordsIn(json, NAMES)!;
    expect(aimedAt(batch([add('k1'), remove('k2')], 'vip'), found, NAMES)).toEqual([
      { row: 0, record: { attributes: { type: 'Contact' }, Id: 'a', vip: true } },
      { row: 0, record: { attributes: { type: 'Contact' }, Id: 'b', vip: true } },
    ]);
  });

  it.each([undefined, {}, { records: [{ no: 'id' }] }])('that answers %j is none', (json) =>
    expect(recordsIn(json, NAMES)).toBeUndefined(),
  );
});

it.each([
  ['external_id', ' Ünï ', 'Ünï'],
  ['external_id', '', undefined],
  ['phone', '+49', undefined],
])('an identifier: %s %j', (kind, value, sent) => expect(identifierOf(kind, value)).toBe(sent));

describe('an answer', () => {
  it.each([
    [[{ success: true }], 'delivered'],
    [
      [{ success: false, errors: [{ statusCode: 'UNABLE_TO_LOCK_ROW' }] }],
      'retry salesforce_unable_to_lock_row',
    ],
    [
      [{ success: false, errors: [{ statusCode: 'REQUIRED_FIELD_MISSING' }] }],
      'rejected salesforce_required_field_missing',
    ],
    [[{ success: false, errors: [{ statusCode: 'bad value ada@x.test' }] }], 'rejected salesforce_refused'],
    [[{ success: false }], 'rejected salesforce_refused'],
  ])('of a record: %j', (json, told) => {
    const [receipt] = resultsOf(json, 1)!;
    expect('code' in receipt! ? `${receipt.kind} ${receipt.code}` : receipt!.kind).toBe(told);
    expect(JSON.stringify(receipt)).not.toContain('ada@');
  });

  it('that has not as many results as records is none', () =>
    expect(resultsOf([{ success: true }], 2)).toBeUndefined());

  it.each([
    [403, [{ errorCode: 'REQUEST_LIMIT_EXCEEDED' }], 'retry'],
    [503, undefined, 'retry'],
    [400, [{ errorCode: 'MALFORMED_QUERY' }], 'refused'],
    [200, [], undefined],
  ])('of a call: %i %j', (status, json, told) => {
    const outcome = failedOutcome(batch([add('1')]), { status, json, headers: {} }, 0n);
    if (!outcome) expect(told).toBeUndefined();
    else expect('refused' in outcome ? 'refused' : kindsOf(outcome).join()).toBe(told);
  });
});

describe('a session', () => {
  let salesforce: SalesforceSimulator;
  afterEach(() => salesforce.close());

  async function open(options = {}) {
    salesforce = await startSalesforce(['1', '2', INVALID], ['vip']);
    return openDestination('salesforce', '/', {
      ...{ instance_url: salesforce.url, client_id: CLIENT.id, client_secret: CLIENT.secret },
      ...{ external_id_field: 'Customer_Id__c', allow_private_address: true, ...options },
    });
  }

  it('makes records only where that is wanted, and never for a removal', async () => {
    const session = await open();
    expect(kindsOf(await session.send(batch([add('1'), add('new')], 'vip'), {}))).toEqual([
      'delivered',
      'rejected',
    ]);
    expect(kindsOf(await session.send(batch([remove('1'), remove('gone')], 'vip'), {}))).toEqual([
      'delivered',
      'missing',
    ]);
    expect(salesforce.contacts.size).toBe(3);
    await salesforce.close();
    const making = await open({ create_records: true });
    const made = await making.send(batch([add('new', { Level__c: 'gold' }), add(INVALID)], 'vip'), {});
    expect(kindsOf(made)).toEqual(['delivered', 'rejected']);
    expect(kindsOf(await making.send(batch([remove('gone')], 'vip'), {}))).toEqual(['missing']);
    expect(salesforce.contacts.size).toBe(4);
    expect([...salesforce.members('vip')]).toEqual(['new']);
  });

  it.each([
    [{ object: 'Nothing' }, 'vip'],
    [{ external_id_field: 'No__c' }, 'vip'],
    [{}, 'No_Such_Checkbox__c'],
    [{}, 'Level__c'],
  ])('looks that all it needs is there: %j %s', async (options, name) => {
    const session = await open(options);
    const ensured = session.ensureAudience({ name, dryRun: true });
    await expect(ensured).rejects.toMatchObject({ diagnostics: [{ code: 'E407' }] });
  });

  describe('that sends events', () => {
    const entered = (keys: readonly string[], fields = {}, object = EVENTS) => ({
      ...batch(
        keys.map((key) => add(key, fields)),
        object,
      ),
      events: true,
    });

    it('makes a record of each, once though its request comes twice, and looks at the object once', async () => {
      const session = await open({ event_time_field: 'Happened__c' });
      const of = entered(['1', INVALID], { Level__c: 'gold' });
      expect(kindsOf(await session.send(of, {}))).toEqual(['delivered', 'rejected']);
      expect(kindsOf(await session.send(of, {}))).toEqual(['delivered', 'rejected']);
      expect([...salesforce.events.values()]).toEqual([
        {
          ...{ Event_Id__c: of.idOf(of.changes[0]!), Customer_Id__c: '1', Level__c: 'gold' },
          Happened__c: '2026-11-22T09:59:58.123456Z',
        },
      ]);
      expect(salesforce.calls.filter(({ path }) => path.endsWith('/describe'))).toHaveLength(1);
      expect(salesforce.contacts.size).toBe(3);
      expect(session.example(of)).toMatchObject({
        to: `PATCH ${salesforce.url}/services/data/v60.0/composite/sobjects/${EVENTS}/Event_Id__c`,
        body: { allOrNone: false, records: [{ attributes: { type: EVENTS } }, {}] },
      });
    });

    it.each([
      [{}, 'No_Such__c', /no object/],
      [{}, 'two words/..', /no object/],
      [{ event_id_field: 'Level__c' }, EVENTS, /no external id field `Level__c`/],
      [{ event_time_field: 'No__c' }, EVENTS, /no field `No__c`/],
      [{ external_id_field: 'Other__c' }, EVENTS, /no field `Other__c`/],
    ])('stops where something it needs is not there: %j %s', async (options, object, told) => {
      const session = await open(options);
      await expect(session.send(entered(['1'], {}, object), {})).rejects.toThrow(told);
    });

    it('keeps the limits with all the rows there may be', async () => {
      const session = await open();
      const keys = Array.from({ length: session.limits.batchRows }, (_, i) => `n${i}`);
      const kinds = kindsOf(await session.send(entered(keys, { Level__c: 'gold' }), {}));
      expect(new Set(kinds)).toEqual(new Set(['delivered']));
      expect(salesforce.events.size).toBe(keys.length);
    });
  });
});
