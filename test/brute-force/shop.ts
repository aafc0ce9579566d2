/** The shop that random cases play in: its tables, and the project over them. */
import type { Cursor, Entity, Relation, Source, TraitTable } from '../../src/config/project.ts';
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
  | 'visits';

export type Columns = Readonly<Record<string, ColumnType>>;

export interface Shop {
  readonly timezone: string;
  readonly entity: Entity;
  readonly columns: Readonly<Record<TableName, Columns>>;
}

/** Values of the column that `shop.events` is split by. */
export const EVENTS: readonly string[] = ['viewed', 'carted', 'ordered'];

/** The column with NaN and infinity: NULL to sums and averages, while comparisons of single values leave them open. */
export const SUMMED_ONLY = 'weight';

/** A shop with random key types, time zones, overlaps and promises. */
export function randomShop(dice: Dice): Shop {
  const key = dice.pick(['integer', 'text'] as const);
  const occurred = dice.pick(['instant', 'timestamp'] as const);
  return {
    timezone: dice.pick(['UTC', 'Europe/Berlin', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata']),
    columns: columns(key, occurred),
    entity: entity(dice, occurred),
  };
}

/** `shop.events` and the like. */
export function relation(table: TableName): Relation {
  return { kind: 'table', parts: ['shop', table] };
}

function columns(key: ColumnType, occurred: ColumnType): Shop['columns'] {
  // A source's key may have another type than the entity's: it is compared in the entity's.
  const other: ColumnType = key === 'integer' ? 'text' : 'integer';
  const keyed = { row_id: 'integer', customer_id: key } as const;
  return {
    customers: {
      ...keyed,
      name: 'text',
      plan: 'text',
      spend: 'decimal',
      score: 'float',
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
  };
}

function entity(dice: Dice, occurred: ColumnType): Entity {
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
    sources: new Map(sources(dice, occurred).map((source) => [source.name, source])),
  };
}

function sources(dice: Dice, occurred: ColumnType): Source[] {
  const zone = occurred === 'timestamp' && dice.chance(0.5) ? { timezone: 'Europe/Berlin' } : {};
  return [
    {
      ...keyed('events'),
      ...zone,
      name: 'events',
      split: 'name',
      time: 'occurred_at',
      cursor: cursor(dice, 'ingested_at'),
      appendOnly: dice.chance(0.5),
    },
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

function keyed(table: TableName): { relation: Relation; key: string; place: typeof PLACE } {
  return { relation: relation(table), key: 'customer_id', place: PLACE };
}

function cursor(dice: Dice, column: string): Cursor {
  if (dice.chance(0.5)) return { column };
  return { column, overlap: { duration: dice.pick([5n, 20n, 120n]) * SECOND } };
}
