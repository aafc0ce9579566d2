/** A small shop for `init`: 500 customers and their orders of half a year, which ends when the database is made. */
import type { Sample } from '../warehouse.ts';

const SQL = `-- A small shop to try segsync with: 500 customers, and their orders of the last half year.
-- It is made when the database is missing. Nobody in it is real.
CREATE SCHEMA shop;

CREATE TABLE shop.customers AS
SELECT
  range AS customer_id,
  'customer' || range || '@example.com' AS email,
  ['Ada', 'Bela', 'Chidi', 'Dora', 'Emre'][1 + range % 5] AS first_name,
  range % 3 <> 0 AS email_opt_in,
  now() - to_days(CAST(range % 180 AS INTEGER)) AS updated_at
FROM range(1, 501);

CREATE TABLE shop.orders AS
SELECT
  range AS order_id,
  1 + (range * 7919) % 400 AS customer_id,
  ['paid', 'paid', 'paid', 'cancelled'][1 + range % 4] AS status,
  CAST(5 + (range * 37) % 120 AS DECIMAL(10, 2)) AS total,
  now() - to_hours(CAST((range * 2003) % 4320 AS INTEGER)) AS ordered_at
FROM range(1, 1501);
`;

export const sample: Sample = {
  options: { path: '.segsync/sample.duckdb', init: 'shop.sql' },
  files: { 'shop.sql': SQL },
};
