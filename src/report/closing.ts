/** The one line that a run ends with. */
import { parseInstant } from '../instant.ts';
import type { Colors } from './colors.ts';
import type { Counts, RunReport } from './results.ts';
import { count, elapsed, listed, plural } from './words.ts';

/** How a run ended, how long it took, what it did, and what to do next if anything. */
export function closingLine(report: RunReport, colors: Colors): string {
  const { word, paint } = HEADING[report.status];
  const ran = colors.bold(colors[paint](`${word} ${elapsed(duration(report))}`));
  return `${ran}: ${figures(report)}${ADVICE[report.status]}`;
}

const HEADING = {
  done: { word: 'Done in', paint: 'green' },
  failed: { word: 'Failed after', paint: 'red' },
  held: { word: 'Held after', paint: 'yellow' },
  interrupted: { word: 'Interrupted after', paint: 'yellow' },
} as const;

const ADVICE: Record<RunReport['status'], string> = {
  done: '.',
  failed: '. The rest is done; running again is safe.',
  held: '. Nothing was sent to what is held; the rest is done.',
  interrupted: '. Nothing is lost; the next run goes on from here.',
};

function figures(report: RunReport): string {
  const { segments, syncs } = report;
  const evaluated = segments.filter((segment) => segment.mode !== 'skipped' && !segment.error);
  const failed = {
    segments: segments.filter((segment) => segment.error).length,
    syncs: syncs.filter((sync) => sync.error).length,
  };
  const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);
  const entered = sum(evaluated.map((segment) => segment.entered));
  const exited = sum(evaluated.map((segment) => segment.exited));
  const sent = syncs.filter((sync) => sync.delivered && total(sync.delivered) > 0);
  const rejected = sum(syncs.map((sync) => sync.rejected));
  const waiting = sum(syncs.map((sync) => sync.waiting));
  const parts = [
    ...failures(failed),
    ...(evaluated.length > 0
      ? [
          `${plural(evaluated.length, 'segment')} evaluated, ${count(entered)} entered, ${count(exited)} exited`,
        ]
      : []),
    ...(sent.length > 0
      ? [
          `${plural(sum(sent.map((sync) => total(sync.delivered!))), 'change')} delivered to ${plural(sent.length, 'sync')}`,
        ]
      : []),
    ...(rejected > 0 ? [`${count(rejected)} rejected`] : []),
    ...(waiting > 0 ? [`${count(waiting)} waiting`] : []),
  ];
  return parts.length > 0 ? parts.join('; ') : idle(report);
}

function failures(failed: { segments: number; syncs: number }): string[] {
  const parts = [
    ...(failed.segments > 0 ? [plural(failed.segments, 'segment')] : []),
    ...(failed.syncs > 0 ? [plural(failed.syncs, 'sync')] : []),
  ];
  return parts.length > 0 ? [`${listed(parts)} failed`] : [];
}

function idle({ segments, syncs, next_due: next }: RunReport): string {
  if (segments.length === 0) return 'there is no segment to look at';
  if (segments.some(({ reason }) => reason === 'locked') || syncs.some(({ skipped }) => skipped === 'locked'))
    return 'another process is at work on it';
  if (segments.some((segment) => segment.reason === 'not_newer'))
    return 'what `--after` names is not newer than the last tick';
  const then = next ? `; next is ${next.tier} at ${next.at.slice(0, 19)}Z` : '';
  return `nothing was due (\`--all\` runs everything)${then}`;
}

/** All operations of one sync. */
export function total({ add, remove, update }: Counts): number {
  return add + remove + update;
}

function duration(report: RunReport): number {
  const at = (text: string): bigint => parseInstant(text, 'UTC') ?? 0n;
  return Math.max(0, Number(at(report.finished_at) - at(report.started_at)) / 1000);
}
