/** Problems for people: code, one line, the place with its frame, a hint. */
import type { Severity } from '../diagnostics/declare.ts';
import type { Colors } from './colors.ts';
import type { Problem } from './json.ts';
import { listed, plural } from './words.ts';

/** A problem with what its text needs. */
export interface Shown extends Problem {
  readonly severity: Severity;
  /** Lines around the place, with a caret. */
  readonly frame?: string;
}

/** One problem as text ending in a line feed; three lines at most when it has no place. `led`: codes whose page was named. */
function problemText(shown: Shown, colors: Colors, led: Set<string>): string {
  const { severity, code, message, file, line, column, hint, frame } = shown;
  const paint = severity === 'error' ? colors.red : colors.yellow;
  const lines = [`${colors.bold(paint(`${severity}[${code}]`))}${colors.bold(`: ${message}`)}`];
  if (file && line !== undefined) lines.push(`  ${colors.dim('-->')} ${file}:${line}:${column ?? 1}`);
  if (frame) lines.push(...frame.split('\n'));
  if (hint) lines.push(`  ${colors.cyan('hint:')} ${hint}`);
  if (leads(code) && !led.has(code)) lines.push(`  ${colors.dim(wayToPage(code))}`);
  led.add(code);
  return `${lines.join('\n')}\n`;
}

/** What was mistyped at a prompt is said in a line or two, to which its page adds little. */
function leads(code: string): boolean {
  return !code.startsWith('E6');
}

/** How a reader comes to the page of a code. */
export function wayToPage(code: string): string {
  return `more: segsync explain ${code}`;
}

/**
 * Several problems, an empty line between those with a frame, and their number at the end when there are many.
 * The page of a code is named once, at its first problem; `led` holds the codes whose page was named before.
 */
export function problemsText(
  problems: readonly Shown[],
  colors: Colors,
  led: Set<string> = new Set(),
): string {
  const texts = problems.map((shown) => problemText(shown, colors, led));
  const framed = problems.some((shown) => shown.frame);
  const tally = problems.length > 1 ? `${framed ? '\n' : ''}${tallied(problems)}\n` : '';
  return texts.join(framed ? '\n' : '') + tally;
}

function tallied(problems: readonly Shown[]): string {
  const of = (severity: Severity): number => problems.filter((shown) => shown.severity === severity).length;
  const parts = [
    ...(of('error') > 0 ? [plural(of('error'), 'error')] : []),
    ...(of('warning') > 0 ? [plural(of('warning'), 'warning')] : []),
  ];
  return listed(parts);
}
