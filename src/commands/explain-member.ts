/** `segsync explain SEGMENT KEY`: why one person is in a segment, or is not, and what was sent of them. */
import type { Command } from 'commander';
import { fail } from '../diagnostics/diagnostic.ts';
import { EXIT, type ExitCode } from '../diagnostics/exit.ts';
import { jsonText } from '../report/json.ts';
import { whyText } from '../report/why.ts';
import { whyOf } from '../run/why.ts';
import { readInstant } from './instants.ts';
import { onInterrupt } from './interrupt.ts';
import { knownSegments, openProject } from './open.ts';
import type { Invocation } from './verb.ts';

export interface ExplainMemberOptions {
  at?: string;
  rows?: string;
}

const MOST_ROWS = 100;
const USUAL_ROWS = 3;

/** The options that a segment and a key take. */
export function declareExplainMember(command: Command): void {
  command
    .optionsGroup('Options:')
    .option('--at <instant>', 'at this instant instead of now, as far as the rows’ past is known')
    .option(
      '--rows <n>',
      `how many rows behind each condition to show, 0 to ${MOST_ROWS}`,
      String(USUAL_ROWS),
    )
    .addHelpText('after', EXPLAIN_MEMBER_HELP);
}

const EXPLAIN_MEMBER_HELP = `
It prints this person's own values (traits, rows, identifiers as they were
sent), on stdout only. It changes nothing, and a run may be going on.

Example:
  $ segsync explain cart_abandoners 42
  $ segsync explain cart_abandoners 42 --at 2026-11-22T10:00:00Z --json`;

/** Throws E607, E665, E666, E604. */
export async function explainMember(invocation: Invocation<ExplainMemberOptions>): Promise<ExitCode> {
  const { world, screen, globals, operands, options } = invocation;
  const [segment, key] = operands as [string, string];
  if (key === '') fail('E666', { command: 'segsync explain' });
  const rows = readRows(options.rows);
  const { project, target } = await openProject(invocation);
  knownSegments(project, [segment]);
  const at = readInstant('--at', options.at, project.timezone);
  const interruption = onInterrupt(world, screen);
  try {
    const patience = { waitMs: globals.waitMs, signal: interruption.signal };
    const request = { target, segment, key, rows, ...patience, ...(at === undefined ? {} : { at }) };
    const report = await whyOf(world, project, request);
    screen.problems(report.notes.map((note) => ({ ...note, severity: 'warning' })));
    screen.result(screen.flags.json ? jsonText(report) : whyText(report, screen.colors));
    return interruption.exit() ?? EXIT.done;
  } finally {
    interruption.release();
  }
}

function readRows(value: string | undefined): number {
  if (value === undefined) return USUAL_ROWS;
  const isFine = /^\d{1,3}$/.test(value) && Number(value) <= MOST_ROWS;
  const expected = `a whole number, 0 to ${MOST_ROWS}`;
  return isFine ? Number(value) : fail('E604', { option: '--rows', value, expected });
}
