/**
 * All SQL that plays speak, each text with what it means: the brute force reads none. Both warehouses take every text.
 */
import type { Instant } from '../../src/instant.ts';
import type { EntityName } from './shop.ts';
import { type Cell, keyText, type Row, type Table, type Tables } from './tables.ts';

/** What stands below `sql:`. */
export interface SqlCondition {
  readonly sql: string;
  readonly entity: EntityName;
  /** With `:T`, a subquery or chance in it: segsync sees no edges and evaluates everyone at every tick. */
  readonly everyTick: boolean;
  /** Null is SQL's unknown. */
  readonly holds: (row: Row, now: Instant, tables: Tables) => boolean | null;
}

/** What stands below `query:`. */
export interface SqlQuery {
  readonly sql: string;
  readonly entity: EntityName;
  /** The first column. */
  readonly keys: (tables: Tables) => readonly Cell[];
}

export const SQL_CONDITIONS: readonly SqlCondition[] = [
  {
    sql: "entity.logins > 3 AND entity.plan = 'pro'",
    entity: 'customer',
    everyTick: false,
    holds: (row) => and(exceeds(row.logins!, 3), equals(row.plan!, 'pro')),
  },
  {
    sql: 'entity.opt_in OR entity.logins > 5',
    entity: 'customer',
    everyTick: false,
    holds: (row) => or(row.opt_in as boolean | null, exceeds(row.logins!, 5)),
  },
  {
    sql: 'NOT entity.opt_in -- unknown stays unknown',
    entity: 'customer',
    everyTick: false,
    holds: (row) => not(row.opt_in as boolean | null),
  },
  {
    sql: "entity.spend BETWEEN 0.1 AND 20\n  AND entity.plan IS DISTINCT FROM 'pro'",
    entity: 'customer',
    everyTick: false,
    holds: (row) => and(and(not(exceeds(row.spend!, 20)), not(isBelow(row.spend!, 0.1))), row.plan !== 'pro'),
  },
  {
    sql: "entity.plan::TEXT LIKE 'p%'",
    entity: 'customer',
    everyTick: false,
    holds: (row) => (row.plan === null ? null : String(row.plan).startsWith('p')),
  },
  {
    sql: "CASE WHEN entity.plan = 'pro' THEN ':T' END = concat(':', 'T')",
    entity: 'customer',
    everyTick: false,
    holds: (row) => (row.plan === 'pro' ? true : null),
  },
  { sql: '2 > 1', entity: 'customer', everyTick: false, holds: () => true },
  {
    sql: 'entity.renews_at > :T',
    entity: 'customer',
    everyTick: true,
    holds: (row, now) => (row.renews_at === null ? null : (row.renews_at as bigint) > now),
  },
  {
    sql: 'entity.renews_at <= :T OR entity.renews_at IS NULL AND :T IS NOT NULL',
    entity: 'customer',
    everyTick: true,
    holds: (row, now) => row.renews_at === null || (row.renews_at as bigint) <= now,
  },
  {
    sql: 'EXISTS (SELECT 1 FROM shop.visits AS v WHERE v.customer_id = entity.customer_id AND v.pages > 2)',
    entity: 'customer',
    everyTick: true,
    holds: (row, _, tables) =>
      rowsOf(tables, 'visits').some(
        ({ customer_id, pages }) => customer_id === row.customer_id && exceeds(pages!, 2),
      ),
  },
  {
    sql: 'random() >= 0 AND entity.opt_in',
    entity: 'customer',
    everyTick: true,
    holds: (row) => row.opt_in as boolean | null,
  },
  {
    sql: 'entity.seats >= 5',
    entity: 'account',
    everyTick: false,
    holds: (row) => not(isBelow(row.seats!, 5)),
  },
  {
    sql: "NOT (entity.tier = 'pro')",
    entity: 'account',
    everyTick: false,
    holds: (row) => not(equals(row.tier!, 'pro')),
  },
  {
    sql: 'entity.updated_at <= :T',
    entity: 'account',
    everyTick: true,
    holds: (row, now) => (row.updated_at === null ? null : (row.updated_at as bigint) <= now),
  },
];

export const SQL_QUERIES: readonly SqlQuery[] = [
  {
    sql: 'SELECT customer_id FROM shop.refunds WHERE amount > 20',
    entity: 'customer',
    keys: (tables) =>
      rowsOf(tables, 'refunds')
        .filter(({ amount }) => exceeds(amount!, 20))
        .map(({ customer_id }) => customer_id!),
  },
  {
    sql: 'SELECT customer_id, count(*) AS visits\nFROM shop.visits\nGROUP BY customer_id\nHAVING count(*) >= 2 -- came again',
    entity: 'customer',
    keys: (tables) => {
      const keys = rowsOf(tables, 'visits').map(({ customer_id }) => customer_id!);
      return keys.filter((key) => keys.filter((other) => other === key).length >= 2);
    },
  },
  {
    sql: 'WITH payers AS (SELECT customer_id AS id FROM shop.subscriptions WHERE price > 0)\nSELECT id FROM payers\nUNION ALL\nSELECT customer_id FROM shop.customers WHERE opt_in',
    entity: 'customer',
    keys: (tables) =>
      [
        ...rowsOf(tables, 'subscriptions').filter(({ price }) => exceeds(price!, 0)),
        ...rowsOf(tables, 'customers').filter(({ opt_in }) => opt_in === true),
      ].map(({ customer_id }) => customer_id!),
  },
  {
    sql: 'SELECT account_id FROM shop.members GROUP BY account_id HAVING count(DISTINCT customer_id) > 1',
    entity: 'account',
    keys: (tables) => {
      const members = rowsOf(tables, 'members').filter(({ customer_id }) => customer_id !== null);
      const customers = (account: Cell): Set<Cell> =>
        new Set(members.filter((row) => row.account_id === account).map((row) => row.customer_id!));
      return members.map((row) => row.account_id!).filter((account) => customers(account).size > 1);
    },
  },
];

export function sqlHolds(sql: string, row: Row, now: Instant, tables: Tables): boolean {
  return SQL_CONDITIONS.find((each) => each.sql === sql)!.holds(row, now, tables) ?? false;
}

/** Keys as text; some may be nobody's. */
export function queriedKeys(sql: string, tables: Tables): Set<string> {
  const keys = SQL_QUERIES.find((each) => each.sql === sql)!.keys(tables);
  return new Set(keys.filter((key) => key !== null).map(keyText));
}

function rowsOf(tables: Tables, table: string): Table['rows'] {
  return tables.get(`shop.${table}`)!.rows;
}

function exceeds(cell: Cell, limit: number): boolean | null {
  return cell === null ? null : Number(cell) > limit;
}

function isBelow(cell: Cell, limit: number): boolean | null {
  return cell === null ? null : Number(cell) < limit;
}

function equals(cell: Cell, text: string): boolean | null {
  return cell === null ? null : cell === text;
}

function and(a: boolean | null, b: boolean | null): boolean | null {
  if (a === false || b === false) return false;
  return a === null || b === null ? null : true;
}

function or(a: boolean | null, b: boolean | null): boolean | null {
  return not(and(not(a), not(b)));
}

function not(a: boolean | null): boolean | null {
  return a === null ? null : !a;
}
