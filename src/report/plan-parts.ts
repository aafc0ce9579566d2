/** What a plan is made of, whatever it is printed as: words for changes, tables, the summary. */
import { total } from './closing.ts';
import type { DefinitionChange, RunReport, SegmentResult, SyncResult } from './results.ts';
import type { Table } from './table.ts';
import { count, plural, spaced } from './words.ts';

export const MARK = { new: '+', removed: '-', logic: '~', mapping: '~', metadata: '=' } as const;
const MEANS = {
  new: 'new',
  logic: 'another condition',
  mapping: 'another mapping: every member is compared again',
} as const;

export function meaning({ kind, change, detail }: DefinitionChange): string {
  if (change === 'metadata')
    return `${detail ?? 'another description, owner or tags'}: nothing to evaluate or send`;
  if (change === 'removed') {
    const rest = detail ?? (kind === 'sync' ? 'its audience is kept' : undefined);
    return rest === undefined ? 'removed' : `removed; ${rest}`;
  }
  return detail === undefined ? MEANS[change] : `${MEANS[change]}, ${detail}`;
}

/** The segments of a report that were looked at, by name. */
export function shownSegments({ segments }: RunReport): SegmentResult[] {
  return segments
    .filter((segment) => segment.mode !== 'skipped' || segment.error)
    .sort((a, b) => (a.segment < b.segment ? -1 : 1));
}

/** Members before and after, by segment. */
export function segmentTable(segments: readonly SegmentResult[]): Table {
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

/** Operations and requests, by sync. */
export function syncTable(syncs: readonly SyncResult[]): Table {
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

/** Whom other segments have as well; without rows when nobody asked. */
export function overlapTable(segments: readonly SegmentResult[]): Table {
  return {
    titles: ['segment', 'members', 'also in', 'both', 'share'],
    rows: segments.flatMap(({ segment, members, overlap = [] }) =>
      overlap.map((other) => [
        ...[segment, count(members), other.segment, count(other.shared)],
        members === 0 ? '' : `${((100 * other.shared) / members).toFixed(1)}%`,
      ]),
    ),
  };
}

/** `gold_tier  + ••••42 ••••17  - ••••03`, a line a segment that has samples. */
export function sampleLines(segments: readonly SegmentResult[]): string[] {
  return segments.flatMap(({ segment, samples = [] }) => {
    const keys = (op: 'enter' | 'exit', mark: string): string[] => {
      const own = samples.filter((sample) => sample.op === op).map(({ key }) => key);
      return own.length > 0 ? [`${mark} ${own.join(' ')}`] : [];
    };
    const parts = [...keys('enter', '+'), ...keys('exit', '-')];
    return parts.length > 0 ? [[segment, ...parts].join('  ')] : [];
  });
}

/** What it comes to, in two lines. */
export function summary(
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
  const failed = [...segments, ...syncs].filter(({ error }) => error).length;
  const entered = sum(segments.map((segment) => segment.entered));
  const exited = sum(segments.map((segment) => segment.exited));
  return [
    `Plan: ${plural(changes, 'definition change')}; `,
    `+${count(entered)} -${count(exited)} in ${plural(segments.length, 'segment')};\n`,
    `      ${plural(operations, 'operation')} in ${plural(requests, 'request')} to `,
    `${plural(sendable.length, 'sync')}${failed > 0 ? `; ${count(failed)} failed` : ''}.`,
  ].join('');
}
