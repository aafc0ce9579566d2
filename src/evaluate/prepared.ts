/** A segment ready to tick: resolved, with what it reads, its edges and its fingerprint. */
import type { Entity, Project, Segment } from '../config/project.ts';
import { type Edge, edgesOf } from '../segment/edges.ts';
import { fingerprintOf } from '../segment/fingerprint.ts';
import { type ReadTable, readsOf, sentTraits, syncsOf } from '../segment/reads.ts';
import { entityOf, resolveSegment, type Verdict } from '../segment/resolve.ts';

export interface PreparedSegment {
  readonly name: string;
  readonly segment: Segment;
  readonly entity: Entity;
  readonly verdict: Verdict;
  readonly reads: readonly ReadTable[];
  readonly edges: readonly Edge[];
  readonly fingerprint: string;
  /** Traits whose values its syncs send or depend on. */
  readonly sent: readonly string[];
}

/** Throws E201 to E203 for names that do not exist. */
export function prepareSegment(project: Project, segment: Segment): PreparedSegment {
  const entity = entityOf(project, segment.entity);
  const verdict = resolveSegment(project, segment);
  return {
    name: segment.name,
    segment,
    entity,
    verdict,
    reads: readsOf(project, entity, segment.name, verdict),
    edges: edgesOf(entity, verdict),
    fingerprint: fingerprintOf(project, entity, verdict),
    sent: syncsOf(project, segment.name).flatMap(sentTraits(entity)),
  };
}
