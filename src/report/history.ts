/** `segsync history`: what runs did, and how a segment grew. */
import type { Colors } from './colors.ts';
import { tableText } from './pretty.ts';
import type { HistoryReport, RunOfHistory, SegmentHistory } from './results.ts';
import { count, elapsed, plural } from './words.ts';

/** As text ending in a line feed. */
export function historyText({ runs }: HistoryReport, colors: Colors): string {
  if (runs.length === 0) return 'Nothing has run here yet.\n';
  const measured = runs.some(({ freshness_ms: took }) => took);
  const titles = [
    'started',
    'took',
    'status',
    'entered',
    'exited',
    'sent',
    'rejected',
    ...(measured ? ['p95'] : []),
  ];
  return tableText(
    { titles, rows: runs.map((run) => [...rowOf(run), ...(measured ? [p95(run)] : [])]) },
    colors,
  );
}

function p95({ freshness_ms: took }: RunOfHistory): string {
  return took ? elapsed(took.p95) : '';
}

function rowOf({ started_at: started, duration_ms: took, status, totals }: RunOfHistory): string[] {
  const total = (...names: string[]): string =>
    Object.keys(totals).length === 0 ? '' : count(names.reduce((sum, name) => sum + (totals[name] ?? 0), 0));
  return [
    `${started.slice(0, 19).replace('T', ' ')}Z`,
    took === undefined ? '' : elapsed(took),
    // The shorter word lets the line of a long run fit.
    status === 'interrupted' ? 'stopped' : status,
    total('entered'),
    total('exited'),
    total('add', 'remove', 'update'),
    total('rejected'),
  ];
}

/** As text ending in a line feed. */
export function segmentHistoryText({ segment, members, days }: SegmentHistory, colors: Colors): string {
  const sizes = days.map((day) => day.members);
  const [low, high] = [Math.min(...sizes), Math.max(...sizes)];
  const moved = days.filter(({ entered, exited }) => entered > 0 || exited > 0).toReversed();
  const head =
    `${segment}: ${plural(members, 'member')}\n` +
    `${sparkline(sizes)}  ${days[0]!.day} to ${days.at(-1)!.day}, between ${count(low)} and ${count(high)}\n`;
  if (moved.length === 0) return `${head}Nobody entered or left in ${plural(days.length, 'day')}.\n`;
  const rows = moved.map((each) => [
    each.day,
    ...[each.entered, each.exited, each.members].map((n) => count(n)),
  ]);
  return `${head}\n${tableText({ titles: ['day', 'entered', 'exited', 'members'], rows }, colors)}`;
}

const BARS = '▁▂▃▄▅▆▇█';

/** A bar for each number: the lowest is the shortest, the highest the tallest. */
export function sparkline(numbers: readonly number[]): string {
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const height = (n: number): number =>
    high === low ? 0 : Math.round(((n - low) / (high - low)) * (BARS.length - 1));
  return numbers.map((n) => BARS[height(n)]).join('');
}
