/** A segment ready to tick: resolved, with what it reads, its edges and its fingerprint. */
import type { Entity, Project, Segment } from '../config/project.ts';
import { type Edge, edgesOf } from '../segment/edges.ts';
import { fingerprintOf } from '../segment/fingerprint.ts';
import { type ReadTable, readsOf, sentSql, sentTraits, storedOf, syncsOf } from '../segment/reads.ts';
import { entityOf, leavesOf, resolveSegment, type Verdict } from '../segment/resolve.ts';
import { readSql } from '../segment/sql-text.ts';

export interface PreparedSegment {
  readonly name: string;
  readonly segment: Segment;
  readonly entity: Entity;
  readonly verdict: Verdict;
  readonly reads: readonly ReadTable[];
  readonly edges: readonly Edge[];
  /** `query:` segments that it refers to: their members stand as of their own last tick. */
  readonly stored: readonly string[];
  readonly sql: PreparedSql;
  readonly fingerprint: string;
  /** Traits whose values its syncs send or depend on. */
  readonly sent: readonly string[];
  /** Expressions whose values its syncs send. */
  readonly sentSql: ReturnType<typeof sentSql>;
}

/** What a segment says in SQL of its own. */
export interface PreparedSql {
  /** Whole SELECTs of keys. */
  readonly queries: readonly string[];
  /** Functions that its expressions call. */
  readonly calls: readonly string[];
  /** What in its expressions may change though no row does. */
  readonly moving?: string;
}

/** Throws E201 to E203 for names that do not exist. */
export function prepareSegment(project: Project, segment: Segment): PreparedSegment {
  const entity = entityOf(project, segment.entity);
  const verdict = resolveSegment(project, segment);
  const syncs = syncsOf(project, segment.name);
  const expressions = syncs.flatMap(sentSql);
  return {
    name: segment.name,
    segment,
    entity,
    verdict,
    reads: readsOf(project, entity, segment.name, verdict),
    edges: edgesOf(entity, verdict),
    stored: storedOf(verdict),
    sql: sqlOf(verdict, expressions),
    fingerprint: fingerprintOf(project, entity, verdict, segment),
    sent: syncs.flatMap(sentTraits(entity)),
    sentSql: expressions,
  };
}

function sqlOf(verdict: Verdict, sent: PreparedSegment['sentSql']): PreparedSql {
  const leaves = leavesOf(verdict);
  const texts = leaves.flatMap((leaf) => (leaf.kind === 'sql' ? [readSql(leaf.sql)] : []));
  const moving = texts.map((each) => each.moving).find((each) => each !== undefined);
  return {
    queries: leaves.flatMap((leaf) => (leaf.kind === 'query' ? [leaf.sql] : [])),
    calls: [...new Set([...texts, ...sent.map(({ sql }) => readSql(sql))].flatMap(({ calls }) => calls))],
    ...(moving === undefined ? {} : { moving }),
  };
}
