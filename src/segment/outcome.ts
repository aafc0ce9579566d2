/**
 * What a value can turn out to be, as far as some tests can tell: finitely many outcomes, each with its answer to every
 * test. Two values with the same answers are one outcome, so that sets of values become sets of outcomes.
 */
import type { Comparison, Scalar, Test } from './condition.ts';
import { numberOutcomes } from './outcome-number.ts';
import { textOutcomes, uuidOutcomes } from './outcome-text.ts';
import { timeOutcomes } from './outcome-time.ts';
import { scalarsOf } from './scale.ts';

export interface Outcome {
  /** NULL. */
  readonly unknown?: true;
  /** Of numbers: the whole ones that it spans, a missing end being endless, and whether 0 is among its numbers. */
  readonly whole?: { readonly low?: bigint; readonly high?: bigint };
  readonly zero?: boolean;
  /** Undefined: some of its values pass and others may not. */
  answer(test: Test): boolean | undefined;
}

/** What is known of a value beside its tests. `column`: what it holds is told by the constants it is compared with. */
export interface Domain {
  readonly of: 'column' | 'number' | 'fact';
  /** It may be NULL. */
  readonly nullable: boolean;
  readonly whole?: boolean;
  readonly from?: bigint;
  /** Excluded. */
  readonly below?: bigint;
}

/** With more, sets of them cost more than a warning is worth. */
const MOST_OUTCOMES = 1500;
const MOST_CONSTANTS = 200;

const UNKNOWN: Outcome = {
  unknown: true,
  zero: false,
  answer: (test) => test.op === 'is_null' && test.value,
};

/** Undefined where nothing sure can be said: constants of several types, or more tests than are worth it. */
export function outcomesOf(
  domain: Domain,
  tests: readonly Test[],
  timezone: string,
): readonly Outcome[] | undefined {
  if (tests.flatMap(scalarsOf).length > MOST_CONSTANTS) return undefined;
  const known = knownOutcomes(domain, tests, timezone);
  if (!known || known.length === 0) return undefined;
  const all = domain.nullable ? [UNKNOWN, ...known] : known;
  return all.length > MOST_OUTCOMES ? undefined : all;
}

function knownOutcomes(domain: Domain, tests: readonly Test[], timezone: string): Outcome[] | undefined {
  if (domain.of === 'fact') return [truth(true), truth(false)];
  const types = new Set(tests.flatMap(scalarsOf).map(({ type }) => type));
  const inWindows = tests.some((test) => test.op === 'window');
  if (types.size > 1 || (inWindows && types.size === 1 && !types.has('text'))) return undefined;
  if (inWindows) return timeOutcomes(tests, timezone);
  if (domain.of === 'number' && types.size === 1 && !types.has('number')) return undefined;
  if (domain.of === 'number' || types.has('number')) return numberOutcomes(domain, tests);
  if (types.has('boolean')) return [truth(true), truth(false)];
  return readingsOf(tests, timezone);
}

/** A text may be compared with a text, a time or a UUID: what its column holds is not known, so all that fit are kept. */
function readingsOf(tests: readonly Test[], timezone: string): Outcome[] | undefined {
  const texts = textOutcomes(tests);
  return texts && [...texts, ...(timeOutcomes(tests, timezone) ?? []), ...uuidOutcomes(tests)];
}

function truth(value: boolean): Outcome {
  const is = (scalar: Scalar): boolean => scalar.type === 'boolean' && scalar.value === value;
  return { answer: (test) => (test.op === 'window' ? undefined : equality(test, is)) };
}

/** Answers of tests for equality; undefined to those for order. */
function equality(test: Comparison, is: (scalar: Scalar) => boolean): boolean | undefined {
  switch (test.op) {
    case 'is_null':
      return !test.value;
    case 'eq':
      return is(test.value);
    case 'ne':
      return !is(test.value);
    case 'in':
      return test.values.some(is);
    case 'not_in':
      return !test.values.some(is);
    default:
      return undefined;
  }
}
