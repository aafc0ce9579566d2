/** A plan for people: what a run would do, and that nothing was done. */
import { total } from './closing.ts';
import type { Colors } from './colors.ts';
import { costLine } from './cost.ts';
import { driftLines } from './drift.ts';
import {
  MARK,
  meaning,
  overlapTable,
  sampleLines,
  segmentTable,
  shownSegments,
  summary,
  syncTable,
} from './plan-parts.ts';
import { attention, shownSyncs, tableText } from './pretty.ts';
import type { DefinitionChange, RunReport, SegmentResult, SyncResult } from './results.ts';
import { oldLines } from './slow.ts';

/** A plan as text ending in a line feed. `examples`: with one request of each sync. */
export function planText(report: RunReport, colors: Colors, { examples = false } = {}): string {
  const segments = shownSegments(report);
  const syncs = shownSyncs(report);
  const notes = [...driftLines(report, 'to correct'), ...oldLines(report), ...attention(syncs)];
  const blocks = [
    definitionChanges(report.definition_changes ?? [], colors),
    segments.length > 0 ? tableText(segmentTable(segments), colors) : '',
    syncs.length > 0 ? tableText(syncTable(syncs), colors) : '',
    overlapTable(segments).rows.length > 0 ? tableText(overlapTable(segments), colors) : '',
    samplesText(segments, colors),
    notes.map((line) => `${line}\n`).join(''),
    ...(examples ? syncs.map((sync) => exampleText(sync, colors)) : []),
    `${summary(report, segments, syncs)}\n${costLine(report, colors)}${colors.bold('Nothing was sent.')}\n`,
  ];
  return blocks.filter((block) => block !== '').join('\n');
}

/** True when a run would change something: a definition, a membership, or a destination. */
export function hasChanges(report: RunReport): boolean {
  return (
    (report.definition_changes ?? []).some((change) => change.change !== 'metadata') ||
    report.segments.some((segment) => segment.entered + segment.exited > 0) ||
    report.syncs.some((sync) => sync.skipped !== 'target' && total(sync.planned) > 0)
  );
}

function definitionChanges(changes: readonly DefinitionChange[], colors: Colors): string {
  const paint = { '+': colors.green, '-': colors.red, '~': colors.yellow, '=': colors.dim };
  return changes
    .map((each) => {
      const mark = MARK[each.change];
      return `${paint[mark](`${mark} ${each.kind} ${each.name}`)}: ${meaning(each)}\n${diffText(each, colors)}`;
    })
    .join('');
}

function diffText({ diff = [] }: DefinitionChange, colors: Colors): string {
  const paint = { '+': colors.green, '-': colors.red, '@': colors.dim } as const;
  return diff
    .map((line) => (paint[line[0] as keyof typeof paint] ?? String)(line === '@' ? '...' : line))
    .map((line) => `    ${line}\n`)
    .join('');
}

function samplesText(segments: readonly SegmentResult[], colors: Colors): string {
  const lines = sampleLines(segments);
  if (lines.length === 0) return '';
  const title = colors.dim('some of those who enter (+) and leave (-), their keys masked');
  return [title, ...lines].map((line) => `${line}\n`).join('');
}

/** Names stand where a person's values would. */
function exampleText({ sync, example }: SyncResult, colors: Colors): string {
  if (!example) return '';
  const { to, body } = example;
  const text = typeof body === 'string' ? body : JSON.stringify(body, null, 2);
  const lines = text.trimEnd().replaceAll('\n', '\n  ');
  return `${colors.dim(`one request of ${sync}`)}\n  ${to}\n  ${lines}\n`;
}
