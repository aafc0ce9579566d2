/** Annotations of GitHub Actions: one line a problem, shown at its place in the pull request. */
import type { Severity } from '../diagnostics/declare.ts';
import type { Problem } from './json.ts';
import { count } from './words.ts';

/** GitHub shows the first ten of a kind of each step. */
const SHOWN = 10;

/** Annotation lines, each ending in a line feed; files relative to the repository's root. */
export function annotations(problems: readonly (Problem & { readonly severity: Severity })[]): string {
  return (['error', 'warning'] as const)
    .flatMap((severity) => {
      const all = problems.filter((problem) => problem.severity === severity);
      const more = all.length - SHOWN;
      const lines = all.slice(0, SHOWN).map((problem) => annotation(severity, problem));
      return more > 0 ? [...lines, `::notice title=segsync::and ${count(more)} more in the log`] : lines;
    })
    .map((line) => `${line}\n`)
    .join('');
}

function annotation(severity: Severity, problem: Problem): string {
  const properties = [
    ['file', problem.file],
    ['line', problem.line],
    ['col', problem.column],
    ['title', problem.code],
  ]
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${property(String(value))}`)
    .join(',');
  const text = problem.hint ? `${problem.message}\nhint: ${problem.hint}` : problem.message;
  return `::${severity} ${properties}::${data(text)}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
