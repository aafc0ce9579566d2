/** The shop: customers and events over 180 days, half of them on a tenth of the customers, in no order of time. */
import { PRIME, pick, scatter } from '../data.mjs';

export const MINUTE = 60_000_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** The clock stands here at the first tick, an hour after the newest event of the load: microseconds since 1970. */
export const NOW = Date.UTC(2025, 0, 1, 1) * 1000;

const COUNTRIES = ['DE', 'US', 'FR', 'GB', 'PL', 'ES', 'NL', 'SE'];
const PLANS = ['free', 'free', 'free', 'pro', 'pro', 'team'];
const TYPES = ['page', 'page', 'page', 'login', 'purchase'];
const NEW_TYPES = ['purchase', 'page', 'login'];
const EVENTS_PER_CHANGE = 5;

/**
 * A shop of a size: its table names and the statements that make, index and change it. `schema` is undefined for the
 * engine's own; `days` is how far back events reach.
 */
export function shopOf(dialect, { customers, events, schema, days = 180 }) {
  const inSchema = (name) => (schema === undefined ? name : `${schema}.${name}`);
  const shop = { size: customers, customers: inSchema('customers'), events: inSchema('events') };
  return {
    ...shop,
    load: [
      ...(schema === undefined ? [] : [`CREATE SCHEMA ${schema}`]),
      ...tables(dialect, shop),
      ...rows(dialect, shop, { customers, events, days }),
    ],
    change: (round, share, now) =>
      changeOf(dialect, shop, round, Math.max(1, Math.round(customers * share)), now),
  };
}

/** As an application has them; a column store does without. */
export function indexesOf({ customers, events }) {
  return [
    `CREATE INDEX ON ${customers} (updated_at, id)`,
    `CREATE INDEX ON ${events} (customer_id)`,
    `CREATE INDEX ON ${events} (ts)`,
  ];
}

function tables({ types, primaryKey }, { customers, events }) {
  return [
    `CREATE TABLE ${customers} (id ${types.integer} NOT NULL, email ${types.text} NOT NULL, country ${types.text} NOT NULL,
       plan ${types.text} NOT NULL, created_at ${types.timestamp} NOT NULL, updated_at ${types.timestamp} NOT NULL${primaryKey('id')})`,
    `CREATE TABLE ${events} (id ${types.integer} NOT NULL, customer_id ${types.integer} NOT NULL, type ${types.text} NOT NULL,
       amount ${types.money} NOT NULL, ts ${types.timestamp} NOT NULL${primaryKey('id')})`,
  ];
}

function rows(dialect, shop, { customers, events, days }) {
  const { rows: numbers, timestamp, text } = dialect;
  const tenth = Math.max(1, Math.floor(customers / 10));
  const owner = `${scatter('i', 4)} % (CASE WHEN ${scatter('i', 3)} % 2 = 0 THEN ${tenth} ELSE ${customers} END)`;
  const step = Math.floor((days * DAY) / PRIME);
  return [
    `INSERT INTO ${shop.customers} SELECT i, 'user' || ${text('i')} || '@example.com', ${pick(COUNTRIES, scatter('i', 1))},
       ${pick(PLANS, scatter('i', 2))}, ${timestamp(`${Date.UTC(2024, 0, 1) * 1000} + i * 1000000`)},
       ${timestamp(`${Date.UTC(2024, 5, 1) * 1000} + i * 10000`)} FROM ${numbers(customers)}`,
    `INSERT INTO ${shop.events} SELECT i, 1 + ${owner}, ${pick(TYPES, scatter('i', 5))}, ${money('i', 6, dialect)},
       ${timestamp(`${NOW - HOUR} - ${scatter('i', 7)} * ${step}`)} FROM ${numbers(events)}`,
  ];
}

function money(row, salt, { types }) {
  return `CAST(${scatter(row, salt)} % 20001 AS ${types.money}) / 100`;
}

/**
 * `count` customers change, others each round: half of them switch their plan, all are edited and get five events of
 * the last hour. One customer of each stretch of the numbers: different ones for certain.
 */
function changeOf(dialect, shop, round, count, now) {
  const { rows: numbers, timestamp } = dialect;
  const stretch = Math.floor(shop.size / count);
  const customer = `1 + (i % ${count}) * ${stretch} + (${round * 7919} + i) % ${stretch}`;
  const row = `(${round * 1_000_003} + i)`;
  return [
    `UPDATE ${shop.customers} SET updated_at = (SELECT max(updated_at) FROM ${shop.customers}) + INTERVAL '1 second',
       plan = CASE WHEN picked.i % 2 = 1 THEN plan WHEN plan = 'pro' THEN 'free' ELSE 'pro' END
       FROM (SELECT i, ${customer} AS id FROM ${numbers(count)}) AS picked WHERE picked.id = ${shop.customers}.id`,
    `INSERT INTO ${shop.events} SELECT (SELECT max(id) FROM ${shop.events}) + i, ${customer}, ${pick(NEW_TYPES, scatter(row, 8))},
       ${money(row, 9, dialect)}, ${timestamp(`${now - HOUR} + ${scatter(row, 10)} % ${HOUR / 1000} * 1000`)}
       FROM ${numbers(count * EVENTS_PER_CHANGE)}`,
  ];
}
