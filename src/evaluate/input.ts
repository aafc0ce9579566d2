/** What a group's tick is compiled from, but for what makes a key affected. */
import type { Scope } from '../compile/rows.ts';
import type { TickInput } from '../compile/tick.ts';
import { dampedIn } from './damping.ts';
import type { TickContext, TickGroup } from './tick.ts';

export function tickInput(
  group: TickGroup,
  { state, warehouse }: TickContext,
  scope: Scope,
): Omit<TickInput, 'incremental'> {
  const damped = dampedIn(group, state);
  return {
    entity: group.entity,
    segments: group.members.map(({ prepared: { name, verdict, sent, sentSql } }) => ({
      name,
      verdict,
      sent,
      sentSql,
    })),
    membership: state.membership,
    changes: state.changes,
    ...(damped ? { damped } : {}),
    capabilities: warehouse.capabilities,
    scope,
  };
}

export function scopeOf({ catalog, project, t }: TickContext): Scope {
  return { catalog, timezone: project.timezone, t };
}
