/** A segment's condition as logic: which values it tests, and what these values have to do with each other. */
import type { Project, Segment } from '../config/project.ts';
import type { Place } from '../diagnostics/diagnostic.ts';
import type { Comparison, Condition, Measure, OrderOp, Test } from './condition.ts';
import { type Measured, rowsFit } from './measured-rows.ts';
import type { Domain } from './outcome.ts';
import type { Left } from './possible.ts';
import { type Ask, all, any, not, type Proposition } from './proposition.ts';
import { withoutPlaces } from './reads.ts';
import {
  type MeasureOf,
  type RowsOf,
  resolveSegment,
  type SequenceOf,
  type Trait,
  type ValueOf,
  type Verdict,
} from './resolve.ts';
import { RowSets } from './row-sets.ts';
import { Values } from './values.ts';

/** A condition as written: a group of others, or one by itself, a reference to another segment included. */
export interface Clause {
  readonly kind: 'all' | 'any' | 'not' | 'leaf';
  readonly of: readonly Clause[];
  readonly place: Place;
  readonly proposition: Proposition;
}

export interface Logic {
  readonly root: Clause;
  readonly values: Values;
  /** Whether the measures can be so at once. */
  readonly together: (left: Left) => boolean;
}

export function logicOf(project: Project, segment: Segment): Logic {
  const reader = new Reader(project, segment);
  return { root: reader.clause(segment.where), values: reader.values, together: reader.together };
}

const COLUMN: Domain = { of: 'column', nullable: true };
const FACT: Domain = { of: 'fact', nullable: false };
const SHARE: Domain = { of: 'number', nullable: false, from: 0n, below: 100n };
/** How one value compares with another: below, at or above 0. */
const DIFFERENCE: Domain = { of: 'number', nullable: true };
const COUNT: Domain = { of: 'number', nullable: false, whole: true, from: 0n };

const MEASURES: Readonly<Record<Measure['fn'], Domain>> = {
  count: COUNT,
  distinct: COUNT,
  sum: { of: 'number', nullable: false },
  avg: { of: 'number', nullable: true },
  min: COLUMN,
  max: COLUMN,
  first: COLUMN,
  last: COLUMN,
};

const MIRRORED: Readonly<Record<OrderOp, OrderOp>> = {
  eq: 'eq',
  ne: 'ne',
  gt: 'lt',
  gte: 'lte',
  lt: 'gt',
  lte: 'gte',
};

/** A value by its name and domain. */
interface Known {
  readonly id: string;
  readonly domain: Domain;
}

class Reader {
  readonly values: Values;
  readonly #project: Project;
  readonly #segment: Segment;
  readonly #rows: RowSets;
  readonly #measured = new Map<string, Measured>();

  constructor(project: Project, segment: Segment) {
    this.#project = project;
    this.#segment = segment;
    this.values = new Values(project.timezone);
    this.#rows = new RowSets(project.timezone);
  }

  readonly together = (left: Left): boolean => rowsFit(left, this.#measured, this.values, this.#rows);

  clause(condition: Condition): Clause {
    const { place } = condition;
    switch (condition.kind) {
      case 'all':
      case 'any': {
        const of = condition.of.map((part) => this.clause(part));
        const parts = of.map(({ proposition }) => proposition);
        const proposition = condition.kind === 'all' ? all(parts) : any(parts);
        return { kind: condition.kind, of, place, proposition };
      }
      case 'not': {
        const inner = this.clause(condition.of);
        return { kind: 'not', of: [inner], place, proposition: not(inner.proposition) };
      }
      default: {
        const verdict = resolveSegment(this.#project, { ...this.#segment, where: condition });
        return { kind: 'leaf', of: [], place, proposition: this.#verdict(verdict) };
      }
    }
  }

  #verdict(verdict: Verdict): Proposition {
    switch (verdict.kind) {
      case 'all':
        return all(verdict.of.map((part) => this.#verdict(part)));
      case 'any':
        return any(verdict.of.map((part) => this.#verdict(part)));
      case 'not':
        return not(this.#verdict(verdict.of));
      case 'trait':
        return this.#ask(traitValue(verdict), verdict.test);
      case 'measure':
        return this.#ask(this.#measure(verdict.measure), verdict.test);
      case 'compare':
        return this.#compare(verdict);
      case 'sequence':
        return all([this.#fact(verdict), ...this.#stepsHappened(verdict.sequence)]);
      case 'share': {
        const { name, percent } = verdict;
        return this.#ask({ id: `share ${name}`, domain: SHARE }, compared('lt', percent));
      }
      default:
        return this.#fact(verdict);
    }
  }

  #ask({ id, domain }: Known, test: Test): Ask {
    return this.values.ask(id, domain, test);
  }

  /** What cannot be looked into: it holds or it does not. */
  #fact(verdict: Verdict): Ask {
    const test: Test = { op: 'eq', value: { type: 'boolean', value: true }, place: NOWHERE };
    return this.#ask({ id: `fact ${withoutPlaces(verdict)}`, domain: FACT }, test);
  }

  /** Nothing compares with an unknown value. */
  #compare({ left, op, right, times }: Extract<Verdict, { kind: 'compare' }>): Proposition {
    const [one, other] = [this.#side(left), this.#side(right)];
    const isSwapped = times === undefined && other.id < one.id;
    const [first, second] = isSwapped ? [other, one] : [one, other];
    const id = `difference ${withoutPlaces([first.id, second.id, times])}`;
    const test = compared(isSwapped ? MIRRORED[op] : op, '0');
    const known: Test = { op: 'is_null', value: false, place: NOWHERE };
    return all([this.#ask({ id, domain: DIFFERENCE }, test), this.#ask(one, known), this.#ask(other, known)]);
  }

  #side(value: ValueOf): Known {
    return value.kind === 'trait' ? traitValue(value) : this.#measure(value.measure);
  }

  #measure({ measure, ...rows }: MeasureOf): Known {
    const set = this.#rows.of(rows);
    const id = `measure ${withoutPlaces([measure, set.id])}`;
    this.#measured.set(id, { measure, rows: set });
    return { id, domain: MEASURES[measure.fn] };
  }

  #stepsHappened({ steps }: SequenceOf): Ask[] {
    const done = steps.filter(({ kind }) => kind === 'did');
    return done.map(({ rows }) => this.#ask(this.#count(rows), compared('gte', '1')));
  }

  #count(rows: RowsOf): Known {
    return this.#measure({ ...rows, measure: { fn: 'count' } });
  }
}

function traitValue({ trait }: { trait: Trait }): Known {
  const { table, column } = trait;
  const own = table && [table.relation, table.key, table.cursor, table.duplicates, table.timezone];
  return { id: `trait ${withoutPlaces([own ?? null, column])}`, domain: COLUMN };
}

const NOWHERE: Place = { file: '', line: 1, column: 1 };

function compared(op: OrderOp, text: string): Comparison {
  return { op, value: { type: 'number', text }, place: NOWHERE };
}
