/** The shop that random cases play in: its tables, and the project over them. */
import type { Cursor, Entity, Link, Relation, Source, TraitTable } from '../../src/config/project.ts';
import { SECOND } from '../../src/instant.ts';
import type { Dice } from './dice.ts';
import type { ColumnType } from './tables.ts';

export const PLACE = { file: '', line: 1, column: 1 };

export type TableName =
  | 'customers'
  | 'scores'
  | 'consents'
  | 'events'
  | 'refunds'
  | 'subscriptions'
  | 'visits'
  | 'accounts'
  | 'members'
  | 'tickets';

export type EntityName = 'customer' | 'account';

export type Columns = Readonly<Record<string, ColumnType>>;

export interface Shop {
  readonly timezone: string;
  readonly entities: Readonly<Record<EntityName, Entity>>;
  readonly columns: Readonly<Record<TableName, Columns>>;
}

/** Values of the column that `shop.events` is split by. */
export const EVENTS: readonly string[] = ['viewed', 'carted', 'ordered'];

/** Values of the column that it may be split by as well. */
export const CHANNELS: readonly string[] = ['pro', 'free'];

/**
 * Columns with NaN and infinity: NULL to sums, averages and comparisons of two values, while comparisons of a single
 * value with a constant leave them open.
 */
export const WILD: readonly string[] = ['weight', 'balance'];

/** The column that says whose a row is. */
export const KEYS: Readonly<Record<TableName, string>> = {
  customers: 'customer_id',
  scores: 'customer_id',
  consents: 'customer_id',
  events: 'customer_id',
  refunds: 'customer_id',
  subscriptions: 'customer_id',
  visits: 'customer_id',
  accounts: 'account_id',
  members: 'customer_id',
  tickets: 'account_id',
};

/** When a row happened; tables whose rows have a time. */
export const TIMES: Readonly<Partial<Record<TableName, string>>> = {
  events: 'occurred_at',
  refunds: 'created_at',
  visits: 'visited_on',
  tickets: 'opened_at',
};

interface Types {
  readonly customer: ColumnType;
  readonly account: ColumnType;
  readonly occurred: ColumnType;
  readonly opened: ColumnType;
}

/** A shop with random key types, time zones, overlaps and promises. */
export function randomShop(dice: Dice): Shop {
  const types: Types = {
    customer: dice.pick(['integer', 'text'] as const),
    account: dice.pick(['integer', 'text'] as const),
    occurred: dice.pick(['instant', 'timestamp'] as const),
    opened: dice.pick(['instant', 'timestamp'] as const),
  };
  const tickets = ticketsOf(dice, types.opened);
  return {
    timezone: dice.pick(TIMEZONES),
    columns: columns(dice, types),
    entities: { customer: customer(dice, types.occurred, tickets), account: account(dice, tickets) },
  };
}

/** In Beirut clocks change at midnight: a day of spring begins at one o'clock. */
const TIMEZONES = [
  'UTC',
  'Europe/Berlin',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Asia/Beirut',
] as const;

/** `shop.events` and the like. */
export function relation(table: TableName): Relation {
  return { kind: 'table', parts: ['shop', table] };
}

function columns(dice: Dice, { customer, account, occurred, opened }: Types): Shop['columns'] {
  // A source's key may have another type than the entity's: it is compared in the entity's.
  const other: ColumnType = customer === 'integer' ? 'text' : 'integer';
  const readable = (key: ColumnType): ColumnType => (key === 'text' || dice.chance(0.5) ? key : 'text');
  const member = readable(customer);
  const ticketed = readable(account);
  const keyed = { row_id: 'integer', customer_id: customer } as const;
  return {
    customers: {
      ...keyed,
      name: 'text',
      plan: 'text',
      spend: 'decimal',
      score: 'float',
      balance: 'float',
      logins: 'integer',
      opt_in: 'boolean',
      born: 'date',
      renews_at: 'instant',
      seen_at: 'timestamp',
      updated_at: 'instant',
    },
    scores: { ...keyed, value: 'float', label: 'text', scored_on: 'date', scored_at: 'instant' },
    consents: { ...keyed, ads: 'boolean', changed_at: 'instant' },
    events: {
      ...keyed,
      name: 'text',
      occurred_at: occurred,
      amount: 'decimal',
      qty: 'integer',
      weight: 'float',
      channel: 'text',
      flagged: 'boolean',
      due: 'date',
      ends_at: 'instant',
      ingested_at: 'instant',
    },
    refunds: {
      row_id: 'integer',
      customer_id: other,
      kind: 'text',
      amount: 'decimal',
      created_at: 'timestamp',
      updated_at: 'timestamp',
    },
    subscriptions: {
      ...keyed,
      status: 'text',
      price: 'decimal',
      renews_on: 'date',
      ends_at: 'instant',
      version: 'integer',
    },
    visits: { ...keyed, visited_on: 'date', pages: 'integer', loaded_at: 'instant' },
    accounts: {
      row_id: 'integer',
      account_id: account,
      tier: 'text',
      seats: 'integer',
      since: 'date',
      updated_at: 'instant',
    },
    members: {
      row_id: 'integer',
      customer_id: member,
      account_id: ticketed,
      role: 'text',
      linked_at: 'instant',
    },
    tickets: {
      row_id: 'integer',
      account_id: ticketed,
      opened_at: opened,
      severity: 'integer',
      hours: 'decimal',
      channel: 'text',
      updated_at: 'instant',
    },
  };
}

function customer(dice: Dice, occurred: ColumnType, tickets: Source): Entity {
  const latest = dice.chance(0.5) ? ({ duplicates: 'latest' } as const) : {};
  const scores = { ...keyed('scores'), cursor: cursor(dice, 'scored_at'), ...latest };
  const trait = (name: string, column: string): [string, TraitTable] => [name, { ...scores, name, column }];
  return {
    ...keyed('customers'),
    name: 'customer',
    cursor: cursor(dice, 'updated_at'),
    ...(dice.chance(0.5) ? { timezone: 'Asia/Tokyo' } : {}),
    traits: new Map([
      trait('churn', 'value'),
      trait('churn_label', 'label'),
      trait('scored_on', 'scored_on'),
      ['ads', { ...keyed('consents'), cursor: cursor(dice, 'changed_at'), name: 'ads', column: 'ads' }],
    ]),
    identifiers: new Map([
      ['external_id', { name: 'external_id', trait: 'customer_id', kind: 'external_id', place: PLACE }],
    ]),
    sources: new Map(
      [...sources(dice, occurred), { ...tickets, through: membersOf(dice) }].map((source) => [
        source.name,
        source,
      ]),
    ),
  };
}

function account(dice: Dice, tickets: Source): Entity {
  return {
    ...keyed('accounts'),
    name: 'account',
    cursor: cursor(dice, 'updated_at'),
    traits: new Map(),
    identifiers: new Map([
      ['external_id', { name: 'external_id', trait: 'account_id', kind: 'external_id', place: PLACE }],
    ]),
    sources: new Map([[tickets.name, tickets]]),
  };
}

/** An account's directly, a customer's through `members`. */
function ticketsOf(dice: Dice, opened: ColumnType): Source {
  return {
    ...keyed('tickets'),
    ...(opened === 'timestamp' && dice.chance(0.5) ? { timezone: 'America/New_York' } : {}),
    name: 'tickets',
    time: 'opened_at',
    cursor: cursor(dice, 'updated_at'),
    appendOnly: false,
  };
}

function membersOf(dice: Dice): Link {
  return { ...keyed('members'), sourceKey: 'account_id', cursor: cursor(dice, 'linked_at') };
}

function sources(dice: Dice, occurred: ColumnType): Source[] {
  return [
    ...eventSources(dice, occurred),
    {
      ...keyed('refunds'),
      name: 'refunds',
      where: {
        kind: 'column',
        column: 'kind',
        test: { op: 'eq', value: { type: 'text', text: 'full' }, place: PLACE },
        place: PLACE,
      },
      timezone: 'Asia/Tokyo',
      time: 'created_at',
      cursor: cursor(dice, 'updated_at'),
      appendOnly: false,
    },
    {
      ...keyed('subscriptions'),
      name: 'subscriptions',
      cursor: { column: 'version', overlap: { distance: 3n } },
      appendOnly: false,
    },
    {
      ...keyed('visits'),
      name: 'visits',
      time: 'visited_on',
      cursor: cursor(dice, 'loaded_at'),
      appendOnly: false,
    },
  ];
}

/** One table, read by another time and, now and then, by another split or promise as well. */
function eventSources(dice: Dice, occurred: ColumnType): Source[] {
  const events: Source = {
    ...keyed('events'),
    ...(occurred === 'timestamp' && dice.chance(0.5) ? { timezone: 'Europe/Berlin' } : {}),
    name: 'events',
    split: 'name',
    time: 'occurred_at',
    cursor: cursor(dice, 'ingested_at'),
    appendOnly: dice.chance(0.5),
  };
  const { split: _, ...whole } = events;
  const ends = { ...whole, name: 'ends', time: 'ends_at', appendOnly: events.appendOnly && dice.chance(0.7) };
  const channels = {
    ...events,
    name: 'channels',
    split: 'channel',
    time: dice.pick(['occurred_at', 'ends_at']),
  };
  return [events, ends, ...(dice.chance(0.4) ? [channels] : [])];
}

function keyed(table: TableName): { relation: Relation; key: string; place: typeof PLACE } {
  return { relation: relation(table), key: KEYS[table], place: PLACE };
}

function cursor(dice: Dice, column: string): Cursor {
  if (dice.chance(0.5)) return { column };
  return { column, overlap: { duration: dice.pick([5n, 20n, 120n]) * SECOND } };
}
