/** A small shop in PostgreSQL with the quick start's tables, for what the README says about an own warehouse. */
import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { asAdministrator, dropDatabase } from './engines.ts';

const ROLE = 'segsync';
const PASSWORD = 'choose-one';

export interface PostgresShop {
  /** Connects as the role that the README's statements make. */
  readonly url: string;
  /** Connects as another role with the same password. */
  urlOf(role: string): string;
  /** Runs statements as an administrator would. */
  administer(statements: string): Promise<void>;
  drop(): Promise<void>;
}

/**
 * A database of its own; `statements` (the README's) run in it as an administrator would run them. `roles`: those that
 * statements make, dropped with it; a role is the whole server's, so two tests at once need different ones.
 */
export async function openPostgresShop(
  statements: readonly string[],
  roles: readonly string[] = [ROLE],
): Promise<PostgresShop> {
  const database = `shop_${randomUUID().replaceAll('-', '')}`;
  const drop = (): Promise<void> => dropDatabase(database, roles);
  const administer = (sql: string): Promise<void> =>
    asAdministrator(async (client) => void (await client.query(sql)), database);
  await asAdministrator((client) => client.query(`CREATE DATABASE ${database} TEMPLATE template0`));
  for (const statement of [TABLES, ...statements]) await administer(statement);
  const urlOf = (role: string): string => {
    const url = new URL(inject('postgresUrl'));
    url.pathname = `/${database}`;
    url.username = role;
    url.password = PASSWORD;
    return url.toString();
  };
  return { url: urlOf(roles[0]!), urlOf, administer, drop };
}

const TABLES = `
CREATE SCHEMA shop;
CREATE SCHEMA ml;
CREATE TABLE shop.customers AS
SELECT n AS customer_id, 'Zoë' AS first_name, 'n' || n || '@example.com' AS email, '+3363998' || lpad(n::text, 4, '0') AS phone,
  'FR' AS country, n % 2 = 0 AS email_opt_in, n % 3 = 0 AS ads_consent, n % 4 = 0 AS sms_opt_in,
  n AS loyalty_points, n::numeric(12, 2) AS lifetime_value,
  now() - interval '300 days' AS created_at, now() - interval '2 days' AS updated_at
FROM generate_series(1::bigint, 1000) AS n;
CREATE TABLE ml.churn_scores AS
SELECT customer_id, customer_id / 1000.0::double precision AS score, now() - interval '3 hours' AS scored_at FROM shop.customers;
CREATE TABLE shop.events AS
SELECT row_number() OVER () AS event_id, customer_id, name, 1::bigint AS product_id, 10::numeric(10, 2) AS amount,
  now() - customer_id * interval '20 minutes' AS occurred_at, now() - customer_id * interval '20 minutes' AS ingested_at
FROM shop.customers, unnest(ARRAY['session_started', 'product_viewed', 'order_completed', 'email_opened']) AS name
WHERE name <> 'order_completed' OR customer_id % 5 = 0;
CREATE TABLE shop.orders AS
SELECT event_id AS order_id, customer_id, 'delivered' AS status, 1 AS items, amount AS total, occurred_at AS placed_at, ingested_at AS updated_at
FROM shop.events WHERE name = 'order_completed';
CREATE TABLE shop.subscriptions AS
SELECT customer_id AS subscription_id, customer_id, 'yearly' AS plan, 'active' AS status, now() + customer_id * interval '1 hour' AS renews_at,
  now() - interval '1 day' AS updated_at
FROM shop.customers WHERE customer_id % 10 = 0;
CREATE TABLE shop.tickets AS
SELECT customer_id AS ticket_id, customer_id, 'urgent' AS priority, 'open' AS status, now() - interval '5 days' AS opened_at, now() - interval '5 days' AS updated_at
FROM shop.customers WHERE customer_id % 7 = 0;
`;
