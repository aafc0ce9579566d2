/**
 * What a tick costs by the warehouse's own estimate. Its steps are put together to statements that need no temporary
 * table, so that they can be asked about without being run; the estimate then knows less than the tick's own statements,
 * but as much of a segment alone as of a hundred together.
 */
import type { Step } from '../compile/query.ts';
import { renderQuery } from '../compile/render.ts';
import { compileAffected, compileVerdicts } from '../compile/tick.ts';
import { watermarksQuery } from '../compile/watermarks.ts';
import { mergeReads } from '../segment/reads.ts';
import type { Dialect } from '../warehouse/dialect.ts';
import type { Capture, Estimate, Statements } from '../warehouse/warehouse.ts';
import { incremental } from './incremental.ts';
import { scopeOf, tickInput } from './input.ts';
import type { TickContext, TickGroup, TickOutcome } from './tick.ts';
import { withClause } from './workspace.ts';

/** `outcome` tells how far the tick goes; undefined where the warehouse cannot say what one of its statements costs. */
export async function estimateTick(
  estimate: Statements['estimate'],
  group: TickGroup,
  outcome: Pick<TickOutcome, 'mode' | 'affected'>,
  captured: ReadonlyMap<string, Capture>,
  context: TickContext,
): Promise<Estimate | undefined> {
  let total: Estimate | undefined;
  for (const sql of tickStatements(group, outcome, captured, context)) {
    const own = await estimate(sql);
    if (!own) return undefined;
    total = { ...own, amount: own.amount + (total?.amount ?? 0) };
  }
  return total;
}

function tickStatements(
  group: TickGroup,
  { mode, affected }: Pick<TickOutcome, 'mode' | 'affected'>,
  captured: ReadonlyMap<string, Capture>,
  context: TickContext,
): string[] {
  const { dialect } = context.warehouse;
  const scope = scopeOf(context);
  const base = tickInput(group, context, scope);
  // A full tick looks for affected keys only to tell drift from what was announced.
  const looking = group.members.filter(
    ({ prepared: { name } }) => !group.full || group.comparable?.has(name),
  );
  const input = {
    ...base,
    ...(looking.length > 0
      ? { incremental: incremental({ ...group, members: looking }, scope, captured) }
      : {}),
  };
  const look = compileAffected(input);
  if (mode === 'full') {
    return [
      ...watermarks(group, context),
      ...(look ? [asOne([look], dialect)] : []),
      asOne(evaluation(base), dialect),
    ];
  }
  return [
    ...watermarks(group, context),
    asOne(affected === 0 ? [look!] : [look!, ...evaluation(input)], dialect),
  ];
}

function evaluation(input: Parameters<typeof compileVerdicts>[0]): Step[] {
  const { wides, verdict, changed } = compileVerdicts(input);
  return [...wides, verdict, ...changed];
}

function watermarks({ members }: TickGroup, context: TickContext): string[] {
  const reads = mergeReads(members.map(({ prepared }) => prepared.reads));
  const stored = [...new Set(members.flatMap(({ prepared }) => prepared.stored))];
  const query = watermarksQuery(reads, stored, context.state.segments, scopeOf(context));
  return query ? [renderQuery(query, context.warehouse.dialect)] : [];
}

/** The last step's rows, by one statement. */
function asOne(steps: readonly Step[], dialect: Dialect): string {
  const made = new Map(steps.map(({ name, query }) => [dialect.quote(name), renderQuery(query, dialect)]));
  return `${withClause(made, dialect)}SELECT * FROM ${dialect.quote(steps.at(-1)!.name)}`;
}
