/** Random rows of the shop's tables. */
import { DAY, dayOf, type Instant } from '../../src/instant.ts';
import type { Dice } from './dice.ts';
import { type Moments, randomTime } from './moments.ts';
import { keyAs } from './people.ts';
import { EVENTS, type Shop, type TableName, TIMES, WILD } from './shop.ts';
import type { Cell, ColumnType, Row } from './tables.ts';
import { toWallClock, worth } from './value.ts';
import { randomCell } from './values.ts';

export interface Maker {
  readonly dice: Dice;
  readonly shop: Shop;
  readonly moments: Moments;
}

export interface Identity {
  readonly rowId: number;
  /** By the columns that hold them. */
  readonly keys: Readonly<Record<string, Cell>>;
  /** An instant, or a number for an integer cursor; null for NULL. */
  readonly cursor: Instant | null;
  /** Times far away from every edge, so that only an edit can change who it belongs to. */
  readonly quiet: boolean;
  /** When other rows of the same key happened. */
  readonly nearby: readonly Instant[];
}

/** A row with random content, for `identity`. */
export function randomRow(maker: Maker, table: TableName, identity: Identity): Row {
  const columns = maker.shop.columns[table];
  const row: Record<string, Cell> = {};
  for (const [column, type] of Object.entries(columns)) {
    row[column] = contentOf(maker, table, column, type, identity);
  }
  row.row_id = String(identity.rowId);
  for (const [column, key] of Object.entries(identity.keys)) {
    row[column] = keyAs(columns[column] as 'text' | 'integer', key);
  }
  row[CURSORS[table]] = cursorCell(maker, table, identity.cursor);
  return row;
}

/** When a row happened; null when it does not say, or has no time at all. */
export function timeOf({ shop, moments }: Maker, table: TableName, row: Row): Instant | null {
  const column = TIMES[table];
  if (!column) return null;
  const zones = { project: moments.timezone, table: zoneOf(shop, table) };
  const time = worth(row[column], shop.columns[table][column]!, zones);
  return time?.kind === 'instant' ? time.instant : null;
}

/** Cursor columns; their names are the same in every shop. */
export const CURSORS: Readonly<Record<TableName, string>> = {
  customers: 'updated_at',
  scores: 'scored_at',
  consents: 'changed_at',
  events: 'ingested_at',
  refunds: 'updated_at',
  subscriptions: 'version',
  visits: 'loaded_at',
  accounts: 'updated_at',
  members: 'linked_at',
  tickets: 'updated_at',
};

/** A cursor's value as the column of its table holds it. */
export function cursorCell(maker: Maker, table: TableName, cursor: Instant | null): Cell {
  if (cursor === null) return null;
  const type = maker.shop.columns[table][CURSORS[table]]!;
  if (type === 'integer') return String(cursor);
  return type === 'timestamp' ? toWallClock(cursor, zoneOf(maker.shop, table)) : cursor;
}

function contentOf(
  maker: Maker,
  table: TableName,
  column: string,
  type: ColumnType,
  { quiet, nearby }: Identity,
): Cell {
  const { dice } = maker;
  if (table === 'events' && column === 'name') return dice.chance(0.05) ? null : dice.pick(EVENTS);
  if (table === 'refunds' && column === 'kind') return dice.pick(['full', 'full', 'part', null]);
  if (type !== 'instant' && type !== 'timestamp' && type !== 'date') {
    return randomCell(dice, type, { wild: WILD.includes(column) });
  }
  if (dice.chance(0.06)) return null;
  const others = column === TIMES[table] ? nearby : [];
  const time = quiet ? farAway(maker) : randomTime(dice, maker.moments, others);
  if (type === 'date') return dayOf(time, maker.moments.timezone);
  if (type === 'instant') return time;
  const zone = zoneOf(maker.shop, table);
  return toWallClock(unambiguous(time, zone), zone);
}

function farAway({ dice, moments }: Maker): Instant {
  const distance = dice.microseconds(100n * DAY, 400n * DAY);
  return dice.chance(0.9) ? moments.ticks[0]! - distance : moments.ticks.at(-1)! + distance;
}

const HOUR = 3_600_000_000n;

/** A wall clock shows the hour in which clocks go back twice, and engines differ over which one it means. */
function unambiguous(time: Instant, zone: string): Instant {
  const other = [-HOUR, HOUR].find((shift) => toWallClock(time + shift, zone) === toWallClock(time, zone));
  return other ? time - 2n * HOUR * (other > 0n ? 1n : -1n) : time;
}

function zoneOf({ entities: { customer } }: Shop, table: TableName): string {
  if (table === 'customers') return customer.timezone ?? 'UTC';
  return customer.sources.get(table)?.timezone ?? 'UTC';
}
