/** One condition against the tables that it reads: all its parts, then what it compiles to, as the engine sees it. */
import { column } from '../compile/expression.ts';
import { aggregateExpression, aggregatesOf, measureSide, measureTest } from '../compile/measure.ts';
import { comparePair, type Side } from '../compile/pair.ts';
import { rowCondition, type Scope, testOf } from '../compile/rows.ts';
import { traitOperand } from '../compile/traits.ts';
import type { Entity, Table } from '../config/project.ts';
import type { Diagnostic, Place } from '../diagnostics/diagnostic.ts';
import type { RowCondition } from '../segment/condition.ts';
import { rowsOf, traitsOf } from '../segment/reads.ts';
import {
  type Leaf,
  type MeasureOf,
  type RowsOf,
  resolveTrait,
  type Trait,
  type ValueOf,
} from '../segment/resolve.ts';
import { type CheckContext, distinct, problemsOf } from './check-context.ts';
import { engineProblem } from './check-engine.ts';

/** Everything that is wrong with it. Where a table itself is broken, only what is wrong with the condition's own columns. */
export async function conditionProblems(
  leaf: Leaf,
  entity: Entity,
  context: CheckContext,
): Promise<Diagnostic[]> {
  const problems = distinct(probesOf(leaf, entity, context.scope).flatMap(problemsOf));
  const isSound = tablesOf(leaf, entity).every((table) => !context.broken.has(table));
  if (problems.length > 0 || !isSound) return problems;
  return engineProblem(leaf, placeOf(leaf), entity, context);
}

function tablesOf(leaf: Leaf, entity: Entity): Table[] {
  const sources = rowsOf(leaf).flatMap(({ source }) =>
    source.through ? [source, source.through] : [source],
  );
  const traits = traitsOf(leaf).flatMap((name) => resolveTrait(entity, name).table ?? []);
  return [entity, ...sources, ...traits];
}

function placeOf(leaf: Leaf): Place | undefined {
  if (leaf.kind === 'measure') return leaf.measure.place;
  if (leaf.kind === 'sequence') return leaf.sequence.steps[0]?.rows.place;
  return 'place' in leaf ? leaf.place : undefined;
}

type Probe = () => unknown;

/** What stands for a value where only its type matters. */
const VALUE = column('value');
const ROW = 'r';

/** A piece of compiling for each thing that can be wrong, so that one does not hide another. */
function probesOf(leaf: Leaf, entity: Entity, scope: Scope): Probe[] {
  switch (leaf.kind) {
    case 'trait':
      return [() => testOf(operandOf(leaf, entity, scope), leaf.test, scope.t)];
    case 'measure':
      return [
        ...measureProbes(leaf.measure, scope),
        () => measureTest(leaf.measure, leaf.test, () => 'value', scope),
      ];
    case 'compare': {
      const sides = [leaf.left, leaf.right];
      const both = (): unknown => {
        const [left, right] = sides.map((side) => sideOf(side, entity, scope));
        return comparePair(left!, leaf.op, right!, leaf.times, leaf.place);
      };
      return [...sides.flatMap((side) => sideProbes(side, entity, scope)), both];
    }
    case 'sequence':
      return leaf.sequence.steps.flatMap(({ rows }) => filterProbes(rows, scope));
    default:
      return [];
  }
}

function operandOf({ trait, place }: { trait: Trait; place: Place }, entity: Entity, scope: Scope) {
  return traitOperand(entity, trait, VALUE, scope, place);
}

function sideOf(value: ValueOf, entity: Entity, scope: Scope): Side {
  if (value.kind === 'measure') return measureSide(value.measure, () => 'value', scope);
  return { operand: operandOf(value, entity, scope) };
}

function sideProbes(value: ValueOf, entity: Entity, scope: Scope): Probe[] {
  if (value.kind === 'measure') return measureProbes(value.measure, scope);
  return [() => operandOf(value, entity, scope)];
}

function measureProbes(measure: MeasureOf, scope: Scope): Probe[] {
  const { filter: _, window: __, ...every } = measure;
  const aggregates = aggregatesOf(every);
  return [
    ...filterProbes(measure, scope),
    ...aggregates.map((aggregate) => () => aggregateExpression(aggregate, ROW, scope)),
  ];
}

function filterProbes({ filter, source }: RowsOf, scope: Scope): Probe[] {
  return filter ? columnsIn(filter).map((of) => () => rowCondition(of, source, ROW, scope)) : [];
}

function columnsIn(filter: RowCondition): RowCondition[] {
  if (filter.kind === 'column') return [filter];
  return (filter.kind === 'not' ? [filter.of] : filter.of).flatMap(columnsIn);
}
