/** `segsync advise`: a table for each segment, a bar for each tier. */
import type { Colors } from './colors.ts';
import { tableText } from './pretty.ts';
import type { AdviceReport, SegmentAdvice, SegmentPast, TierAdvice } from './results.ts';
import { count, elapsed, plural, promised } from './words.ts';

/** As text ending in a line feed. */
export function adviceText(report: AdviceReport, colors: Colors): string {
  const { segments } = report;
  if (segments.length === 0) return 'There are no segments.\n';
  const advised = segments.filter((each) => each.advised);
  const others = segments.filter((each) => !each.advised).flatMap(refusal);
  const unit = advised.flatMap(({ tiers = [] }) => tiers.map(({ cost }) => cost?.unit)).find(Boolean);
  const span = `${toSecond(report.from)} to ${toSecond(report.now)}`;
  return [
    ...(advised.length > 0 ? [`What each tier would have made of ${span}.\n`] : []),
    ...advised.map((each) => segmentText(each, colors)),
    ...(others.length > 0 ? [others.map((line) => `${line}\n`).join('')] : []),
    ...(advised.length > 0 ? [colors.dim(legend(unit))] : []),
  ].join('\n');
}

function segmentText(advice: SegmentAdvice, colors: Colors): string {
  const { segment, past, tiers = [], tier, recommended, why } = advice;
  const now = tier === recommended ? `${recommended}, as it is now` : `${recommended} instead of ${tier}`;
  return (
    `${colors.bold(segment)}: ${pastText(past!)}\n` +
    tableText(tierTable(tiers), colors) +
    wrapped(`Advice: ${now}. ${capital(why!)}.`)
  );
}

function pastText({ keys, sampled, average_members: members, entered, exited }: SegmentPast): string {
  const moved = `${plural(Math.round(members), 'member')} on average, ${count(entered)} entered, ${count(exited)} left`;
  return sampled === keys ? moved : `${moved}\n  scaled up from ${count(sampled)} of ${count(keys)} keys`;
}

function tierTable(tiers: readonly TierAdvice[]) {
  const costs = tiers.some(({ cost }) => cost !== undefined);
  return {
    titles: ['tier', 'every', 'wrong', '', 'in late', 'out late', 'sent', 'busy', ...(costs ? ['work'] : [])],
    rows: tiers.map((each) => [
      ...[each.tier, promised(each.every_ms), percentText(each.wrong_share), bar(each.wrong_share ?? 0)],
      ...[late(each.add, each.late_enters), late(each.remove, each.late_exits)],
      ...[count(each.add + each.remove), count(each.busy_ticks)],
      ...(costs ? [each.cost ? short(each.cost.amount) : ''] : []),
    ]),
  };
}

function late(changes: number, { mean_ms: mean }: TierAdvice['late_enters']): string {
  return changes === 0 ? '' : elapsed(mean);
}

function legend(unit: string | undefined): string {
  return [
    'wrong: members’ time for which the audience lacked them, or still kept them',
    'in late, out late: how late the changes that were seen were, on average',
    'sent: operations for each sync; busy: ticks that had somebody to look at',
    ...(unit === undefined ? [] : [`work: of all ticks, by the warehouse’s own estimate (${unit})`]),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function refusal({ segment, reasons = [], error }: SegmentAdvice): string[] {
  if (error) return [`failed       ${segment}: ${error.code} ${error.message}`];
  const [first, ...others] = reasons.map(({ message }) => message);
  const more = others.flatMap((message) => inLines(`and ${message}`, REFUSED.length, REFUSED.length + 2));
  return [...inLines(`${segment}: ${first}`, REFUSED.length, REFUSED.length + 2, REFUSED), ...more];
}

const REFUSED = 'not advised  ';

const WIDTH = 10;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A share as a bar, full from 1 on; the least that there is shows. */
export function bar(share: number): string {
  const eighths = share === 0 ? 0 : Math.max(1, Math.round(Math.min(share, 1) * WIDTH * 8));
  return ('█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]!).padEnd(WIDTH);
}

function percentText(share: number | undefined): string {
  if (share === undefined) return '';
  const n = share * 100;
  if (n > 0 && n < 0.01) return '<0.01%';
  return `${n < 10 ? Number(n.toPrecision(2)) : count(Math.round(n))}%`;
}

/** `1234567` -> `1.2M`. */
function short(n: number): string {
  const units = [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const;
  const [size, unit] = units.find(([each]) => n >= each) ?? [1, ''];
  return `${Number((n / size).toPrecision(n / size < 10 ? 2 : 3))}${unit}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function toSecond(instant: string): string {
  return `${instant.slice(0, 19)}Z`;
}

/** At most 80 columns wide, the first line indented by one depth, the others by another. */
function inLines(text: string, first: number, others: number, lead = ' '.repeat(first)): string[] {
  const lines = [lead];
  let isFresh = true;
  for (const word of text.split(' ')) {
    const last = lines.at(-1)!;
    if (!isFresh && last.length + 1 + word.length > 80) lines.push(' '.repeat(others) + word);
    else lines[lines.length - 1] = last + (isFresh ? '' : ' ') + word;
    isFresh = false;
  }
  return lines;
}

function wrapped(text: string): string {
  return inLines(text, 0, 2)
    .map((line) => `${line}\n`)
    .join('');
}
