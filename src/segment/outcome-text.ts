/** Texts as outcomes: the constants, and all others, which only `contains` and the like tell apart. */
import type { Comparison, Scalar, Test } from './condition.ts';
import type { Outcome } from './outcome.ts';
import { answerByOrder, scalarsOf, scaleOf } from './scale.ts';

type Part = Extract<Comparison, { op: 'contains' | 'starts_with' | 'ends_with' }>;

/** Each doubles the outcomes; beyond, nothing is said about them. */
const MOST_PARTS = 4;

/** Undefined where a constant is no text. */
export function textOutcomes(tests: readonly Test[]): Outcome[] | undefined {
  return outcomes(tests, (text) => text);
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** None where a constant is no UUID. Letter case does not count in one. */
export function uuidOutcomes(tests: readonly Test[]): Outcome[] {
  const scalars = tests.flatMap(scalarsOf);
  const fit = scalars.length > 0 && scalars.every((each) => each.type === 'text' && UUID.test(each.text));
  return (fit && outcomes(tests, (text) => text.toLowerCase())) || [];
}

function outcomes(tests: readonly Test[], same: (text: string) => string): Outcome[] | undefined {
  const scalars = tests.flatMap(scalarsOf);
  if (!scalars.every((each) => each.type === 'text')) return undefined;
  const textOf = (scalar: Scalar): string => (scalar.type === 'text' ? same(scalar.text) : '');
  const scale = scaleOf(scalars.map(textOf), codePointOrder);
  const guesses = guessesOf(tests.filter(isPart));
  return scale.places.flatMap((place): Outcome[] => {
    const { before: text } = scale.around(place);
    const isOne = place % 2 === 1;
    return (isOne ? [undefined] : guesses).map((guess) => ({
      answer: (test) => {
        if (test.op === 'window') return undefined;
        if (!isPart(test)) return answerByOrder(test, place, (scalar) => scale.placeOf(textOf(scalar)));
        return isOne ? passes(text!, test) : guess?.get(idOf(test));
      },
    }));
  });
}

/** What a text that is none of the constants may say to each part: every combination that is not absurd. */
function guessesOf(parts: readonly Part[]): (ReadonlyMap<string, boolean> | undefined)[] {
  const distinct = [...new Map(parts.map((part) => [idOf(part), part])).values()];
  if (distinct.length > MOST_PARTS) return [undefined];
  const all = Array.from({ length: 2 ** distinct.length }, (_, bits) =>
    distinct.map((part, index) => ({ part, has: (bits & (1 << index)) !== 0 })),
  );
  return all
    .filter((guess) => guess.every((one) => guess.every((other) => mayMeet(one, other))))
    .map((guess) => new Map(guess.map(({ part, has }) => [idOf(part), has])));
}

interface Guess {
  readonly part: Part;
  readonly has: boolean;
}

/** Whether one text can have, or lack, both. */
function mayMeet(one: Guess, other: Guess): boolean {
  const [a, b] = [one.part, other.part];
  if (!one.has) return a.text !== '';
  if (other.has) return a.op !== b.op || a.op === 'contains' || isNested(a, b) || isNested(b, a);
  return !implies(a, b);
}

function isNested(inner: Part, outer: Part): boolean {
  return passes(outer.text, inner);
}

/** Whether every text with the first part has the second. */
function implies(first: Part, second: Part): boolean {
  return (second.op === 'contains' || first.op === second.op) && passes(first.text, second);
}

function passes(text: string, { op, text: part }: Part): boolean {
  if (op === 'contains') return text.includes(part);
  return op === 'starts_with' ? text.startsWith(part) : text.endsWith(part);
}

function isPart(test: Test): test is Part {
  return test.op === 'contains' || test.op === 'starts_with' || test.op === 'ends_with';
}

function idOf({ op, text }: Part): string {
  return `${op} ${text}`;
}

/** As warehouses order texts here; JavaScript's own order compares halves of surrogate pairs. */
function codePointOrder(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  const at = left.findIndex((letter, index) => letter !== right[index]);
  if (at < 0) return left.length - right.length;
  return at >= right.length ? 1 : left[at]!.codePointAt(0)! - right[at]!.codePointAt(0)!;
}
