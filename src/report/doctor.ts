/** `segsync doctor`: everything that was looked at, a line each, and what is wrong beneath it. */
import type { Colors } from './colors.ts';
import type { Problem } from './json.ts';
import { problemsText, type Shown } from './problems.ts';
import { listed, plural } from './words.ts';

export interface FindingReport {
  readonly check: string;
  /** The target, or the destination. */
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'error' | 'skipped';
  readonly detail?: string;
  readonly problems: readonly Problem[];
}

export interface DoctorDocument {
  readonly version: 1;
  readonly program: string;
  readonly node: string;
  readonly findings: readonly FindingReport[];
}

/** A finding whose problems are shown. */
export interface ShownFinding extends Omit<FindingReport, 'problems' | 'status'> {
  readonly skipped: boolean;
  readonly problems: readonly Shown[];
}

/** As the document of `--json` has it. */
export function findingReport({ check, name, detail, skipped, problems }: ShownFinding): FindingReport {
  return {
    ...{ check, name, status: statusOf({ skipped, problems }) },
    ...(detail ? { detail } : {}),
    problems: problems.map(({ severity: _, frame: __, ...problem }) => problem),
  };
}

/** As text ending in a line feed. */
export function doctorText(
  { program, node }: Pick<DoctorDocument, 'program' | 'node'>,
  findings: readonly ShownFinding[],
  colors: Colors,
): string {
  const first = line('ok', 'program', `segsync ${program} on Node ${node}`, colors);
  const led = new Set<string>();
  const lines = findings.map((finding) => {
    const { check, name, detail, problems } = finding;
    const told = [name, detail].filter((part) => part !== '').join(': ');
    return line(statusOf(finding), check, told, colors) + problemsText(problems, colors, led);
  });
  return `${first}${lines.join('')}\n${closing(findings, colors)}\n`;
}

type Status = FindingReport['status'];

function statusOf({ skipped, problems }: Pick<ShownFinding, 'skipped' | 'problems'>): Status {
  if (problems.some(({ severity }) => severity === 'error')) return 'error';
  if (problems.length > 0) return 'warning';
  return skipped ? 'skipped' : 'ok';
}

function line(status: Status, check: string, told: string, colors: Colors): string {
  const paint = { ok: colors.green, warning: colors.yellow, error: colors.red, skipped: colors.dim }[status];
  return `${paint(status.padEnd(7))}  ${check.padEnd(11)}  ${told}\n`;
}

function closing(findings: readonly ShownFinding[], colors: Colors): string {
  const of = (status: Status): number => findings.filter((each) => statusOf(each) === status).length;
  const wrong = [
    ...(of('error') > 0 ? [plural(of('error'), 'thing is wrong', 'things are wrong')] : []),
    ...(of('warning') > 0 ? [plural(of('warning'), 'could be better', 'could be better')] : []),
  ];
  if (wrong.length === 0) return colors.green('All is well.');
  return (of('error') > 0 ? colors.red : colors.yellow)(`${listed(wrong)}.`);
}
