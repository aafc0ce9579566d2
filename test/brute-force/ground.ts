/** What conditions over an entity can speak of: its traits and its sources, as columns with types. */
import {
  CHANNELS,
  type Columns,
  type EntityName,
  EVENTS,
  KEYS,
  type Shop,
  type TableName,
  TIMES,
} from './shop.ts';
import type { ColumnType } from './tables.ts';

export interface Ground {
  readonly entity: EntityName;
  readonly traits: Columns;
  /** The likely ones more than once. */
  readonly sources: readonly GroundSource[];
}

export interface GroundSource {
  readonly name: string;
  /** Without keys. */
  readonly columns: Columns;
  /** Whether its rows have a time. */
  readonly timed: boolean;
}

/** Values of one sort are comparable with each other. */
export type Sort = 'number' | 'text' | 'boolean' | 'time';

const SORTS: Readonly<Record<ColumnType, Sort>> = {
  integer: 'number',
  decimal: 'number',
  float: 'number',
  text: 'text',
  boolean: 'boolean',
  instant: 'time',
  timestamp: 'time',
  date: 'time',
};

export function groundOf(shop: Shop, entity: EntityName): Ground {
  if (entity === 'account') {
    return { entity, traits: content(shop, 'accounts'), sources: [sourceOf(shop, 'tickets', 'tickets')] };
  }
  const joined: Columns = { churn: 'float', churn_label: 'text', scored_on: 'date', ads: 'boolean' };
  const events = eventNames(shop);
  const others = ['refunds', 'subscriptions', 'visits', 'tickets'];
  return {
    entity,
    traits: { ...content(shop, 'customers'), ...joined },
    sources: [
      ...[...events, ...events, 'ends'].map((name) => sourceOf(shop, name, 'events')),
      ...others.map((name) => sourceOf(shop, name, name as TableName)),
    ],
  };
}

/** Two sources with `split:` have to be told apart. */
function eventNames({ entities: { customer } }: Shop): readonly string[] {
  if (!customer.sources.has('channels')) return EVENTS;
  return [...EVENTS.map((name) => `events.${name}`), ...CHANNELS.map((name) => `channels.${name}`)];
}

/** Names of the columns whose values are of a sort. */
export function ofSort(columns: Columns, sort: Sort): string[] {
  return Object.keys(columns).filter((column) => SORTS[columns[column]!] === sort);
}

function sourceOf(shop: Shop, name: string, table: TableName): GroundSource {
  return { name, columns: content(shop, table), timed: table in TIMES };
}

function content(shop: Shop, table: TableName): Columns {
  const entries = Object.entries(shop.columns[table]);
  return Object.fromEntries(entries.filter(([column]) => column !== KEYS[table] && column !== 'row_id'));
}
