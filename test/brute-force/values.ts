/** Cells that are likely to hurt: quotes, backslashes, look-alikes, text whose order depends on who compares. */

import type { Dice } from './dice.ts';
import type { Cell, ColumnType } from './tables.ts';

export const TEXTS: readonly string[] = [
  'pro',
  'free',
  'Pro',
  "o'neil",
  'say "hi"',
  'back\\slash',
  '',
  ' ',
  'pro ',
  '%',
  'a_b',
  "'; DROP TABLE shop.events; --",
  'line\nbreak',
  '\u00e9',
  'e\u0301',
  '\u00dfstra\u00dfe',
  '\u4e2d\u6587',
  // Above and below the surrogates: UTF-16 and code points order these two differently.
  '\uff5e',
  '\u{1f600}',
  '\u{1f600}x',
  'true',
  '0',
  'null',
];

export const NUMBERS: Readonly<Record<'integer' | 'decimal' | 'float', readonly string[]>> = {
  integer: ['-2', '0', '1', '2', '3', '5', '10', '9007199254740993'],
  decimal: ['-5.5', '0', '0.1', '0.2', '0.3', '10', '19.99', '20', '20.0001', '100'],
  float: ['-0.5', '0', '0.1', '0.2', '0.3', '0.7', '1.5', '10', '12345.678'],
};

/** A cell that is no time; NULL now and then, and where `wild`, floats that are no numbers. */
export function randomCell(
  dice: Dice,
  type: Exclude<ColumnType, 'instant' | 'timestamp' | 'date'>,
  { wild }: { wild: boolean },
): Cell {
  if (dice.chance(0.12)) return null;
  if (type === 'boolean') return dice.chance(0.5);
  if (type === 'text') return dice.pick(dice.chance(0.5) ? TEXTS.slice(0, 6) : TEXTS);
  if (wild && type === 'float' && dice.chance(0.06)) return dice.pick(['NaN', 'Infinity', '-Infinity']);
  return dice.pick(NUMBERS[type]);
}
