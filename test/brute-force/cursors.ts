/** Cursors that keep their word: a row shows within `overlap` of its cursor; some are NULL or far in the future. */
import type { Cursor } from '../../src/config/project.ts';
import { DAY, type Duration, type Instant, MINUTE, parseInstant } from '../../src/instant.ts';
import type { Dice } from './dice.ts';
import type { Shop, TableName } from './shop.ts';

const FAR_FUTURE = parseInstant('9999-01-01', 'UTC')!;

export class Cursors {
  readonly #dice: Dice;
  readonly #shop: Shop;
  #version = 0n;

  constructor(dice: Dice, shop: Shop) {
    this.#dice = dice;
    this.#shop = shop;
  }

  /** For a row of an active customer or account that shows at `at`, which is after the last tick. */
  any(table: TableName, at: Instant): Instant | null {
    if (table === 'subscriptions') return this.plain(table, at);
    // Without a cursor nobody could tell which of two rows is the latest.
    if (table !== 'scores' && this.#dice.chance(0.015)) return null;
    if (this.#dice.chance(0.01)) return this.#dice.chance(0.5) ? FAR_FUTURE + (at % DAY) : at + 5n * MINUTE;
    if (this.#dice.chance(0.5)) return at;
    return at - this.#dice.microseconds(0n, this.#overlap(table) - 1n);
  }

  /** `at` itself, or the next number for an integer cursor. */
  plain(table: TableName, at: Instant): Instant {
    if (table !== 'subscriptions') return at;
    this.#version += BigInt(this.#dice.between(1, 5));
    return this.#version;
  }

  #overlap(table: TableName): Duration {
    const { customer, account } = this.#shop.entities;
    const declared: Partial<Record<TableName, Cursor | undefined>> = {
      customers: customer.cursor,
      scores: customer.traits.get('churn')!.cursor,
      consents: customer.traits.get('ads')!.cursor,
      accounts: account.cursor,
      members: customer.sources.get('tickets')!.through!.cursor,
    };
    const overlap = (declared[table] ?? customer.sources.get(table)!.cursor)!.overlap;
    return overlap && 'duration' in overlap ? overlap.duration : MINUTE;
  }
}
