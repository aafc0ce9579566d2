/** Exact fractions of bigints, since sums and averages decide verdicts. */

export interface Rational {
  readonly numerator: bigint;
  /** Positive. */
  readonly denominator: bigint;
}

export const ZERO: Rational = { numerator: 0n, denominator: 1n };

/** `-12.50`, `1e3` -> a fraction. Throws for text that is no number. */
export function rational(text: string): Rational {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text.trim());
  if (!match || !(match[2] || match[3])) throw new Error(`not a number: ${text}`);
  const fraction = match[3] ?? '';
  const digits = BigInt((match[2] ?? '') + fraction);
  const exponent = Number(match[4] ?? 0) - fraction.length;
  const numerator = match[1] === '-' ? -digits : digits;
  return exponent >= 0
    ? { numerator: numerator * 10n ** BigInt(exponent), denominator: 1n }
    : { numerator, denominator: 10n ** BigInt(-exponent) };
}

/** A double as a decimal with 9 places; null for NaN and infinity. */
export function exactFloat(text: string): Rational | null {
  const double = Number(text);
  return Number.isFinite(double) ? rational(double.toFixed(9)) : null;
}

export function add(a: Rational, b: Rational): Rational {
  return {
    numerator: a.numerator * b.denominator + b.numerator * a.denominator,
    denominator: a.denominator * b.denominator,
  };
}

export function multiply(a: Rational, b: Rational): Rational {
  return { numerator: a.numerator * b.numerator, denominator: a.denominator * b.denominator };
}

export function divide(a: Rational, by: bigint): Rational {
  return { numerator: a.numerator, denominator: a.denominator * by };
}

/** Negative, zero or positive, as `a` is below, equal to or above `b`. */
export function compareRational(a: Rational, b: Rational): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Equal fractions have equal text. */
export function rationalText(value: Rational): string {
  const divisor = greatestCommonDivisor(
    value.numerator < 0n ? -value.numerator : value.numerator,
    value.denominator,
  );
  return `${value.numerator / divisor}/${value.denominator / divisor}`;
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestCommonDivisor(b, a % b);
}
