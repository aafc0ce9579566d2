/** `segsync advise`: which tier each segment's own past speaks for. */
import { fail } from '../diagnostics/diagnostic.ts';
import { EXIT } from '../diagnostics/exit.ts';
import { parseDuration } from '../instant.ts';
import { adviceText } from '../report/advise.ts';
import { jsonText } from '../report/json.ts';
import type { AdviceReport } from '../report/results.ts';
import type { Screen } from '../report/screen.ts';
import { advise as adviseOn } from '../run/advise/advise.ts';
import { readInstant } from './instants.ts';
import { onInterrupt } from './interrupt.ts';
import { knownSegments, openProject } from './open.ts';
import type { Verb } from './verb.ts';

interface Options {
  over: string;
  sample: string;
  maxWrong: string;
  now?: string;
}

const MOST_KEYS = 1_000_000_000;
const LONGEST = parseDuration('400d')!;

export const advise: Verb<Options> = {
  declare(command) {
    command
      .argument('[segments...]', 'their names (default: all that are selected)')
      .optionsGroup('Options:')
      .option('--over <duration>', 'how far back to look', '7d')
      .option('--sample <n>', 'of how many keys at most, always the same ones', '100000')
      .option('--max-wrong <share>', 'how much of members’ time may be wrong at a tier', '5%')
      .option('--now <instant>', 'look back from this instant instead of the warehouse’s clock')
      .addHelpText('after', HELP);
  },

  async run(invocation) {
    const { world, screen, globals, options, operands } = invocation;
    const over = readOver(options.over);
    const most = readSample(options.sample);
    const maxWrong = readShare(options.maxWrong);
    const { project, target, selection } = await openProject(invocation);
    const segments = operands.length > 0 ? knownSegments(project, operands) : selection.segments;
    const now = readInstant('--now', options.now, project.timezone);
    const interruption = onInterrupt(world, screen);
    try {
      const patience = { waitMs: globals.waitMs, signal: interruption.signal };
      const request = { target, segments, over, most, maxWrong, now, ...patience };
      const report = await adviseOn(world, project, request);
      screen.problems(doubtsOf(report));
      screen.result(screen.flags.json ? jsonText(report) : adviceText(report, screen.colors));
      const failed = report.segments.some(({ error }) => error !== undefined);
      return interruption.exit() ?? (failed ? EXIT.failed : EXIT.done);
    } finally {
      interruption.release();
    }
  },
};

/** Each once, though several segments may have it. */
function doubtsOf({ segments }: AdviceReport): Parameters<Screen['problems']>[0] {
  const all = segments.flatMap(({ notes = [] }) => notes);
  const once = new Map(all.map((note) => [note.message, note]));
  return [...once.values()].map((note) => ({ ...note, severity: 'warning' }));
}

const HELP = `
It replays what the warehouse still knows of the past: of segments that read only
\`append_only\` sources. Of each tier it tells how long members would have been
wrong, what would have been sent, and the work, and recommends the slowest tier
that is good enough. It changes nothing, and needs no run to have been.

Example:
  $ segsync advise cart_abandoners --over 14d`;

function readOver(value: string): bigint {
  const over = parseDuration(value);
  if (over !== undefined && over > 0n && over <= LONGEST) return over;
  return fail('E604', { option: '--over', value, expected: 'a duration such as 7d, 400d at most' });
}

function readSample(value: string): number {
  const n = Number(value);
  if (/^\d+$/.test(value) && n >= 1 && n <= MOST_KEYS) return n;
  return fail('E604', { option: '--sample', value, expected: 'a whole number of keys, from 1' });
}

function readShare(value: string): number {
  const match = /^(\d{1,3}(?:\.\d{1,4})?)\s*%$/.exec(value.trim());
  if (match && Number(match[1]) <= 100) return Number((Number(match[1]) / 100).toFixed(6));
  return fail('E604', { option: '--max-wrong', value, expected: 'a share from 0% to 100%, such as 5%' });
}
