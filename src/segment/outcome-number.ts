/** Numbers as outcomes: the constants that a value is compared with, and the stretches between them. */
import type { Scalar, Test } from './condition.ts';
import type { Domain, Outcome } from './outcome.ts';
import { answerByOrder, bigintOrder, type Place, type Scale, scalarsOf, scaleOf } from './scale.ts';

/** A column's numbers may be floats of 4 bytes, which know no more of a number than this part of it. */
const FINENESS = 2n ** 20n;
const LARGEST = 10n ** 37n;

/** Undefined where rounding could make two of the constants one. */
export function numberOutcomes(domain: Domain, tests: readonly Test[]): Outcome[] | undefined {
  const texts = tests.flatMap(scalarsOf).map(textOf);
  const digits = Math.max(0, ...texts.map(fractionOf));
  const unit = 10n ** BigInt(digits);
  const pointOf = (text: string): bigint => scaled(text, digits);
  const bounds = [domain.from, domain.below].flatMap((bound) => (bound === undefined ? [] : [bound * unit]));
  const points = [...texts.map(pointOf), ...bounds, 0n];
  if (domain.of === 'column' && !isCoarse(points, unit)) return undefined;
  const scale = scaleOf(points, bigintOrder);
  return scale.places
    .filter((place) => exists(place, scale, domain, unit))
    .map((place) => ({
      zero: place === scale.placeOf(0n),
      ...(domain.whole ? { whole: wholeIn(place, scale, unit) } : {}),
      answer: (test) =>
        test.op === 'window'
          ? undefined
          : answerByOrder(test, place, (scalar) => scale.placeOf(pointOf(textOf(scalar)))),
    }));
}

/** Far enough from each other, and of a size, that every type of number keeps them apart. */
function isCoarse(points: readonly bigint[], unit: bigint): boolean {
  const sorted = [...new Set(points)].sort(bigintOrder);
  const isUsual = (point: bigint): boolean => {
    const size = abs(point);
    return size === 0n || (size <= LARGEST * unit && size * LARGEST >= unit);
  };
  const isApart = (point: bigint, index: number): boolean => {
    const before = sorted[index - 1];
    if (before === undefined) return true;
    const size = abs(point) > abs(before) ? abs(point) : abs(before);
    return (point - before) * FINENESS > size;
  };
  return sorted.every((point, index) => isUsual(point) && isApart(point, index));
}

function exists(place: Place, scale: Scale<bigint>, domain: Domain, unit: bigint): boolean {
  const { from, below } = domain;
  if (from !== undefined && place < scale.placeOf(from * unit)) return false;
  if (below !== undefined && place >= scale.placeOf(below * unit)) return false;
  if (!domain.whole) return true;
  const { low, high } = wholeIn(place, scale, unit);
  return low === undefined || high === undefined || low <= high;
}

/** The whole numbers at a place: those strictly between its ends, or the point itself. */
function wholeIn(place: Place, scale: Scale<bigint>, unit: bigint): NonNullable<Outcome['whole']> {
  const { before, after } = scale.around(place);
  const isPoint = place % 2 === 1;
  const low = before === undefined ? undefined : isPoint ? ceil(before, unit) : floor(before, unit) + 1n;
  const high = after === undefined ? undefined : isPoint ? floor(after, unit) : ceil(after, unit) - 1n;
  return { ...(low === undefined ? {} : { low }), ...(high === undefined ? {} : { high }) };
}

function textOf(scalar: Scalar): string {
  if (scalar.type !== 'number') throw new Error(`${scalar.type} among numbers`);
  return scalar.text;
}

function fractionOf(text: string): number {
  return (text.split('.')[1] ?? '').length;
}

/** Decimal text as a whole number of units of `digits` places. */
function scaled(text: string, digits: number): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(digits, '0'));
}

function floor(value: bigint, unit: bigint): bigint {
  const quotient = value / unit;
  return value % unit < 0n ? quotient - 1n : quotient;
}

function ceil(value: bigint, unit: bigint): bigint {
  return -floor(-value, unit);
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}
