/** The values that a condition tests: what each can turn out to be, as sets of outcomes. */
import type { Test } from './condition.ts';
import { type Domain, type Outcome, outcomesOf } from './outcome.ts';
import type { Ask } from './proposition.ts';
import { withoutPlaces } from './reads.ts';

/** A set of outcomes of one value, a bit each. */
export type Outcomes = bigint;

/** The outcomes for which a test may hold, and those for which it may fail. Where it cannot be told, both. */
interface Answer {
  /** The value; or, of values that nothing sure can be said of, this test alone. */
  readonly value: string;
  readonly all: Outcomes;
  readonly holds: Outcomes;
  readonly fails: Outcomes;
}

const TWO = { all: 3n, holds: 1n, fails: 2n } as const;

interface Asked {
  readonly domain: Domain;
  readonly tests: Map<string, Test>;
  /** Made anew when another test must be told apart. */
  outcomes?: { readonly list: readonly Outcome[] | undefined; readonly answers: Map<string, Answer> };
}

export class Values {
  readonly #timezone: string;
  readonly #asked = new Map<string, Asked>();

  constructor(timezone: string) {
    this.#timezone = timezone;
  }

  /** A test of the value `value`, which must be of the same domain whenever it is asked. */
  ask(value: string, domain: Domain, test: Test): Ask {
    const asked = this.#asked.get(value) ?? { domain, tests: new Map<string, Test>() };
    this.#asked.set(value, asked);
    const id = withoutPlaces(test);
    if (!asked.tests.has(id)) {
      asked.tests.set(id, test);
      delete asked.outcomes;
    }
    return { kind: 'ask', value, test };
  }

  /** Undefined where nothing sure can be said. */
  outcomes(value: string): readonly Outcome[] | undefined {
    return this.#known(value).list;
  }

  answer({ value, test }: Ask): Answer {
    const { list, answers } = this.#known(value);
    const id = withoutPlaces(test);
    const known = answers.get(id);
    if (known) return known;
    const answer = list ? answerOf(value, list, test) : { value: `${value}\n${id}`, ...TWO };
    answers.set(id, answer);
    return answer;
  }

  #known(value: string): NonNullable<Asked['outcomes']> {
    const asked = this.#asked.get(value)!;
    asked.outcomes ??= {
      list: outcomesOf(asked.domain, [...asked.tests.values()], this.#timezone),
      answers: new Map(),
    };
    return asked.outcomes;
  }
}

function answerOf(value: string, outcomes: readonly Outcome[], test: Test): Answer {
  const answers = outcomes.map((outcome) => outcome.answer(test));
  return {
    value,
    all: 2n ** BigInt(outcomes.length) - 1n,
    holds: setOf(answers.map((each) => each !== false)),
    fails: setOf(answers.map((each) => each !== true)),
  };
}

/** Those of `outcomes` that are in a set. */
export function members(outcomes: readonly Outcome[], set: Outcomes): Outcome[] {
  return outcomes.filter((_, index) => (set >> BigInt(index)) & 1n);
}

function setOf(isIn: readonly boolean[]): Outcomes {
  return BigInt(`0b0${isIn.map(Number).reverse().join('')}`);
}
