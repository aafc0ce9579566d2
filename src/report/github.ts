/** Annotations of GitHub Actions: one line a problem, shown at its place in the pull request. */
import type { Severity } from '../diagnostics/declare.ts';
import type { Problem } from './json.ts';
import { count } from './words.ts';

/** GitHub shows the first ten of a kind of each step; notices leave room for those that tell of more. */
const SHOWN = { error: 10, warning: 10, notice: 7 } as const;

export type Annotated = Problem & { readonly severity: Severity | 'notice' };

/** Annotation lines, each ending in a line feed; files relative to the repository's root. */
export function annotations(problems: readonly Annotated[]): string {
  return (['error', 'warning', 'notice'] as const)
    .flatMap((severity) => {
      const all = problems.filter((problem) => problem.severity === severity);
      const more = all.length - SHOWN[severity];
      const lines = all.slice(0, SHOWN[severity]).map((problem) => annotation(severity, problem));
      return more > 0 ? [...lines, `::notice title=segsync::and ${count(more)} more in the log`] : lines;
    })
    .map((line) => `${line}\n`)
    .join('');
}

function annotation(severity: Annotated['severity'], problem: Problem): string {
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
