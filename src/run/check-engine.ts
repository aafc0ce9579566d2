/** What an engine has against the SQL that a condition or a sync compiles to. Nothing is executed. */
import type { From, Query, Step } from '../compile/query.ts';
import { renderQuery } from '../compile/render.ts';
import { compileVerdicts } from '../compile/tick.ts';
import type { Entity } from '../config/project.ts';
import { DiagnosedError, type Diagnostic, diagnose, type Place } from '../diagnostics/diagnostic.ts';
import { withoutPlaces } from '../segment/reads.ts';
import type { Leaf } from '../segment/resolve.ts';
import type { Column } from '../warehouse/warehouse.ts';
import { type CheckContext, understood } from './check-context.ts';

/** What is wrong with a condition whose parts are sound. Throws what the warehouse fails with for other reasons. */
export async function engineProblem(
  leaf: Leaf,
  place: Place | undefined,
  entity: Entity,
  context: CheckContext,
): Promise<Diagnostic[]> {
  try {
    const id = withoutPlaces([entity.name, leaf]);
    const said = context.said.get(id) ?? (await ask(leaf, entity, context));
    context.said.set(id, said);
    return judge(said, leaf, place);
  } catch (error) {
    if (error instanceof DiagnosedError) return [...error.diagnostics];
    throw error;
  }
}

/** Of somebody's own expression the columns that it is among: its own is the last. */
function ask(leaf: Leaf, entity: Entity, context: CheckContext): Promise<readonly Column[] | string> {
  const { wides, verdict } = compiled(leaf, entity, context);
  const query = leaf.kind === 'sql' ? wides[0]!.query : chained([...wides, verdict]);
  return understood(context.session, renderQuery(query, context.warehouse.dialect));
}

function judge(said: readonly Column[] | string, { kind }: Leaf, place: Place | undefined): Diagnostic[] {
  if (typeof said === 'string') {
    const what = kind === 'sql' || kind === 'query' ? 'this SQL' : 'what this condition compiles to';
    return [diagnose('E219', { what, detail: said }, place)];
  }
  const own = kind === 'sql' ? said.at(-1) : undefined;
  const isFit = !own || own.type === 'boolean';
  return isFit ? [] : [diagnose('E220', { type: own.native.toLowerCase() }, place)];
}

function compiled(leaf: Leaf, entity: Entity, { warehouse, tables, scope }: CheckContext) {
  const state: From = { kind: 'state', sql: tables.from('membership'), sliced: tables.sliced };
  return compileVerdicts({
    entity,
    segments: [{ name: 'checked', verdict: leaf, sent: [] }],
    membership: state,
    changes: state,
    capabilities: warehouse.capabilities,
    scope,
  });
}

/** The last step's rows, each step reading those before it. */
function chained(steps: readonly Step[]): Query {
  return {
    kind: 'select',
    with: steps.map(({ name, query }) => [name, query] as const),
    columns: [{ expression: { kind: 'star', table: 'checked' }, as: '*' }],
    from: { kind: 'step', name: steps.at(-1)!.name },
    as: 'checked',
  };
}
