/** A plan as annotations at the definitions that a pull request changes. */
import type { Place } from '../diagnostics/diagnostic.ts';
import { total } from './closing.ts';
import { type Annotated, annotations } from './github.ts';
import { meaning } from './plan-parts.ts';
import { attention } from './pretty.ts';
import type { DefinitionChange, RunReport } from './results.ts';
import { count, plural } from './words.ts';

const TITLE = 'segsync plan';

export interface Places {
  /** Of a sync, absolute. */
  sync(name: string): Place | undefined;
  /** A path as GitHub knows it. */
  shown(file: string): string;
  /** Absolute, of one relative to the project. */
  inProject(file: string): string;
}

/** Annotation lines: a notice at each definition that changed, a warning at each sync that a guard would hold. */
export function planAnnotations(report: RunReport, places: Places): string {
  const moved = movedBy(report);
  const busiestFirst = (report.definition_changes ?? []).toSorted((a, b) => moved(b) - moved(a));
  const changes = busiestFirst.map((change): Annotated => {
    const { file, line } = change;
    const at = file === undefined ? {} : { file: places.shown(places.inProject(file)), line };
    return { severity: 'notice', code: TITLE, message: changeMessage(change, report), ...at };
  });
  const held = report.syncs.flatMap((sync): Annotated[] => {
    if (!sync.held) return [];
    const place = places.sync(sync.sync);
    const message = attention([{ ...sync, skipped: undefined } as typeof sync])
      .filter((line) => !line.startsWith('unmatchable'))
      .map((line) => line.replace(/^held\s+/, '').trim())
      .join('\n');
    const at = place ? { file: places.shown(place.file), line: place.line, column: place.column } : {};
    return [{ severity: 'warning', code: TITLE, message, ...at }];
  });
  return annotations([...held, ...changes]);
}

/** Members or operations that a change is about. */
function movedBy({ segments, syncs }: RunReport): (change: DefinitionChange) => number {
  const members = new Map(segments.map((each) => [each.segment, each.entered + each.exited]));
  const operations = new Map(syncs.map((each) => [each.sync, total(each.planned)]));
  return ({ kind, name }) => (kind === 'segment' ? members : operations).get(name) ?? 0;
}

function changeMessage(change: DefinitionChange, { segments, syncs }: RunReport): string {
  const head = `${change.kind} ${change.name}: ${meaning(change)}`;
  const segment = change.kind === 'segment' && segments.find((each) => each.segment === change.name);
  if (segment && !segment.error && segment.mode !== 'skipped') {
    const before = segment.members - segment.entered + segment.exited;
    const moves = `+${count(segment.entered)} -${count(segment.exited)}`;
    return `${head}\n${count(before)} -> ${plural(segment.members, 'member')} (${moves})`;
  }
  const sync = change.kind === 'sync' && syncs.find((each) => each.sync === change.name);
  if (!sync || sync.error) return head;
  const { add, remove, update } = sync.planned;
  return `${head}\nadd ${count(add)}, remove ${count(remove)}, update ${count(update)}`;
}
