/** A segment's condition as it is declared, node by node, each with its own normal form; references are expanded. */
import type { Entity, Project, Segment } from '../config/project.ts';
import type { Condition } from './condition.ts';
import { entityOf, resolveCondition, resolveSteps, type StepOf, type Verdict } from './resolve.ts';

export interface WhyNode {
  /** Its place in the order of reading, from 0. */
  readonly id: number;
  readonly condition: Condition;
  readonly verdict: Verdict;
  readonly of: readonly WhyNode[];
  /** Of a sequence. */
  readonly steps?: readonly StepOf[];
}

/** The root of a segment's tree. Throws as `resolveSegment` does. */
export function whyTree(project: Project, segment: Segment): WhyNode {
  let last = -1;
  const entity = entityOf(project, segment.entity);
  const node = (condition: Condition, path: readonly string[]): WhyNode => {
    last += 1;
    const id = last;
    const verdict = resolveCondition(project, entity, condition, path);
    const of = partsOf(project, condition).map((part) =>
      node(part, condition.kind === 'segment' ? [...path, condition.segment] : path),
    );
    return { id, condition, verdict, of, ...stepsOf(condition, entity) };
  };
  return node(segment.where, [segment.name]);
}

/** A node and all below it, in the order of reading. */
export function nodesOf(root: WhyNode): WhyNode[] {
  return [root, ...root.of.flatMap(nodesOf)];
}

/** `did_not` and `has_no` stand in the YAML as one word, and arrive as `not` around rows at the same place. */
export function isOneWord({ condition }: WhyNode): boolean {
  return condition.kind === 'not' && condition.of.kind !== 'not' && placeOf(condition.of) === condition.place;
}

function placeOf(condition: Condition): unknown {
  if (condition.kind !== 'compare') return condition.place;
  return condition.left.kind === 'measure' ? condition.left.measured.place : condition.place;
}

/** What a `query:` segment says stays its own: it stands as of its last tick. */
function partsOf(project: Project, condition: Condition): readonly Condition[] {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return condition.of;
    case 'not':
      return [condition.of];
    case 'segment': {
      const { where } = project.segments.get(condition.segment)!;
      return where.kind === 'query' ? [] : [where];
    }
    default:
      return [];
  }
}

function stepsOf(condition: Condition, entity: Entity): { steps?: readonly StepOf[] } {
  return condition.kind === 'sequence' ? { steps: resolveSteps(condition, entity) } : {};
}
