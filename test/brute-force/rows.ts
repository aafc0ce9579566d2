/** Random rows of the shop's tables. */
import { DAY, dayOf, type Instant } from '../../src/instant.ts';
import type { Dice } from './dice.ts';
import { type Moments, randomTime } from './moments.ts';
import { keyAs } from './people.ts';
import { EVENTS, type Shop, SUMMED_ONLY, type TableName } from './shop.ts';
import type { Cell, ColumnType, Row } from './tables.ts';
import { toWallClock } from './value.ts';
import { randomCell } from './values.ts';

export interface Maker {
  readonly dice: Dice;
  readonly shop: Shop;
  readonly moments: Moments;
}

export interface Identity {
  readonly rowId: number;
  readonly key: Cell;
  /** An instant, or a number for an integer cursor; null for NULL. */
  readonly cursor: Instant | null;
  /** Times far away from every edge, so that only an edit can change who it belongs to. */
  readonly quiet: boolean;
}

/** A row with random content, for `identity`. */
export function randomRow(maker: Maker, table: TableName, identity: Identity): Row {
  const row: Record<string, Cell> = {};
  for (const [column, type] of Object.entries(maker.shop.columns[table])) {
    row[column] = contentOf(maker, table, column, type, identity.quiet);
  }
  const keyType = maker.shop.columns[table].customer_id as 'text' | 'integer';
  row.row_id = String(identity.rowId);
  row.customer_id = keyAs(keyType, identity.key);
  row[CURSORS[table]] = cursorCell(maker, table, identity.cursor);
  return row;
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
};

/** A cursor's value as the column of its table holds it. */
export function cursorCell(maker: Maker, table: TableName, cursor: Instant | null): Cell {
  if (cursor === null) return null;
  const type = maker.shop.columns[table][CURSORS[table]]!;
  if (type === 'integer') return String(cursor);
  return type === 'timestamp' ? toWallClock(cursor, zoneOf(maker.shop, table)) : cursor;
}

function contentOf(maker: Maker, table: TableName, column: string, type: ColumnType, quiet: boolean): Cell {
  const { dice } = maker;
  if (table === 'events' && column === 'name') return dice.chance(0.05) ? null : dice.pick(EVENTS);
  if (table === 'refunds' && column === 'kind') return dice.pick(['full', 'full', 'part', null]);
  if (type !== 'instant' && type !== 'timestamp' && type !== 'date') {
    return randomCell(dice, type, { wild: column === SUMMED_ONLY });
  }
  if (dice.chance(0.06)) return null;
  const time = quiet ? farAway(maker) : randomTime(dice, maker.moments);
  if (type === 'date') return dayOf(time, maker.moments.timezone);
  return type === 'instant' ? time : toWallClock(unambiguous(time), zoneOf(maker.shop, table));
}

function farAway({ dice, moments }: Maker): Instant {
  const distance = dice.microseconds(100n * DAY, 400n * DAY);
  return dice.chance(0.9) ? moments.ticks[0]! - distance : moments.ticks.at(-1)! + distance;
}

/** A wall clock shows the hour in which clocks go back twice, and engines differ over which one it means. */
function unambiguous(time: Instant): Instant {
  const other = [-3_600_000_000n, 3_600_000_000n].find(
    (shift) => toWallClock(time + shift, 'Europe/Berlin') === toWallClock(time, 'Europe/Berlin'),
  );
  return other ? time - 2n * 3_600_000_000n * (other > 0n ? 1n : -1n) : time;
}

function zoneOf(shop: Shop, table: TableName): string {
  if (table === 'customers') return shop.entity.timezone ?? 'UTC';
  return shop.entity.sources.get(table)?.timezone ?? 'UTC';
}
