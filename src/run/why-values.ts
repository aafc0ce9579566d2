/** What the warehouse answered about leaves, as people and programs read it. */
import type { ReadAs } from '../compile/why.ts';
import { formatInstant } from '../instant.ts';
import type { WhyValue, WhyWindow } from '../report/results.ts';
import type { Condition, Window } from '../segment/condition.ts';
import { measureName, saidWindow, valueName } from '../segment/said.ts';
import { boundsOf } from '../segment/window.ts';

/** A reading's text: instants in UTC, numbers without the zeros that say nothing. */
export function plainText(text: string | null, as: ReadAs): string | null {
  if (text === null) return null;
  if (as === 'instant') return formatInstant(BigInt(text));
  if (as === 'number' && /^-?\d+\.\d+$/.test(text)) return text.replace(/\.?0+$/, '');
  return text;
}

/** What a leaf's readings are called; `texts` in the order in which they are read. */
export function valuesOf(condition: Condition, texts: readonly (string | null)[]): WhyValue[] {
  switch (condition.kind) {
    case 'trait':
      return [{ name: condition.trait, value: texts[0] ?? null }];
    case 'rows':
      return sideValues(measureName(condition), condition.measure.fn === 'avg', texts);
    case 'compare': {
      const widthOf = (side: typeof condition.left): number => (isAverage(side) ? 2 : 1);
      const width = widthOf(condition.left);
      return [
        ...sideValues(valueName(condition.left), isAverage(condition.left), texts.slice(0, width)),
        ...sideValues(valueName(condition.right), isAverage(condition.right), texts.slice(width)),
      ];
    }
    case 'share':
      return [{ name: 'hash_percent', value: percentOf(texts[0] ?? '0') }];
    case 'sql':
      return [{ name: 'sql', value: texts[0] ?? null }];
    default:
      return [];
  }
}

/** The windows that stand in a leaf, with their ends at `t`. */
export function windowsOf(condition: Condition, t: bigint, timezone: string): WhyWindow[] {
  return windowsIn(condition).map((window) => {
    const { low, high } = boundsOf(window, t, timezone);
    return {
      window: saidWindow(window),
      ...(low ? { from: formatInstant(low.at), from_included: low.inside } : {}),
      ...(high ? { to: formatInstant(high.at), to_included: high.inside } : {}),
    };
  });
}

function windowsIn(condition: Condition): Window[] {
  switch (condition.kind) {
    case 'trait':
      return condition.test.op === 'window' ? [condition.test.window] : [];
    case 'rows':
    case 'sequence':
      return condition.window ? [condition.window] : [];
    case 'compare':
      return [condition.left, condition.right].flatMap((side) =>
        side.kind === 'measure' && side.measured.window ? [side.measured.window] : [],
      );
    default:
      return [];
  }
}

type Side = Extract<Condition, { kind: 'compare' }>['left'];

function isAverage(side: Side): boolean {
  return side.kind === 'measure' && side.measured.measure.fn === 'avg';
}

function sideValues(name: string, average: boolean, texts: readonly (string | null)[]): WhyValue[] {
  const [first = null, count = null] = texts;
  return [{ name, value: average ? quotient(first, count) : first }];
}

const DIGITS = 6n;

/** Of a sum and a count, to six digits; of none, unknown. */
function quotient(sum: string | null, count: string | null): string | null {
  const n = BigInt(count ?? '0');
  if (sum === null || n === 0n) return null;
  const [whole = '0', fraction = ''] = sum.split('.');
  const scaled = BigInt(whole + fraction) * 10n ** DIGITS;
  return decimal(scaled / (n * 10n ** BigInt(fraction.length)));
}

/** Of the 2^28 places of the hash, as a share in percent. */
function percentOf(bucket: string): string {
  return decimal((BigInt(bucket) * 100n * 10n ** DIGITS) / 2n ** 28n);
}

function decimal(scaled: bigint): string {
  const sign = scaled < 0n ? '-' : '';
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(Number(DIGITS) + 1, '0');
  const at = digits.length - Number(DIGITS);
  return `${sign}${digits.slice(0, at)}.${digits.slice(at)}`.replace(/\.?0+$/, '');
}
