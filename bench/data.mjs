/**
 * The data, made by SQL from the row's number alone: the same rows on every engine and at every run. Half of the
 * events belong to a tenth of the customers; rows lie in the order of time.
 */

/** The clock stands here at the first tick. */
export const START = Date.UTC(2026, 5, 1) * 1000;
/** Microseconds that the events reach back. */
const SPAN = 180 * 86_400_000_000;
/** The score's and the customers' last edit: long before the first tick. */
const QUIET = START - 86_400_000_000;

/** A prime below 2^31: all arithmetic below stays within 64 bits. */
export const PRIME = 2_147_483_647;

/** Spread evenly over [0, PRIME), each `salt` another way. */
export function scatter(row, salt) {
  return `(((${row}) * (${row}) % ${PRIME}) * ${salt * 7919 + 104_729} + (${row}) * ${salt * 15_485_863 + 1_299_709}) % ${PRIME}`;
}

export function pick(values, number) {
  const branches = values.slice(0, -1).map((value, index) => `WHEN ${index} THEN '${value}'`);
  return `CASE (${number}) % ${values.length} ${branches.join(' ')} ELSE '${values.at(-1)}' END`;
}

/** Often viewed, seldom bought. */
export const NAMES = [
  ...Array(9).fill('product_viewed'),
  ...Array(5).fill('session_started'),
  ...Array(4).fill('added_to_cart'),
  ...Array(2).fill('order_completed'),
];

/**
 * Statements that make and fill the tables. `dialect` spells what the engines say differently: `rows(n)` numbers
 * 1..n in order as `i`, `instant(micros)`, `text(x)`, and the `types`.
 */
export function loadStatements(dialect, { customers, events }) {
  const { types, rows, instant, text } = dialect;
  return [
    'CREATE SCHEMA shop',
    `CREATE TABLE shop.customers (customer_id ${types.integer} NOT NULL, email ${types.text} NOT NULL, country ${types.text} NOT NULL,
       plan ${types.text} NOT NULL, loyalty_points ${types.integer} NOT NULL, email_opt_in ${types.boolean} NOT NULL,
       created_at ${types.instant} NOT NULL, updated_at ${types.instant} NOT NULL)`,
    `CREATE TABLE shop.scores (customer_id ${types.integer} NOT NULL, score ${types.float} NOT NULL, scored_at ${types.instant} NOT NULL)`,
    `CREATE TABLE shop.events (event_id ${types.integer} NOT NULL, customer_id ${types.integer} NOT NULL, name ${types.text} NOT NULL,
       amount ${types.money} NOT NULL, occurred_at ${types.instant} NOT NULL, ingested_at ${types.instant} NOT NULL)`,
    `INSERT INTO shop.customers SELECT i, 'user' || ${text('i')} || '@example.com',
       ${pick(['DE', 'US', 'FR', 'GB', 'PL', 'AT', 'CH', 'SE'], scatter('i', 1))},
       ${pick(['free', 'free', 'free', 'pro', 'pro', 'team'], scatter('i', 2))},
       ${scatter('i', 3)} % 1000, ${scatter('i', 4)} % 10 < 7,
       ${instant(`${QUIET} - ${scatter('i', 5)} % 62208000 * 1000000`)}, ${instant(`${QUIET} - (${customers} - i) * 1000`)}
       FROM ${rows(customers)}`,
    `INSERT INTO shop.scores SELECT i, CAST(${scatter('i', 6)} % 1024 AS ${types.float}) / 1024, ${instant(`${QUIET}`)}
       FROM ${rows(customers)}`,
    `INSERT INTO shop.events SELECT i, ${skewedKey('i', customers)}, ${pick(NAMES, scatter('i', 9))},
       ${money('i', dialect)}, ${instant(occurred(events))}, ${instant(`${occurred(events)} + ${scatter('i', 11)} % 20000000`)}
       FROM ${rows(events)}`,
  ];
}

/** The last event lies a minute before the first tick, so that all have arrived by then. */
function occurred(events) {
  return `${START - 60_000_000 - SPAN} + i * ${Math.floor(SPAN / events)}`;
}

function skewedKey(row, customers) {
  const tenth = Math.max(1, Math.floor(customers / 10));
  return `1 + ${scatter(row, 8)} % (CASE WHEN ${scatter(row, 7)} % 2 = 0 THEN ${tenth} ELSE ${customers} END)`;
}

function money(row, { types }) {
  return `CAST(${scatter(row, 10)} % 20000 AS ${types.money}) / 100`;
}

/** What `INDEXES` make, in words. */
export const INDEXED =
  'indexes on events (customer_id), (occurred_at), (ingested_at), on customers (updated_at), on the keys';

/** Indexes as a warehouse that serves an application has them; a column store does without. */
export const INDEXES = [
  'CREATE UNIQUE INDEX ON shop.customers (customer_id)',
  'CREATE INDEX ON shop.customers (updated_at)',
  'CREATE UNIQUE INDEX ON shop.scores (customer_id)',
  'CREATE INDEX ON shop.scores (scored_at)',
  'CREATE INDEX ON shop.events (customer_id)',
  'CREATE INDEX ON shop.events (occurred_at)',
  'CREATE INDEX ON shop.events (ingested_at)',
];

export const EVENTS_PER_CHANGE = 5;

/** How many customers a change touches: 0.1 %. */
export function changedCustomers(customers) {
  return Math.max(1, Math.round(customers / 1000));
}

/**
 * One change: 0.1 % of the customers, others each `round`, get five events each, of the minute before `now`
 * (microseconds), arriving at `now`.
 */
export function changeStatement(dialect, { customers, events }, round, now) {
  const { rows, instant } = dialect;
  const count = changedCustomers(customers);
  const row = `(${round * 1_000_003} + i)`;
  const stride = Math.floor(customers / count);
  // One customer of each stretch of 1,000: different ones for certain.
  const customer = `1 + (i % ${count}) * ${stride} + ${(round * 7919) % stride}`;
  return `INSERT INTO shop.events SELECT ${events + round * count * EVENTS_PER_CHANGE} + i, ${customer}, ${pick(NAMES, scatter(row, 12))},
    ${money(row, dialect)}, ${instant(`${now} - ${scatter(row, 13)} % 60000000`)}, ${instant(`${now}`)}
    FROM ${rows(count * EVENTS_PER_CHANGE)}`;
}
