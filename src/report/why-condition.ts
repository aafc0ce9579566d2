/** A condition's tree as lines: the verdict in front, then the words of the YAML, and below what they came to. */
import type { Colors } from './colors.ts';
import type { WhyAsOf, WhyCondition, WhyRow, WhyStep, WhyWindow } from './results.ts';
import { ageText, durationText } from './slow.ts';
import { moment, printable, wrapped } from './why-lines.ts';

/** Where words begin, behind `yes` and `no`. */
const MARGIN = 5;
const DEEPEST = 28;

export function conditionLines(condition: WhyCondition, colors: Colors, depth = 0): string[] {
  const indent = MARGIN + Math.min(depth * 2, DEEPEST);
  const [first, ...others] = wrapped(printable(condition.text), indent);
  const head = `${mark(condition.holds, colors)}${first!.slice(MARGIN)}`;
  return [
    ...[head, ...others],
    ...detailLines(condition).flatMap((line) => wrapped(printable(line), indent + 2, 4)),
    ...(condition.of ?? []).flatMap((each) => conditionLines(each, colors, depth + 1)),
  ];
}

function mark(holds: boolean | undefined, colors: Colors): string {
  if (holds === undefined) return '     ';
  return holds ? `${colors.green('yes')}  ` : `${colors.red('no')}   `;
}

function detailLines({
  values = [],
  windows = [],
  steps = [],
  rows = [],
  more_rows,
  as_of = [],
}: WhyCondition): string[] {
  return [
    ...values.map(({ name, value }) => `${name} = ${shown(value)}`),
    ...windows.map(windowText),
    ...steps.map(stepText),
    ...rows.map(rowText),
    ...(more_rows ? ['and more rows (`--rows` shows more)'] : []),
    ...as_of.map(asOfText),
  ];
}

function shown(value: string | null): string {
  if (value === null) return 'unknown';
  return /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(value) ? moment(value) : value;
}

/** `window: after A, up to B`; the words say which ends belong to it. */
function windowText({ from, from_included, to, to_included }: WhyWindow): string {
  const low = from && `${from_included ? 'from' : 'after'} ${moment(from)}`;
  const high = to && `${to_included ? 'up to' : 'before'} ${moment(to)}`;
  return `window: ${[low, high].filter(Boolean).join(', ')}`;
}

function stepText({ step, chosen }: WhyStep, index: number): string {
  return `${index + 1}. ${step}${chosen ? ` = ${moment(chosen)}` : ''}`;
}

/** `ml.churn_scores as of 20h 03m ago (may be 26h old, tier promises 2h)`. */
function asOfText({ table, age_ms: age, expected_ms: expected, promise_ms: promise }: WhyAsOf): string {
  const is = age === undefined ? `${table} shows no row at all` : `${table} as of ${ageText(age)} ago`;
  const isStale = expected !== undefined && (age === undefined || age > expected);
  const may =
    expected === undefined
      ? []
      : [isStale ? `expected within ${durationText(expected)}` : `may be ${durationText(expected)} old`];
  const isSlow = (expected ?? 0) > promise || (age ?? 0) > promise;
  const tier = isSlow ? [`tier promises ${durationText(promise)}`] : [];
  return `${is} (${[...may, ...tier].join(', ')})`;
}

function rowText({ source, at, counted, columns }: WhyRow): string {
  const values = Object.entries(columns).map(([name, value]) => `${name}=${shown(value)}`);
  const parts = [source, at ? moment(at) : 'undated', ...values];
  return `- ${parts.join(' ')}${counted ? '' : ' (outside the window)'}`;
}
