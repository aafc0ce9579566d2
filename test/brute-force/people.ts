/** Who is in the shop: a few active customers, and many quiet ones who only make the numbers big. */
import type { Dice } from './dice.ts';
import type { Shop } from './shop.ts';
import type { Cell } from './tables.ts';

export interface People {
  readonly active: readonly Cell[];
  readonly quiet: readonly Cell[];
  /** Keys of rows that no customer has. */
  readonly strangers: readonly Cell[];
}

const NAMES: readonly ((n: number) => string)[] = [
  (n) => `${n}`,
  (n) => `c-${n}`,
  (n) => `o'${n}"`,
  (n) => `\u043a\u043b\u044e\u0447${n}`,
  (n) => `\u{1f600}${n}\\`,
];

/** Keys of the entity's type, all different. */
export function randomPeople(dice: Dice, shop: Shop, active: number, quiet: number): People {
  const numeric = shop.columns.customers.customer_id === 'integer';
  let last = 0;
  const key = (): string => {
    last += dice.between(1, 3);
    return numeric ? String(last) : dice.pick(NAMES)(last);
  };
  const keys = (count: number): string[] => Array.from({ length: count }, key);
  return { active: keys(active), quiet: keys(quiet), strangers: [...keys(3), null] };
}

/** A customer's key as another table's column holds it; a key that this type cannot hold is a stranger's. */
export function keyAs(type: 'text' | 'integer', key: Cell): Cell {
  if (key === null || type === 'text') return key;
  return /^\d+$/.test(String(key)) ? key : '999999';
}
