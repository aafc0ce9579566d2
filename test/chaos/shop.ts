/**
 * A shop whose customers come in once and leave once: `waiting`, then `inside`, then `gone`. Keys that flip for ever
 * would heal a lost answer at the next flip, and hide it.
 */
import type { Row } from '../../src/warehouse/warehouse.ts';
import type { Dice } from '../brute-force/dice.ts';
import type { ProjectFiles } from './rig.ts';

/** Customers who never change, so that ticks are about the others. */
const QUIET = 2_000;

/** A webhook, three syncs, guards that never hold. */
export const shopFiles: ProjectFiles = ({ target, url }) => ({
  'segsync.yaml': `version: 1
project: chaos
default_target: test
targets: {test: ${JSON.stringify(target)}}
entities:
  customer:
    table: shop.customers
    key: id
    cursor: updated_at
    identifiers:
      email: {trait: email, kind: email}
      external_id: {trait: id, kind: external_id}
    sources:
      orders: {table: shop.orders, key: customer_id, time: ordered_at, cursor: ordered_at, append_only: true}
guards: {max_remove: 100%, max_add: 9999999%, min_guarded_size: 1000000}
`,
  'segments/inside.yaml': `entity: customer
where: {trait: status, eq: inside}
sync:
  - {to: hook, match: [email], consent: {trait: consent}, fields: {name: name}}
  - {to: hook, name: everyone, audience: everyone, match: [external_id]}
`,
  'segments/buyers.yaml': `entity: customer
where: {all: [{did: orders}, {not: {trait: status, eq: gone}}]}
sync: [{to: hook, match: [email, external_id]}]
`,
  'destinations/hook.yaml': `type: webhook
url: ${url}
allow_private_address: true
batch_size: 4
rate: 1000/s
`,
});

export const SHOP: readonly string[] = [
  'CREATE SCHEMA shop',
  'CREATE TABLE shop.customers (id BIGINT PRIMARY KEY, status TEXT, name TEXT, email TEXT, consent BOOLEAN, updated_at TIMESTAMPTZ)',
  'CREATE TABLE shop.orders (customer_id BIGINT, ordered_at TIMESTAMPTZ)',
  `INSERT INTO shop.customers SELECT n, 'waiting', 'quiet', NULL, TRUE, now() - INTERVAL '1 day' FROM generate_series(1, ${QUIET}) AS t(n)`,
];

interface Customer {
  readonly id: number;
  readonly leavesAt: number;
}

/** What happens in the shop between two runs: some come in, some of those who were in leave, each of them once. */
export class Traffic {
  readonly #dice: Dice;
  #round = 0;
  #newest = QUIET;
  #inside: Customer[] = [];

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  /** Statements of the next round; `comes` is how many come in. */
  next(comes: number): string[] {
    this.#round += 1;
    const first = this.#newest + 1;
    this.#newest += comes;
    const leaving = this.#inside.filter(({ leavesAt }) => leavesAt <= this.#round).map(({ id }) => id);
    this.#inside = this.#inside.filter(({ leavesAt }) => leavesAt > this.#round);
    const staying = this.#dice.some(this.#inside, 6).map(({ id }) => id);
    for (let id = first; id <= this.#newest; id++) this.#inside.push({ id, leavesAt: this.#leavesAt() });
    return [
      `INSERT INTO shop.customers SELECT n, 'inside', 'n' || n, CASE WHEN n % 7 <> 0 THEN 'c' || n || '@example.com' END, CASE WHEN n % 11 = 0 THEN NULL ELSE n % 5 <> 0 END, now() FROM generate_series(${first}, ${this.#newest}) AS t(n)`,
      `INSERT INTO shop.orders SELECT n, now() FROM generate_series(${first}, ${this.#newest}) AS t(n) WHERE n % 2 = 0`,
      ...among(leaving, "status = 'gone'"),
      ...among(staying.slice(0, 2), 'consent = FALSE'),
      ...among(staying.slice(2, 4), "email = 'moved-' || id || '@example.com'"),
      ...among(staying.slice(4), "name = 'renamed'"),
    ];
  }

  /** Most leave soon: a run that was killed while it added them is followed by one that has to remove them. */
  #leavesAt(): number {
    if (this.#dice.chance(0.3)) return Number.POSITIVE_INFINITY;
    return this.#round + this.#dice.between(1, 3);
  }
}

function among(ids: readonly number[], change: string): string[] {
  return ids.length === 0
    ? []
    : [`UPDATE shop.customers SET ${change}, updated_at = now() WHERE id IN (${ids.join(', ')})`];
}

interface Expected {
  readonly sync: string;
  /** Columns key, email, external_id, name: what the audience should hold; NULL is not sent. */
  readonly sql: string;
}

/** Who should be in each audience, by hand. */
export const AUDIENCES: Readonly<Record<string, Expected>> = {
  inside: {
    sync: 'inside.hook',
    sql: "SELECT id AS k, email, NULL AS external_id, name FROM shop.customers WHERE status = 'inside' AND consent",
  },
  everyone: {
    sync: 'inside.everyone',
    sql: "SELECT id AS k, NULL AS email, id AS external_id, NULL AS name FROM shop.customers WHERE status = 'inside'",
  },
  buyers: {
    sync: 'buyers.hook',
    sql: "SELECT id AS k, email, id AS external_id, NULL AS name FROM shop.customers WHERE status <> 'gone' AND id IN (SELECT customer_id FROM shop.orders)",
  },
};

/** What a receiver keeps of a member, made of a row of an audience's SQL. */
export function memberOf({ email, external_id, name }: Row): {
  identifiers: Record<string, string>;
  fields: Record<string, unknown>;
} {
  return {
    identifiers: { ...(email ? { email } : {}), ...(external_id ? { external_id } : {}) },
    fields: name ? { name } : {},
  };
}
