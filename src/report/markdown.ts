/** A plan as the comment of a pull request: Markdown that fits one, the most important first. */

import { total } from './closing.ts';
import { colors } from './colors.ts';
import { costLine } from './cost.ts';
import { driftLines } from './drift.ts';
import { MARK, meaning, overlapTable, sampleLines, shownSegments, summary } from './plan-parts.ts';
import { attention, shownSyncs } from './pretty.ts';
import type { DefinitionChange, RunReport, SegmentResult, SyncResult } from './results.ts';
import { promisedLines } from './slow.ts';
import type { Table } from './table.ts';
import { count, plural, spaced } from './words.ts';

/** GitHub takes 65,536 characters; what a workflow puts around it needs some. */
const MOST_BYTES = 60_000;

/** Rows of one table: those where most happens. */
const MOST_ROWS = 100;

/** Lines of one definition's difference. */
const MOST_LINES = 60;

export interface Titled {
  readonly project: string;
  readonly target: string;
}

/** By this line a workflow finds the comment that it made before. */
export function marker({ project, target }: Titled): string {
  return `<!-- segsync plan: ${project} ${target} -->`;
}

/** Ends in a line feed. Parts that do not fit are left out, and it says so. */
export function planMarkdown(report: RunReport, titled: Titled): string {
  const segments = shownSegments(report);
  const syncs = shownSyncs(report);
  const failures = [...segments, ...syncs].filter(({ error }) => error);
  const notes = [...driftLines(report, 'to correct'), ...promisedLines(report), ...attention(syncs)];
  const changes = report.definition_changes ?? [];
  const cost = costLine(report, colors(false)).trim();
  const parts = [
    `${marker(titled)}\n### segsync plan for \`${titled.target}\` (${titled.project})`,
    `${summary(report, segments, syncs).replace(/\s+/g, ' ')} **Nothing was sent.**`,
    failures.length > 0 ? `**Failed**\n${failures.map(failureLine).join('\n')}` : '',
    notes.length > 0 ? `**Needs attention**\n${fenced(notes)}` : '',
    tableOf(
      SEGMENT_TITLES,
      segments.filter(({ entered, exited, error }) => entered + exited > 0 || error),
      moved,
      segmentCells,
    ),
    quiet(
      segments.filter(({ entered, exited, error }) => entered + exited === 0 && !error).length,
      'segment',
    ),
    tableOf(
      SYNC_TITLES,
      syncs.filter((sync) => weight(sync) > 0),
      weight,
      syncCells,
    ),
    quiet(syncs.filter((sync) => weight(sync) === 0).length, 'sync'),
    plainTable(overlapTable(segments.slice(0, MOST_ROWS))),
    definitions(changes),
    ...changes.map(differenceOf),
    samples(segments),
    cost,
  ];
  return `${fitting(parts.filter((part) => part !== ''))}\n`;
}

const LEFT_OUT = '_The rest does not fit into a comment: `segsync plan` prints it all._';

function fitting(parts: readonly string[]): string {
  const taken: string[] = [];
  let bytes = Buffer.byteLength(LEFT_OUT) + 2;
  for (const part of parts) {
    bytes += Buffer.byteLength(part) + 2;
    if (bytes > MOST_BYTES) return [...taken, LEFT_OUT].join('\n\n');
    taken.push(part);
  }
  return taken.join('\n\n');
}

const SEGMENT_TITLES = ['segment', 'before', 'after', 'enter', 'exit', ''];
const SYNC_TITLES = ['sync', 'add', 'remove', 'update', 'requests'];

function segmentCells({ segment, members, entered, exited, mode, reason, error }: SegmentResult): string[] {
  if (error) return [code(segment), '', '', '', '', `failed: ${error.code}`];
  const full = mode === 'full' ? `everyone: ${spaced(reason)}` : '';
  return [
    ...[code(segment), count(members - entered + exited), count(members)],
    ...[`+${count(entered)}`, `-${count(exited)}`, full],
  ];
}

function syncCells({ sync, planned, requests = 0, skipped, held, error }: SyncResult): string[] {
  if (error) return [code(sync), 'failed', error.code, '', ''];
  const sent = skipped ? 'not sent' : held ? 'held' : count(requests);
  return [code(sync), count(planned.add), count(planned.remove), count(planned.update), sent];
}

function moved({ entered, exited, error }: SegmentResult): number {
  return error ? Infinity : entered + exited;
}

function weight({ planned, held, error }: SyncResult): number {
  return error || held ? Infinity : total(planned);
}

function quiet(n: number, of: string): string {
  return n === 0 ? '' : `${plural(n, of)} without a change.`;
}

/** Those where most happens, in their order. */
function busiest<T>(all: readonly T[], weigh: (each: T) => number): T[] {
  if (all.length <= MOST_ROWS) return [...all];
  const kept = new Set([...all].sort((a, b) => weigh(b) - weigh(a)).slice(0, MOST_ROWS));
  return all.filter((each) => kept.has(each));
}

function failureLine(failed: SegmentResult | SyncResult): string {
  const name = 'sync' in failed ? failed.sync : failed.segment;
  return `- \`${name}\`: ${failed.error!.code} ${escaped(failed.error!.message)}`;
}

/** Those of a kind that are too many are counted. */
function definitions(changes: readonly DefinitionChange[]): string {
  if (changes.length === 0) return '';
  const left = changes.length - MOST_ROWS;
  const more = left > 0 ? [`- _and ${count(left)} more_`] : [];
  return ['**Definitions**', ...changes.slice(0, MOST_ROWS).map(changeLine), ...more].join('\n');
}

function changeLine(change: DefinitionChange): string {
  return `- \`${MARK[change.change]}\` ${change.kind} \`${change.name}\`: ${escaped(meaning(change))}`;
}

function differenceOf({ kind, name, diff }: DefinitionChange): string {
  if (!diff) return '';
  const left = diff.length - MOST_LINES;
  const lines = left > 0 ? [...diff.slice(0, MOST_LINES), `@ ${count(left)} more lines`] : diff;
  return folded(`${kind} <code>${name}</code>, line by line`, fenced(lines, 'diff'));
}

function samples(segments: readonly SegmentResult[]): string {
  const lines = sampleLines(segments);
  return lines.length === 0 ? '' : folded('Some of those who enter and leave, masked', fenced(lines));
}

function folded(title: string, content: string): string {
  return `<details><summary>${title}</summary>\n\n${content}\n\n</details>`;
}

/** In a fence longer than any that the lines hold. */
function fenced(lines: readonly string[], language = ''): string {
  const longest = Math.max(
    2,
    ...lines.flatMap((line) => (line.match(/`{3,}/g) ?? []).map(({ length }) => length)),
  );
  const fence = '`'.repeat(longest + 1);
  return [`${fence}${language}`, ...lines, fence].join('\n');
}

function tableOf<T>(
  titles: readonly string[],
  all: readonly T[],
  weigh: (each: T) => number,
  cells: (each: T) => string[],
): string {
  const rows = busiest(all, weigh).map(cells);
  const left = all.length - rows.length;
  const more = left > 0 ? `\n\n_and ${count(left)} more, where less happens_` : '';
  return rows.length === 0 ? '' : plainTable({ titles, rows }) + more;
}

function plainTable({ titles, rows }: Table): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = titles.map((_, i) => (i === 0 ? ' --- ' : ' ---: ')).join('|');
  return [line(titles), `|${rule}|`, ...rows.map(line)].join('\n');
}

function code(name: string): string {
  return `\`${name}\``;
}

/** Text that Markdown takes for nothing but text. */
function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|~]/g, '\\$&').replaceAll('\n', ' ');
}
