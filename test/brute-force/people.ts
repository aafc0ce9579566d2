/** Who is in the shop: a few active customers and accounts, and many quiet ones who only make the numbers big. */
import type { Dice } from './dice.ts';
import type { EntityName, Shop } from './shop.ts';
import type { Cell, ColumnType } from './tables.ts';

export interface Population {
  readonly active: readonly Cell[];
  readonly quiet: readonly Cell[];
  /** Keys of rows that belong to nobody. */
  readonly strangers: readonly Cell[];
}

export type People = Readonly<Record<EntityName, Population>>;

const NAMES: readonly ((n: number) => string)[] = [
  (n) => `${n}`,
  (n) => `c-${n}`,
  (n) => `o'${n}"`,
  (n) => `\u043a\u043b\u044e\u0447${n}`,
  (n) => `\u{1f600}${n}\\`,
];

/** Keys of the entities' types, all different; a fifth as many accounts as customers. */
export function randomPeople(dice: Dice, shop: Shop, active: number, quiet: number): People {
  const fifth = (count: number): number => Math.ceil(count / 5);
  return {
    customer: population(dice, shop.columns.customers.customer_id!, active, quiet),
    account: population(dice, shop.columns.accounts.account_id!, fifth(active), fifth(quiet)),
  };
}

function population(dice: Dice, type: ColumnType, active: number, quiet: number): Population {
  let last = 0;
  const key = (): string => {
    last += dice.between(1, 3);
    return type === 'integer' ? String(last) : dice.pick(NAMES)(last);
  };
  const keys = (count: number): string[] => Array.from({ length: count }, key);
  return { active: keys(active), quiet: keys(quiet), strangers: [...keys(3), null] };
}

/** A key as another table's column holds it; a key that this type cannot hold is a stranger's. */
export function keyAs(type: 'text' | 'integer', key: Cell): Cell {
  if (key === null || type === 'text') return key;
  return /^\d+$/.test(String(key)) ? key : '999999';
}
