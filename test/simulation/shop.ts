/** The customer's own tables, what happens in them, and who the segments mean, by plain reckoning. */

import { formatInstant, type Instant, MINUTE, SECOND } from '../../src/instant.ts';
import type { Dice } from '../brute-force/dice.ts';

export interface Person {
  readonly id: number;
  readonly status: 'waiting' | 'inside' | 'gone';
  readonly name: string;
  readonly email: string | null;
  readonly consent: boolean | null;
}

/** The tables at one moment. */
export interface ShopState {
  readonly people: ReadonlyMap<number, Person>;
  readonly visits: readonly { readonly id: number; readonly at: Instant }[];
}

export const SHOP: readonly string[] = [
  'CREATE SCHEMA shop',
  'CREATE TABLE shop.people (id BIGINT, status TEXT, name TEXT, email TEXT, consent BOOLEAN, updated_at TIMESTAMPTZ)',
  'CREATE TABLE shop.visits (person_id BIGINT, visited_at TIMESTAMPTZ, seen_at TIMESTAMPTZ)',
];

/** A name that the endpoint refuses whole requests for; and one that it rejects the row for. */
export const REFUSED = 'refused';
export const REJECTED = 'rejected';

const VISIT_WINDOW = 10n * MINUTE;
/** A row shows within the minute that is the default overlap. */
const LATEST_SHOWN = 50n * SECOND;

export class Shop {
  state: ShopState = { people: new Map(), visits: [] };
  readonly #dice: Dice;
  /** The latest instant that the warehouse's clock showed: cursors grow, whatever the clock does. */
  #latest: Instant = 0n;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  /** Statements that make the first people. */
  open(people: number, now: Instant): string[] {
    const ids = Array.from({ length: people }, (_, index) => index + 1);
    return [
      'DELETE FROM shop.people',
      'DELETE FROM shop.visits',
      ...ids.flatMap((id) => this.put(this.#newcomer(id), now)),
      ...(people === 0 ? [] : this.#visit(this.#dice.pick(ids), now)),
    ];
  }

  /** Statements of what happens in one transaction. */
  next(now: Instant): string[] {
    const changes = this.#dice.between(1, 4);
    return Array.from({ length: changes }).flatMap(() => this.#change(now));
  }

  #change(now: Instant): string[] {
    const person = this.#dice.pick([...this.state.people.values()]);
    if (this.#dice.chance(0.25)) return this.#visit(person.id, now);
    return this.put({ ...person, ...this.#other(person) }, now);
  }

  #other(person: Person): Partial<Person> {
    const dice = this.#dice;
    switch (dice.between(1, 6)) {
      case 1:
        return { name: this.#name() };
      case 2:
        return { email: this.#email(person.id) };
      case 3:
        return { consent: dice.pick([true, true, false, null]) };
      case 4:
        return { status: dice.pick(['waiting', 'inside', 'gone'] as const), email: this.#email(person.id) };
      default:
        return { status: person.status === 'inside' ? 'gone' : 'inside' };
    }
  }

  #newcomer(id: number): Person {
    const status = this.#dice.pick(['waiting', 'inside', 'inside'] as const);
    const consent = this.#dice.chance(0.85) ? true : null;
    return { id, status, name: this.#name(), email: this.#email(id), consent };
  }

  #name(): string {
    const kind = this.#dice.fraction();
    if (kind < 0.06) return REFUSED;
    return kind < 0.12 ? REJECTED : `name ${this.#dice.between(1, 9)}`;
  }

  #email(id: number): string | null {
    return this.#dice.chance(0.15) ? null : `p${id}-${this.#dice.between(1, 9)}@example.com`;
  }

  put(person: Person, now: Instant): string[] {
    this.state = { ...this.state, people: new Map(this.state.people).set(person.id, person) };
    const { id, status, name, email, consent } = person;
    const values = [id, text(status), text(name), text(email), consent, this.#cursor(now)].map((value) =>
      value === null ? 'NULL' : String(value),
    );
    return [
      `DELETE FROM shop.people WHERE id = ${id}`,
      `INSERT INTO shop.people VALUES (${values.join(', ')})`,
    ];
  }

  #visit(id: number, now: Instant): string[] {
    const at = now + this.#dice.microseconds(-12n * MINUTE, 8n * MINUTE);
    this.state = { ...this.state, visits: [...this.state.visits, { id, at }] };
    return [`INSERT INTO shop.visits VALUES (${id}, ${instant(at)}, ${this.#cursor(now)})`];
  }

  /** Up to a minute old, as a row of a transaction that took as long. */
  #cursor(now: Instant): string {
    if (now > this.#latest) this.#latest = now;
    const late = this.#dice.chance(0.5) ? 0n : this.#dice.microseconds(0n, LATEST_SHOWN);
    return instant(this.#latest - late);
  }
}

/** Who each segment means at `t`. */
export function membersAt({ people, visits }: ShopState, t: Instant): Record<Segment, Set<string>> {
  const visited = new Set(visits.filter(({ at }) => at > t - VISIT_WINDOW && at <= t).map(({ id }) => id));
  const those = (holds: (person: Person) => boolean): Set<string> =>
    new Set([...people.values()].filter(holds).map(({ id }) => String(id)));
  return {
    inside: those(({ status }) => status === 'inside'),
    active: those(({ id, status }) => visited.has(id) && status !== 'gone'),
  };
}

export type Segment = 'inside' | 'active';

function text(value: string | null): string | null {
  return value === null ? null : `'${value}'`;
}

function instant(value: Instant): string {
  return `TIMESTAMPTZ '${formatInstant(value)}'`;
}
