/** A sync against the tables that it reads: what it matches by, what it sends, and for whom. */
import { column } from '../compile/expression.ts';
import { compileRoster } from '../compile/roster.ts';
import { testOf } from '../compile/rows.ts';
import { traitOperand } from '../compile/traits.ts';
import type { Entity, Sync } from '../config/project.ts';
import { type Diagnostic, diagnose, type Place } from '../diagnostics/diagnostic.ts';
import { sentTraits } from '../segment/reads.ts';
import { resolveTrait } from '../segment/resolve.ts';
import { type CheckContext, distinct, problemsOf, understood } from './check-context.ts';

/** Everything that is wrong with it. */
export async function syncProblems(sync: Sync, entity: Entity, context: CheckContext): Promise<Diagnostic[]> {
  const problems = distinct(probesOf(sync, entity, context).flatMap(problemsOf));
  const traits = sentTraits(entity)(sync).flatMap((name) => resolveTrait(entity, name).table ?? []);
  const isSound = [entity, ...traits].every((table) => !context.broken.has(table));
  if (problems.length > 0 || !isSound) return problems;
  const roster = compileRoster(entity, sync, context.scope, context.warehouse.dialect);
  const said = await understood(context.session, roster.sql(context.tables.from('membership')));
  if (typeof said !== 'string') return [];
  return [diagnose('E219', { what: 'what this sync compiles to', detail: said }, sync.place)];
}

function probesOf(sync: Sync, entity: Entity, { scope }: CheckContext): (() => unknown)[] {
  const operand = (name: string, place: Place) =>
    traitOperand(entity, resolveTrait(entity, name), column('value'), scope, place);
  const identifiers = sync.match.map((name) => entity.identifiers.get(name)!);
  const fields = [...sync.fields.values()].flatMap((field) => ('trait' in field ? [field] : []));
  const { consent } = sync;
  return [
    ...identifiers.map(
      ({ trait, place }) =>
        () =>
          operand(trait, place),
    ),
    ...fields.map(
      ({ trait, place = sync.place }) =>
        () =>
          operand(trait, place),
    ),
    ...(consent ? [() => testOf(operand(consent.trait, consentPlace(consent)), consent.test, scope.t)] : []),
  ];
}

function consentPlace({ test }: NonNullable<Sync['consent']>): Place {
  return test.op === 'window' ? test.window.place : test.place;
}
