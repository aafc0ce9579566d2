/** The result of a run for people: a table of the syncs, what needs attention, one closing line. */

import { closingLine } from './closing.ts';
import type { Colors } from './colors.ts';
import { driftLines } from './drift.ts';
import { shortFreshness } from './freshness.ts';
import { heldText } from './held.ts';
import { wayToPage } from './problems.ts';
import type { Counts, RejectionReason, RunReport, SyncResult } from './results.ts';
import { layOut, type Table } from './table.ts';
import { count, elapsed, plural, spaced } from './words.ts';

/** A finished run as text ending in a line feed. Syncs that were not due have no row. */
export function runText(report: RunReport, colors: Colors): string {
  const shown = shownSyncs(report);
  const notes = [...driftLines(report, 'corrected'), ...attention(shown)];
  const blocks = [
    ...(shown.length > 0 ? [tableText(deliveries(shown), colors)] : []),
    ...(notes.length > 0 ? [notes.map((line) => `${line}\n`).join('')] : []),
    `${closingLine(report, colors)}\n`,
  ];
  return blocks.join('\n');
}

/** The syncs of a report that were due, by name. */
export function shownSyncs({ syncs }: RunReport): SyncResult[] {
  return syncs
    .filter((sync) => sync.skipped !== 'not_due' && sync.skipped !== 'not_newer')
    .sort((a, b) => (a.sync < b.sync ? -1 : 1));
}

/** A table with its title line dimmed. */
export function tableText(table: Table, colors: Colors): string {
  return layOut(table)
    .map(({ kind, text }) => `${kind === 'title' ? colors.dim(text) : text}\n`)
    .join('');
}

/** What keeps syncs from being whole, a line each. */
export function attention(syncs: readonly SyncResult[]): string[] {
  return syncs.flatMap((sync) => {
    const lines: string[] = [];
    if (sync.held) lines.push(...heldLines(sync));
    if (sync.skipped)
      lines.push(`skipped     ${sync.sync}: ${SKIPPED[sync.skipped] ?? spaced(sync.skipped)}`);
    lines.push(...(sync.rejections ?? []).map((reason) => rejectedLine(sync, reason)));
    if (sync.invalid)
      lines.push(
        `invalid     ${sync.sync}: the destination could not use ${plural(sync.invalid, 'row')}, and does not say which`,
      );
    if (sync.unmatchable > 0) {
      const members = plural(sync.unmatchable, 'member');
      lines.push(`unmatchable ${sync.sync}: ${members} without a usable identifier`);
    }
    return lines;
  });
}

const SKIPPED: Record<string, string> = {
  locked: 'another process is at work on it',
  target: 'its destination does not list this target',
  paused: 'it is paused',
  foreign_state: 'the state was made in another warehouse (`--adopt-state`)',
  segment_failed: 'its segment could not be evaluated',
};

function rejectedLine({ sync }: SyncResult, { code, message, rows }: RejectionReason): string {
  return `rejected    ${sync}: ${plural(rows, 'row')}: ${code} ${message}`;
}

function heldLines(result: SyncResult): string[] {
  const { code, why, ways } = heldText(result);
  return [
    `held        ${result.sync}: ${why}`,
    ...[...ways, wayToPage(code)].map((way) => `            ${way}`),
  ];
}

function deliveries(syncs: readonly SyncResult[]): Table {
  const rejected = syncs.some((sync) => sync.rejected > 0);
  const waiting = syncs.some((sync) => sync.waiting > 0);
  const measured = syncs.some((sync) => sync.measured);
  return {
    titles: [
      ...['sync', 'added', 'removed', 'updated'],
      ...(rejected ? ['rejected'] : []),
      ...(waiting ? ['waiting'] : []),
      ...(measured ? ['p95 of promise'] : []),
      'time',
    ],
    rows: syncs.map((sync) => {
      const { add, remove, update } = sync.delivered ?? NOTHING;
      return [
        ...[sync.sync, count(add), count(remove), count(update)],
        ...(rejected ? [count(sync.rejected)] : []),
        ...(waiting ? [count(sync.waiting)] : []),
        ...(measured ? [shortFreshness(sync)] : []),
        outcome(sync),
      ];
    }),
  };
}

const NOTHING: Counts = { add: 0, remove: 0, update: 0 };

function outcome(sync: SyncResult): string {
  if (sync.error) return 'failed';
  if (sync.held) return 'held';
  return sync.skipped ? 'skipped' : elapsed(sync.duration_ms);
}
