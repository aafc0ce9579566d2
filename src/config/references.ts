/** References between segments: each must exist, be of the same entity, and lead to no circle. */
import { nearest } from '../diagnostics/suggest.ts';
import type { Condition } from '../segment/condition.ts';
import type { Problems } from './problems.ts';
import type { Segment } from './project.ts';

type Reference = Extract<Condition, { kind: 'segment' }>;

/** Every `segment:` in a condition. */
export function referencesOf(condition: Condition): Reference[] {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return condition.of.flatMap(referencesOf);
    case 'not':
      return referencesOf(condition.of);
    case 'segment':
      return [condition];
    default:
      return [];
  }
}

/** Reports E129, E150, E201 and E202. `names` also holds segments that are broken for other reasons. */
export function checkReferences(
  segments: ReadonlyMap<string, Segment>,
  names: ReadonlySet<string>,
  problems: Problems,
): void {
  for (const segment of segments.values()) {
    for (const { segment: name, place } of referencesOf(segment.where)) {
      const other = segments.get(name);
      if (!names.has(name)) {
        problems.report('E201', { name, suggestion: nearest(name, names) }, place);
      } else if (other && other.entity !== segment.entity) {
        problems.report('E129', { segment: name, entity: segment.entity, other: other.entity }, place);
      } else if (other?.where.kind === 'query' && (other.settle ?? other.stayAtLeast) !== undefined) {
        problems.report('E150', { segment: name }, place);
      }
    }
  }
  reportCircles(segments, problems);
}

/** Depth first; a circle is told once, at the reference that closes it. */
function reportCircles(segments: ReadonlyMap<string, Segment>, problems: Problems): void {
  const done = new Set<string>();
  const visit = (segment: Segment, path: readonly string[]): void => {
    const here = [...path, segment.name];
    for (const { segment: name, place } of referencesOf(segment.where)) {
      const next = segments.get(name);
      if (here.includes(name)) {
        problems.report('E202', { cycle: [...here.slice(here.indexOf(name)), name] }, place);
      } else if (next && !done.has(name)) {
        visit(next, here);
      }
    }
    done.add(segment.name);
  };
  for (const segment of segments.values()) if (!done.has(segment.name)) visit(segment, []);
}
