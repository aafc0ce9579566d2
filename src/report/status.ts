/** `segsync status`: how fresh everything is against its promise, and what needs somebody. */
import { parseInstant } from '../instant.ts';
import type { Colors } from './colors.ts';
import { measuredTable } from './freshness.ts';
import { sparkline } from './history.ts';
import { tableText } from './pretty.ts';
import type { RunOfHistory, SegmentStatus, StatusReport, SyncStatus, TierStatus } from './results.ts';
import { staleLines } from './slow.ts';
import { count, elapsed, plural, promised } from './words.ts';

/** As text ending in a line feed. */
export function statusText(report: StatusReport, colors: Colors): string {
  const { segments, syncs, tiers, last_run: last, now } = report;
  const measured = measuredTable(report);
  const blocks = [
    segments.length > 0 ? tableText(segmentTable(segments), colors) : 'There are no segments.\n',
    ...(syncs.length > 0 ? [tableText(syncTable(syncs), colors)] : []),
    ...(measured ? [tableText(measured, colors)] : []),
  ];
  const notes = [...staleLines(segments), ...syncs.flatMap(notesOf), ...tiers.flatMap(slowedNote)];
  if (notes.length > 0) blocks.push(notes.map((line) => `${line}\n`).join(''));
  if (last) blocks.push(`${lastRun(last, now)}\n`);
  return blocks.join('\n');
}

/** Whether a promise is broken: a tier's, or one that was made of a table. */
export function isBroken({ segments, syncs }: StatusReport): boolean {
  return (
    [...segments, ...syncs].some(({ late }) => late) ||
    syncs.some(({ broken }) => broken) ||
    segments.some(({ stale }) => stale !== undefined)
  );
}

function segmentTable(segments: readonly SegmentStatus[]) {
  const drawn = segments.some(({ sizes }) => sizes !== undefined);
  return {
    titles: ['segment', 'tier', 'members', ...(drawn ? [''] : []), 'evaluated', 'promise', ''],
    rows: segments.map((each) => [
      ...[each.segment, each.tier, count(each.members)],
      ...(drawn ? [sparkline(each.sizes ?? [])] : []),
      ...[ago(each.age_ms), promised(each.promise_ms), brokenBy(each)],
    ]),
  };
}

function brokenBy({ late, stale }: SegmentStatus): string {
  return [...(late ? ['late'] : []), ...(stale ? ['stale'] : [])].join(', ');
}

function lastRun({ status, started_at: started, finished_at: finished }: RunOfHistory, now: string): string {
  const at = (text: string): bigint => parseInstant(text, 'UTC') ?? 0n;
  const since = elapsed(Number(at(now) - at(finished ?? started)) / 1000);
  return finished === undefined
    ? `The last run began ${since} ago and has not ended.`
    : `The last run ended ${since} ago: ${status}.`;
}

function syncTable(syncs: readonly SyncStatus[]) {
  return {
    titles: ['sync', 'tier', 'members', 'delivered', 'promise', ''],
    rows: syncs.map((each) => [
      ...[each.sync, each.tier, count(each.members), ago(each.age_ms)],
      ...[promised(each.promise_ms), stateOf(each)],
    ]),
  };
}

function ago(ms: number | undefined): string {
  return ms === undefined ? 'never' : `${elapsed(ms)} ago`;
}

function stateOf({ late, broken, held_reason: held, paused_at: paused }: SyncStatus): string {
  if (paused !== undefined) return 'paused';
  const states = [held === undefined ? '' : 'held', late ? 'late' : '', broken ? 'broken' : ''];
  return states.filter((state) => state !== '').join(', ');
}

function slowedNote({ tier, every_ms: every, asked_every_ms: asked }: TierStatus): string[] {
  if (asked === undefined) return [];
  return [
    `slowed      tier ${tier}: every ${promised(every)}, not ${promised(asked)}: the warehouse bears no shorter cadence`,
  ];
}

function notesOf(each: SyncStatus): string[] {
  const { sync, rejected, rejected_removals: removals, waiting, jobs = 0 } = each;
  const notes: string[] = [];
  if (each.paused_at !== undefined) {
    const why = each.paused_reason === undefined ? '' : `: ${each.paused_reason}`;
    notes.push(`paused      ${sync} since ${each.paused_at}${why}; \`segsync resume ${sync}\``);
  }
  if (each.held_reason !== undefined)
    notes.push(`held        ${sync}: ${each.held_reason.replace(/^sync \S+ is held: /, '')}`);
  if (each.broken && each.measured) {
    const { changes, kept, freshness_ms: took, promise_ms: promise } = each.measured;
    notes.push(
      `broken      ${sync}: ${count(changes - kept)} of ${plural(changes, 'change')} took longer than ${promised(promise)}, 95 of 100 up to ${elapsed(took.p95)}`,
    );
  }
  if (rejected > 0) {
    const gone = removals > 0 ? `, of them ${plural(removals, 'removal')} (tried again daily)` : '';
    notes.push(`rejected    ${sync}: ${plural(rejected, 'row')}${gone}; \`segsync retry ${sync}\``);
    for (const { code, message, rows } of each.rejections ?? [])
      notes.push(`            ${count(rows)} for ${code} ${message}`.trimEnd());
  }
  if (waiting > 0) notes.push(`waiting     ${sync}: ${plural(waiting, 'row')} without an answer yet`);
  if (jobs > 0) {
    const since = elapsed(each.oldest_job_ms ?? 0);
    notes.push(`jobs        ${sync}: ${jobs} of the other side not done, the oldest for ${since}`);
  }
  return notes;
}
