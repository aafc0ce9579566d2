/** `older_than` on rows, where the last of them was probably meant. */
import type { Project, Segment } from '../config/project.ts';
import { type Diagnostic, diagnose, type Place } from '../diagnostics/diagnostic.ts';
import { formatDuration } from '../instant.ts';
import type { Condition } from './condition.ts';
import { rowsOf } from './reads.ts';
import { type RowsOf, resolveSegment } from './resolve.ts';

type Rows = Extract<Condition, { kind: 'rows' }>;

/**
 * W206 for a `did: X, older_than: D` beside which nothing else is said of `X`: a row that old stays, whatever came since.
 * Who writes `count: {gte: 1}` out means it.
 */
export function judgeRecency(project: Project, segment: Segment): Diagnostic[] {
  const rowsIn = (where: Condition): RowsOf[] => rowsOf(resolveSegment(project, { ...segment, where }));
  const isBounded = (rows: Rows, beside: readonly Condition[]): boolean => {
    const [own] = rowsIn(rows);
    return beside.some((other) => rowsIn(other).some((each) => isAlike(each, own!)));
  };
  const judge = (condition: Condition, beside: readonly Condition[]): Diagnostic[] => {
    switch (condition.kind) {
      case 'all':
        return condition.of.flatMap((part) =>
          judge(part, [...beside, ...condition.of.filter((each) => each !== part)]),
        );
      case 'any':
        return condition.of.flatMap((part) => judge(part, beside));
      case 'rows':
        return isSuspect(condition) && !isBounded(condition, beside) ? [told(condition)] : [];
      default:
        return [];
    }
  };
  return judge(segment.where, []);
}

function isSuspect({ window, measure, test, place }: Rows): boolean {
  return window?.kind === 'older_than' && measure.fn === 'count' && isDefault(test.place, place);
}

/** A test that nobody wrote has the place of the whole condition, before the source's name; a written one stands behind. */
function isDefault(test: Place, source: Place): boolean {
  return test.line < source.line || (test.line === source.line && test.column < source.column);
}

function isAlike(one: RowsOf, other: RowsOf): boolean {
  return one.source === other.source && one.split === other.split;
}

function told({ source, window, where, place }: Rows): Diagnostic {
  const length = window?.kind === 'older_than' ? formatDuration(window.duration) : '';
  return diagnose('W206', { source, length, filtered: where !== undefined }, place);
}
