/** The state as it would be after a tick that is only explained: members and changes with the pending ones laid over. */
import { steps } from '../compile/steps.ts';
import type { Relations } from '../deliver/context.ts';
import { silentFor } from '../evaluate/commit.ts';
import type { TickGroup, TickOutcome } from '../evaluate/tick.ts';
import type { Workspace } from '../evaluate/workspace.ts';
import type { Instant } from '../instant.ts';
import { instant, integer, type StateTables, text, textList } from '../state/sql.ts';

/** What the state's tables would hold once the workspace's tick, its changes in `from`, were committed as `tickId`. */
export function pending(
  tables: StateTables,
  workspace: Workspace,
  group: TickGroup,
  commit: { tickId: bigint; t: Instant; outcome: TickOutcome; from?: string },
): Required<Relations> {
  const { dialect } = tables;
  const changed = dialect.quote(commit.from ?? steps.changed);
  const id = integer(dialect, commit.tickId);
  const at = instant(dialect, commit.t);
  const same = 'changed.segment = known.segment AND changed.entity_key = known.entity_key';
  const names = group.members.map(({ prepared }) => prepared.name);
  const ticked = group.members.map(({ prepared: { name }, state }) => {
    const { enter, exit } = commit.outcome.counts.get(name)!;
    const members = integer(dialect, (state?.members ?? 0) + enter - exit);
    return `SELECT ${text(dialect, name)} AS segment, ${id} AS tick_id, ${members} AS members`;
  });
  return {
    membership: workspace.relation(
      `SELECT segment, entity_key, entered_at, tick_id, row_hash${tables.sliced ? ', slice' : ''} FROM ${tables.from('membership')} AS known ` +
        `WHERE NOT EXISTS (SELECT 1 FROM ${changed} AS changed WHERE ${same}) ` +
        `UNION ALL SELECT segment, entity_key, ${at}, ${id}, row_hash${tables.sliced ? `, ${dialect.functions.bucket('segment')}` : ''} FROM ${changed} AS changed WHERE op <> 'exit'`,
    ),
    changes: workspace.relation(
      `SELECT tick_id, segment, entity_key, op, caused_at, evaluated_at FROM ${tables.from('changes')} AS known ` +
        `UNION ALL SELECT ${id}, segment, entity_key, op, caused_at, ${at} FROM ${changed} AS changed`,
    ),
    segments:
      `(SELECT segment, tick_id, members FROM ${tables.from('segments')} AS known WHERE segment NOT IN ${textList(dialect, names)} ` +
      `UNION ALL ${ticked.join(' UNION ALL ')})`,
    silent: new Map(silentFor(group, commit.outcome).map((name) => [name, commit.tickId])),
  };
}
