/** What can be told of a segment without looking at any data, beyond what is wrong with it. All of it warns. */
import type { Project, Segment } from '../config/project.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { judgeDamping } from './judge-damping.ts';
import { judgeOnStale } from './judge-freshness.ts';
import { judgeLateness } from './judge-lateness.ts';
import { judgeLogic } from './judge-logic.ts';
import { judgeRecency } from './judge-recency.ts';
import { judgeReferences } from './judge-references.ts';

export function judgeSegment(project: Project, segment: Segment): Diagnostic[] {
  return [judgeLogic, judgeLateness, judgeReferences, judgeRecency, judgeOnStale, judgeDamping].flatMap(
    (judge) => judge(project, segment),
  );
}
