/** Windows that rows may have left before they are seen. */
import type { Project, Segment, Source } from '../config/project.ts';
import { type Diagnostic, diagnose } from '../diagnostics/diagnostic.ts';
import { type Duration, formatDuration } from '../instant.ts';
import type { Window } from './condition.ts';
import { LONGEST } from './outcome-time.ts';
import { partsOf } from './parts.ts';
import { rowsOf } from './reads.ts';
import { type RowsOf, resolveSegment } from './resolve.ts';
import { windowName } from './window.ts';

/** W201 for every window of rows that is shorter than its source's `overlap`. */
export function judgeLateness(project: Project, segment: Segment): Diagnostic[] {
  const own = partsOf(segment.where).filter(({ kind }) => kind !== 'segment');
  const rows = own.flatMap((where) => rowsOf(resolveSegment(project, { ...segment, where })));
  return rows.flatMap(judgeRows);
}

function judgeRows({ source, split, window }: RowsOf): Diagnostic[] {
  const overlap = overlapOf(source);
  const longest = window && longestStay(window);
  if (overlap === undefined || longest === undefined || longest >= overlap) return [];
  const parameters = {
    window: windowName(window!),
    source: split ?? source.name,
    overlap: formatDuration(overlap),
  };
  return [diagnose('W201', parameters, window!.place)];
}

/** What the source says; a number's distance is no time. */
function overlapOf({ cursor }: Source): Duration | undefined {
  return cursor?.overlap && 'duration' in cursor.overlap ? cursor.overlap.duration : undefined;
}

/** How old a row can be that is still in the window; undefined: any age. */
function longestStay(window: Window): Duration | undefined {
  switch (window.kind) {
    case 'within':
      return window.duration;
    case 'between':
      return window.from;
    case 'this':
      return LONGEST[window.unit];
    case 'previous':
      return LONGEST[window.unit] * BigInt(window.count + 1);
    default:
      return undefined;
  }
}
