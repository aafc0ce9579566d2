/** A tick's statements as text for people: what `segsync compile` prints. */
import type { Catalog } from '../compile/catalog.ts';
import type { From, Step } from '../compile/query.ts';
import { renderQuery } from '../compile/render.ts';
import { compileAffected, compileVerdicts, type TickInput } from '../compile/tick.ts';
import type { Project } from '../config/project.ts';
import { sketchedFeeds } from '../evaluate/captured.ts';
import { dampedIn } from '../evaluate/damping.ts';
import { incremental } from '../evaluate/incremental.ts';
import type { TickContext, TickGroup } from '../evaluate/tick.ts';
import { formatInstant, type Instant } from '../instant.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';

export interface PrintContext {
  readonly project: Project;
  readonly warehouse: Warehouse;
  readonly catalog: Catalog;
  readonly t: Instant;
  /** The tables of the state, quoted. */
  readonly membership: string;
  readonly pending: string;
  readonly changes: string;
}

/** The statements of one tick, each with its reason, in order. */
export function printTick(group: TickGroup, context: PrintContext): string {
  const { warehouse, catalog, t } = context;
  const scope = { catalog, timezone: context.project.timezone, t };
  const state = stateOf(context);
  const damped = dampedIn(group, state);
  const base: TickInput = {
    entity: group.entity,
    segments: group.members.map(({ prepared }) => ({
      name: prepared.name,
      verdict: prepared.verdict,
      sent: prepared.sent,
    })),
    membership: state.membership,
    changes: state.changes,
    ...(damped ? { damped } : {}),
    capabilities: warehouse.capabilities,
    scope,
  };
  const feeds = sketchedFeeds(group, warehouse, t);
  const input: TickInput = group.full ? base : { ...base, incremental: incremental(group, scope, feeds) };
  const affected = compileAffected(input);
  const { wides, verdict, changed } = compileVerdicts(input);
  const parts = [...(affected ? [affected] : []), ...wides, verdict, ...changed];
  return [...heading(group, t), ...parts.map((step) => statement(step, warehouse))].join('\n');
}

function stateOf({ warehouse, membership, pending, changes }: PrintContext): TickContext['state'] {
  const sliced = warehouse.capabilities.slicedState === 'yes';
  const from = (sql: string): From => ({ kind: 'state', sql, sliced });
  const table = from(changes);
  return { membership: from(membership), pending: from(pending), changes: table, segments: table };
}

function heading(group: TickGroup, t: Instant): string[] {
  const names = group.members.map(({ prepared }) => prepared.name);
  const why = names.map((name) => {
    const reason = group.full?.get(name);
    return reason ? `--   ${name}: everyone, ${FULL_BECAUSE[reason]}` : `--   ${name}: the affected keys`;
  });
  return [
    `-- One tick of ${names.length} segment${names.length === 1 ? '' : 's'} over ${group.entity.name} at T = ${formatInstant(t)}`,
    ...why,
    '',
  ];
}

const FULL_BECAUSE = {
  requested: 'as asked for by --full',
  reconcile: 'since it is time to look for what cursors cannot show',
  first_tick: 'at its first tick',
  logic_changed: 'since its logic changed',
  no_cursor: 'at every tick, since a table has no cursor',
  query_table: 'at every tick, since a table is a query',
  new_table: 'since it reads a table for the first time',
  table_remade: 'since a table was made anew',
  feed_lost: 'since a table’s change feed does not reach back to the last tick',
  query_segment: 'at every tick, since it is a query',
  moving_sql: 'at every tick, since its SQL may change its mind though no row changed',
  changes_pruned: 'since changes that it missed are no longer kept',
  affected_share: 'since so many keys are affected',
} as const;

function statement(step: Step, warehouse: Warehouse): string {
  const { dialect } = warehouse;
  return `-- ${step.comment}\nCREATE TEMPORARY TABLE ${dialect.quote(step.name)} AS\n${renderQuery(step.query, dialect)};\n`;
}
