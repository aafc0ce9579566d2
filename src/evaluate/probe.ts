/** Whether a tick would have anything to do: one look at the ranges, without a transaction and without a table. */
import { renderQuery } from '../compile/render.ts';
import { compileProbe } from '../compile/tick.ts';
import type { Statements } from '../warehouse/warehouse.ts';
import { captures } from './captured.ts';
import { incremental } from './incremental.ts';
import { scopeOf, tickInput } from './input.ts';
import type { TickContext, TickGroup } from './tick.ts';

/**
 * False only when no key can have changed since the group's last tick: then a tick at the context's `T` would find
 * nothing, and so does the next look from the same last tick. The group's members have all ticked, and none is full.
 */
export async function isAnythingNew(
  statements: Statements,
  group: TickGroup,
  context: TickContext,
): Promise<boolean> {
  const scope = scopeOf(context);
  const told = await captures(statements, group);
  const input = { ...tickInput(group, context, scope), incremental: incremental(group, scope, told) };
  const rows = await statements.query(renderQuery(compileProbe(input)!, context.warehouse.dialect));
  return rows.length > 0;
}
