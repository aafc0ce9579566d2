/** Whether a proposition can be true. The work is bounded: where it would be much, the answer is that it may be. */
import type { Ask, Proposition } from './proposition.ts';
import type { Outcomes, Values } from './values.ts';

/** What every value may still be. Absent: anything. */
export type Left = ReadonlyMap<string, Outcomes>;

/** Steps that a search may take before it gives up; its own, and of those that several searches share. */
export class Budget {
  #left: number;
  readonly #shared: Budget | undefined;

  constructor(steps: number, shared?: Budget) {
    this.#left = steps;
    this.#shared = shared;
  }

  /** False once nothing is left. */
  spend(): boolean {
    this.#left -= 1;
    return this.#left >= 0 && (this.#shared?.spend() ?? true);
  }
}

interface Search {
  readonly values: Values;
  readonly budget: Budget;
  /** What values that depend on each other can be at once; undefined: they do not. */
  readonly together?: (left: Left) => boolean;
}

interface Goal {
  readonly of: Proposition;
  readonly holds: boolean;
}

/** False only where no values at all make it true. Values count as independent, which `together` may correct. */
export function mayHold(of: Proposition, search: Search): boolean {
  return isPossible([{ of, holds: true }], new Map(), search);
}

function isPossible(goals: readonly Goal[], before: Left, search: Search): boolean {
  if (!search.budget.spend()) return true;
  const left = new Map(before);
  const choices = narrow(goals, left, search);
  if (!choices || search.together?.(left) === false) return false;
  const [first, ...others] = choices;
  return !first || first.some((goal) => isPossible([goal, ...others.map(again)], left, search));
}

/** Takes everything that must hold into `left`; gives the choices that remain, undefined when something is impossible. */
function narrow(
  goals: readonly Goal[],
  left: Map<string, Outcomes>,
  { values }: Search,
): Goal[][] | undefined {
  const choices: Goal[][] = [];
  const pending = [...goals];
  for (let goal = pending.pop(); goal; goal = pending.pop()) {
    const { of, holds } = goal;
    if (of.kind === 'ask') {
      if (!take(of, holds, left, values)) return undefined;
    } else if (of.kind === 'not') {
      pending.push({ of: of.of, holds: !holds });
    } else {
      const parts = of.of.map((part) => ({ of: part, holds }));
      if ((of.kind === 'all') === holds) pending.push(...parts);
      else choices.push(parts);
    }
  }
  return choices;
}

function take(ask: Ask, holds: boolean, left: Map<string, Outcomes>, values: Values): boolean {
  const answer = values.answer(ask);
  const now = (left.get(answer.value) ?? answer.all) & (holds ? answer.holds : answer.fails);
  left.set(answer.value, now);
  return now !== 0n;
}

/** The choice between some goals as a goal of its own. */
function again(goals: readonly Goal[]): Goal {
  const of = goals.map((goal): Proposition => (goal.holds ? goal.of : { kind: 'not', of: goal.of }));
  return { of: { kind: 'any', of }, holds: true };
}
