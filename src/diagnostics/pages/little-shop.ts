/** The project that examples are laid over: a shop of two hundred customers in DuckDB, one segment, one destination. */
import type { Files } from '../page.ts';

const PROJECT = `version: 1
project: little_shop
targets:
  dev: { type: duckdb, path: data.duckdb, init: shop.sql }
entities:
  customer:
    table: shop.customers
    key: customer_id
    cursor: updated_at
    identifiers:
      email: { trait: email, kind: email }
    sources:
      orders: { table: shop.orders, key: customer_id, time: ordered_at, cursor: loaded_at }
      tickets: { table: shop.tickets, key: customer_id, cursor: updated_at }
`;

const SQL = `CREATE SCHEMA shop;
CREATE TABLE shop.customers AS
  SELECT i::VARCHAR AS customer_id, 'c' || i || '@example.com' AS email, 'free' AS plan, i AS points,
         TIMESTAMPTZ '2026-01-01 00:00:00+00' AS updated_at
  FROM range(1, 201) AS t(i);
CREATE TABLE shop.orders AS
  SELECT customer_id, 10.50 AS total, 'paid' AS status, updated_at AS ordered_at, updated_at AS loaded_at
  FROM shop.customers;
CREATE TABLE shop.tickets AS
  SELECT customer_id, 'open' AS status, updated_at FROM shop.customers WHERE points < 4;
`;

export const LITTLE_SHOP: Files = {
  'segsync.yaml': PROJECT,
  'shop.sql': SQL,
  'segments/buyers.yaml': 'entity: customer\nwhere:\n  did: orders\nsync:\n  - to: files\n',
  'destinations/files.yaml': 'type: file\ndirectory: out\nformat: ndjson\n',
};

/** `segsync.yaml` with one part of it written otherwise. */
export function project(part: string, otherwise: string): Files {
  if (!PROJECT.includes(part)) throw new Error(`the little shop has no ${part}`);
  return { 'segsync.yaml': PROJECT.replace(part, () => otherwise) };
}

/** The segment `buyers`. */
export function segment(text: string): Files {
  return { 'segments/buyers.yaml': text };
}

/** The segment `buyers` with these lines as its condition. */
export function where(condition: string): Files {
  return segment(`entity: customer\nwhere:\n  ${condition.replaceAll('\n', '\n  ')}\n`);
}

/** The segment `buyers`, sent as these lines say. */
export function sync(entry: string): Files {
  return segment(`entity: customer\nwhere:\n  did: orders\nsync:\n  - ${entry.replaceAll('\n', '\n    ')}\n`);
}

/** The destination `files`. */
export function destination(text: string): Files {
  return { 'destinations/files.yaml': text };
}
