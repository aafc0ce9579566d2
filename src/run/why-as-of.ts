/** How old the tables behind a condition are, where that is more than the segment's tier promises. */
import type { Catalog } from '../compile/catalog.ts';
import type { Project } from '../config/project.ts';
import type { PreparedSegment } from '../evaluate/prepared.ts';
import { formatInstant, type Instant } from '../instant.ts';
import type { WhyAsOf } from '../report/results.ts';
import { readsOf, traitsOf } from '../segment/reads.ts';
import { leavesOf, resolveTrait, type Verdict } from '../segment/resolve.ts';
import { type Slow, slowReads } from '../segment/slow.ts';
import { readSegmentRows } from '../state/segment-rows.ts';
import type { StateTables } from '../state/sql.ts';
import type { Statements } from '../warehouse/warehouse.ts';
import { newestNow } from './newest-now.ts';
import { slowTable } from './slow.ts';

export interface AsOfInput {
  readonly statements: Statements;
  readonly tables: StateTables;
  readonly project: Project;
  readonly prepared: PreparedSegment;
  readonly catalog: Catalog;
  readonly t: Instant;
}

/** Looks at the newest row of each table once. */
export async function readAsOf(input: AsOfInput): Promise<(leaf: Verdict) => readonly WhyAsOf[]> {
  const { statements, tables, project, prepared, catalog, t } = input;
  const row = (await readSegmentRows(statements, tables)).get(prepared.name);
  const before = JSON.parse(row?.watermarks ?? '{}');
  const newest = await newestNow(prepared.reads, {
    ...{ statements, tables, catalog, t, before },
    timezone: project.timezone,
  });
  const promise = project.tiers.get(prepared.segment.tier)!.freshWithin;
  const slow = slowReads(
    prepared.reads.filter(({ id }) => newest(id) !== undefined),
    newest,
    { t, promise },
  );
  return (leaf) => {
    const ids = idsBehind(leaf, input);
    return slow
      .filter(({ read }) => ids.has(read.id))
      .map((each) => ({ ...slowTable(each, promise), ...at(each) }));
  };
}

function at({ newest }: Slow): Pick<WhyAsOf, 'newest'> {
  return newest === undefined ? {} : { newest: formatInstant(newest) };
}

/** The entity's table only where a column of it is asked about. */
function idsBehind(verdict: Verdict, { project, prepared: { entity } }: AsOfInput): ReadonlySet<string> {
  const ofEntity = traitsOf(verdict).some((name) => !resolveTrait(entity, name).table);
  const isOwnSql = leavesOf(verdict).some(({ kind }) => kind === 'sql');
  const reads = readsOf(project, entity, NO_SEGMENT, verdict);
  return new Set(reads.filter(({ role }) => role !== 'entity' || ofEntity || isOwnSql).map(({ id }) => id));
}

/** A condition by itself sends nothing. */
const NO_SEGMENT = '';
