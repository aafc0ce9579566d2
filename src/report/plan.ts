/** A plan for people: what a run would do, and that nothing was done. */
import { total } from './closing.ts';
import type { Colors } from './colors.ts';
import { costLine } from './cost.ts';
import { driftLines } from './drift.ts';
import { attention, shownSyncs, tableText } from './pretty.ts';
import type { DefinitionChange, RunReport, SegmentResult, SyncResult } from './results.ts';
import { count, plural, spaced } from './words.ts';

/** A plan as text ending in a line feed. `examples`: with one request of each sync. */
export function planText(report: RunReport, colors: Colors, { examples = false } = {}): string {
  const segments = report.segments
    .filter((segment) => segment.mode !== 'skipped' || segment.error)
    .sort((a, b) => (a.segment < b.segment ? -1 : 1));
  const syncs = shownSyncs(report);
  const notes = [...driftLines(report, 'to correct'), ...attention(syncs)];
  const blocks = [
    definitionChanges(report.definition_changes ?? [], colors),
    segments.length > 0 ? tableText(segmentTable(segments), colors) : '',
    syncs.length > 0 ? tableText(syncTable(syncs), colors) : '',
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

const MARK = { new: '+', removed: '-', logic: '~', mapping: '~', metadata: '=' } as const;
const MEANS = {
  new: 'new',
  logic: 'another condition',
  mapping: 'another mapping: every member is compared again',
} as const;

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
    .map((line) => (paint[line[0] as keyof typeof paint] ?? String)(line))
    .map((line) => `    ${line.replace(/^@$/, '...')}\n`)
    .join('');
}

export function meaning({ kind, change, detail }: DefinitionChange): string {
  if (change === 'metadata')
    return `${detail ?? 'another description, owner or tags'}: nothing to evaluate or send`;
  if (change === 'removed') {
    const rest = detail ?? (kind === 'sync' ? 'its audience is kept' : undefined);
    return rest === undefined ? 'removed' : `removed; ${rest}`;
  }
  return detail === undefined ? MEANS[change] : `${MEANS[change]}, ${detail}`;
}

function segmentTable(segments: readonly SegmentResult[]): Parameters<typeof tableText>[0] {
  const anyFull = segments.some((segment) => segment.mode === 'full');
  const full = (text: string): string[] => (anyFull ? [text] : []);
  return {
    titles: ['segment', 'members', '', '', 'enter', 'exit', ...full('full')],
    rows: segments.map((segment) => {
      if (segment.error) return [segment.segment, 'failed', '', segment.error.code, '', '', ...full('')];
      const before = segment.members - segment.entered + segment.exited;
      return [
        ...[segment.segment, count(before), '->', count(segment.members)],
        ...[`+${count(segment.entered)}`, `-${count(segment.exited)}`],
        ...full(segment.mode === 'full' ? spaced(segment.reason) : ''),
      ];
    }),
  };
}

function syncTable(syncs: readonly SyncResult[]): Parameters<typeof tableText>[0] {
  return {
    titles: ['sync', 'add', 'remove', 'update', 'requests'],
    rows: syncs.map((sync) => {
      if (sync.error) return [sync.sync, 'failed', sync.error.code, '', ''];
      const { add, remove, update } = sync.planned;
      const requests = sync.skipped === 'target' ? 'not sent' : count(sync.requests ?? 0);
      return [sync.sync, count(add), count(remove), count(update), requests];
    }),
  };
}

/** Names stand where a person's values would. */
function exampleText({ sync, example }: SyncResult, colors: Colors): string {
  if (!example) return '';
  const { to, body } = example;
  const text = typeof body === 'string' ? body : JSON.stringify(body, null, 2);
  const lines = text.trimEnd().replaceAll('\n', '\n  ');
  return `${colors.dim(`one request of ${sync}`)}\n  ${to}\n  ${lines}\n`;
}

function summary(
  report: RunReport,
  segments: readonly SegmentResult[],
  syncs: readonly SyncResult[],
): string {
  const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);
  const changes = report.definition_changes?.length ?? 0;
  const sendable = syncs.filter((sync) => !sync.skipped && !sync.held && !sync.error);
  const operations = sum(sendable.map((sync) => total(sync.planned)));
  const requests = sum(sendable.map((sync) => sync.requests ?? 0));
  if (segments.length === 0 && changes === 0) return 'Plan: there is nothing to evaluate.';
  const entered = sum(segments.map((segment) => segment.entered));
  const exited = sum(segments.map((segment) => segment.exited));
  return [
    `Plan: ${plural(changes, 'definition change')}; `,
    `+${count(entered)} -${count(exited)} in ${plural(segments.length, 'segment')};\n`,
    `      ${plural(operations, 'operation')} in ${plural(requests, 'request')} to `,
    `${plural(sendable.length, 'sync')}.`,
  ].join('');
}
