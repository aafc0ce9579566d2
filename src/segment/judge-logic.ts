/** Whether a segment can hold and can fail: what is told only where it is certain, whatever the data. */
import type { Project, Segment } from '../config/project.ts';
import { type Diagnostic, diagnose, type Place } from '../diagnostics/diagnostic.ts';
import { type Clause, type Logic, logicOf } from './logic.ts';
import { Budget, mayHold } from './possible.ts';
import { all, any, not, type Proposition } from './proposition.ts';

/** Of one question, and of all about a segment: beyond, nothing is said. */
const STEPS = 400;
const MOST_STEPS = 4000;

/** W202 for a segment that can never hold, W203 for one that always does, else W204 for parts of it that say nothing. */
export function judgeLogic(project: Project, segment: Segment): Diagnostic[] {
  if (segment.where.kind === 'query') return [];
  const logic = logicOf(project, segment);
  const judge = new Judge(logic);
  const { root } = logic;
  const { name } = segment;
  if (judge.is(root, 'never')) {
    const { place, ...fault } = judge.fault(root, 'never');
    return [diagnose('W202', { segment: name, ...fault }, place)];
  }
  if (judge.is(root, 'always')) {
    const { place, ...fault } = judge.fault(root, 'always');
    const key = project.entities.get(segment.entity)!.key;
    return [diagnose('W203', { segment: name, key, ...fault }, place)];
  }
  return judge.idle(root).map(({ place, when }) => diagnose('W204', { when }, place));
}

type When = 'never' | 'always';

/** What makes a condition be so: at `place`, a condition by itself, with one elsewhere, or with several. */
interface Fault {
  readonly when: When;
  readonly place: Place;
  /** Where the other one is. */
  readonly with?: string;
  readonly several: boolean;
}

class Judge {
  readonly #logic: Logic;
  readonly #all = new Budget(MOST_STEPS);

  constructor(logic: Logic) {
    this.#logic = logic;
  }

  is({ proposition }: { proposition: Proposition }, when: When): boolean {
    const { values, together } = this.#logic;
    const asked = when === 'never' ? proposition : not(proposition);
    return !mayHold(asked, { values, together, budget: new Budget(STEPS, this.#all) });
  }

  /** The smallest part of a clause that makes it so. */
  fault(clause: Clause, when: When): Fault {
    const { of, kind, place } = clause;
    if (kind === 'leaf') return { when, place, several: false };
    if (kind === 'not') return this.fault(of[0]!, when === 'never' ? 'always' : 'never');
    const oneSuffices = (kind === 'all') === (when === 'never');
    const alone = oneSuffices ? of.find((part) => this.is(part, when)) : of.length === 1 ? of[0] : undefined;
    if (alone) return this.fault(alone, when);
    const pair = oneSuffices ? this.#pair(clause, when) : undefined;
    if (pair)
      return { when, place: pair[1].place, with: whereIs(pair[0].place, pair[1].place), several: false };
    return { when, place, several: true };
  }

  #pair({ of, kind }: Clause, when: When): readonly [Clause, Clause] | undefined {
    for (const [index, second] of of.entries()) {
      const first = of.slice(0, index).find((each) => {
        const both = [each.proposition, second.proposition];
        return this.is({ proposition: kind === 'all' ? all(both) : any(both) }, when);
      });
      if (first) return [first, second];
    }
    return undefined;
  }

  /** Parts of an `any` that never hold, and of an `all` that always do: without them nothing would change. */
  idle({ of, kind }: Clause): { place: Place; when: When }[] {
    return of.flatMap((part) => {
      const when = kind === 'any' ? 'never' : 'always';
      if (kind !== 'not' && this.is(part, when)) return [{ place: part.place, when }];
      return this.idle(part);
    });
  }
}

function whereIs(place: Place, from: Place): string {
  return place.line === from.line ? `column ${place.column}` : `line ${place.line}`;
}
