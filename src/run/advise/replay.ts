/** Replays a segment's past: the verdicts come out of the warehouse key by key, and each tier is reckoned from them. */
import type { Catalog } from '../../compile/catalog.ts';
import { column } from '../../compile/expression.ts';
import { entityKey } from '../../compile/key.ts';
import type { Query } from '../../compile/query.ts';
import { renderQuery } from '../../compile/render.ts';
import { keyCountQuery, keysStep, momentsStep, sampleLimitQuery } from '../../compile/replay/moments.ts';
import { replaySteps, sharesOf } from '../../compile/replay/replay.ts';
import type { Span } from '../../compile/replay/span.ts';
import type { Project } from '../../config/project.ts';
import type { PreparedSegment } from '../../evaluate/prepared.ts';
import type { Moment, TierReplay } from '../../evaluate/tier-replay.ts';
import type { Truth } from '../../evaluate/truth.ts';
import { openWorkspace, type Workspace } from '../../evaluate/workspace.ts';
import type { Dialect } from '../../warehouse/dialect.ts';
import type { Statements, Warehouse } from '../../warehouse/warehouse.ts';

export interface ReplayOf {
  readonly project: Project;
  readonly warehouse: Warehouse;
  readonly catalog: Catalog;
  readonly prepared: PreparedSegment;
  readonly span: Span;
  /** Keys at most. */
  readonly most: number;
  readonly signal: AbortSignal;
}

/** What a key's moments are told to. */
export type Listener = Pick<Truth | TierReplay, 'add'>;

/** Tells every replayed key's moments; resolves to how many keys there are, replayed or not. Makes temporary tables. */
export async function replay(
  statements: Statements,
  of: ReplayOf,
  listeners: readonly Listener[],
): Promise<number> {
  const { prepared, catalog, project, span, warehouse } = of;
  const { entity, verdict, reads, edges } = prepared;
  const { dialect, capabilities } = warehouse;
  const scope = { catalog, timezone: project.timezone, t: span.to };
  const key = entityKey(entity, catalog);
  const workspace = openWorkspace(statements, dialect);
  const [counted] = await workspace.rows(keyCountQuery(entity, key, scope));
  const keys = Number(counted!.keys);
  const limit = keys > of.most ? await workspace.rows(sampleLimitQuery(entity, key, scope, of.most)) : [];
  const shares = sharesOf(verdict);
  const moments = { entity, key, reads, edges, shares, span, scope };
  await workspace.define(keysStep({ ...moments, ...(limit[0] ? { below: limit[0].below! } : {}) }));
  await workspace.define(momentsStep(moments));
  const steps = replaySteps({ entity, key, verdict, shares, span, scope, dialect, capabilities });
  await workspace.define(steps.wide);
  const sql = readingSql(workspace, steps.verdicts, dialect);
  for await (const own of byKey(statements.stream(sql, { signal: of.signal }))) {
    for (const listener of listeners) listener.add(own);
  }
  return keys;
}

function readingSql(workspace: Workspace, verdicts: Query, dialect: Dialect): string {
  const names = ['moment', 'key_text', 'at_micros', 'holds'];
  return renderQuery(
    {
      kind: 'select',
      columns: names.map((name) => ({ expression: column(name), as: name })),
      from: { kind: 'state', sql: workspace.relation(renderQuery(verdicts, dialect)) },
      as: 'replayed',
      orderBy: [{ by: column('moment') }],
    },
    dialect,
  );
}

/** Rows come by key, and within a key by instant. */
async function* byKey(rows: ReturnType<Statements['stream']>): AsyncIterable<readonly Moment[]> {
  let key: string | null | undefined;
  let own: Moment[] = [];
  for await (const row of rows) {
    if (row.key_text !== key && own.length > 0) {
      yield own;
      own = [];
    }
    key = row.key_text;
    own.push({ at: BigInt(row.at_micros!), holds: row.holds === '1' });
  }
  if (own.length > 0) yield own;
}
