/** What the compiler emits for a play's segments, without running anything. */
import type { Catalog } from '../../src/compile/catalog.ts';
import type { From, Step } from '../../src/compile/query.ts';
import { compileAffected, compileVerdicts, type TickInput } from '../../src/compile/tick.ts';
import type { Project } from '../../src/config/project.ts';
import { dampedIn } from '../../src/evaluate/damping.ts';
import { incremental } from '../../src/evaluate/incremental.ts';
import { type PreparedSegment, prepareSegment } from '../../src/evaluate/prepared.ts';
import type { Instant } from '../../src/instant.ts';
import { leavesOf } from '../../src/segment/resolve.ts';
import type { Capabilities } from '../../src/warehouse/warehouse.ts';
import type { Shop } from '../brute-force/shop.ts';

/** Segments that say nothing in SQL of their own: what people write is theirs. */
export function withoutOwnSql(project: Project): PreparedSegment[] {
  const prepared = [...project.segments.values()].map((segment) => prepareSegment(project, segment));
  return prepared.filter(
    ({ verdict, stored }) =>
      stored.length === 0 && leavesOf(verdict).every(({ kind }) => kind !== 'sql' && kind !== 'query'),
  );
}

/** The shop's columns; `nameOf`: a relation -> its table. */
export function catalogOf({ columns }: Shop): Catalog {
  const tables = new Map(Object.entries(columns));
  const of: Catalog['columnsOf'] = (relation) => {
    const table =
      relation.kind === 'table'
        ? relation.parts.at(-1)!
        : /\/\* (\w+) \*\//.exec(relation.kind === 'query' ? relation.sql : '')![1]!;
    return Object.entries(tables.get(table)!).map(([name, type]) => ({ name, type }));
  };
  return {
    columnsOf: of,
    typeOf: (relation, column, place) => of(relation, place)!.find(({ name }) => name === column)!.type,
    keyOf: () => undefined,
    mayMove: () => false,
    expressionType: () => 'text',
  };
}

export interface Compiling {
  readonly project: Project;
  readonly catalog: Catalog;
  readonly capabilities: Capabilities;
  readonly membership: string;
  readonly pending: string;
  readonly changes: string;
  readonly t: Instant;
}

/** The steps of a tick of segments of one entity; of everyone, or since `t0`. */
export function stepsOf(segments: readonly PreparedSegment[], compiling: Compiling, t0?: Instant): Step[] {
  const { project, catalog, capabilities, membership, pending, changes, t } = compiling;
  const scope = { catalog, timezone: project.timezone, t };
  const { entity } = segments[0]!;
  const state = (sql: string): From => ({ kind: 'state', sql });
  const tables = {
    membership: state(membership),
    pending: state(pending),
    changes: state(changes),
    segments: state(changes),
  };
  const damped = dampedIn({ entity, members: segments.map((prepared) => ({ prepared })) }, tables);
  const base: TickInput = {
    entity,
    segments,
    membership: tables.membership,
    changes: tables.changes,
    ...(damped ? { damped } : {}),
    capabilities,
    scope,
  };
  const input = t0 === undefined ? base : { ...base, incremental: since(segments, t0, scope) };
  const affected = compileAffected(input);
  const { wides, verdict, changed } = compileVerdicts(input);
  return [...(affected ? [affected] : []), ...wides, verdict, ...changed];
}

function since(segments: readonly PreparedSegment[], t0: Instant, scope: TickInput['scope']) {
  const mark = { at: t0.toString(), since: t0.toString() };
  const members = segments.map((prepared) => {
    const watermarks = Object.fromEntries(
      prepared.reads.map(({ id }) => [id, id.includes('version') ? { ...mark, at: '7' } : mark]),
    );
    return {
      prepared,
      state: { fingerprint: '', tier: 'daily', evaluatedAt: t0, watermarks, tickId: 1n, members: 0 },
    };
  });
  return incremental({ entity: segments[0]!.entity, members }, scope);
}
