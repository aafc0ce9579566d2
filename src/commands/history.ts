/** `segsync history`: what the last runs did, or how one segment grew. */
import { fail } from '../diagnostics/diagnostic.ts';
import { EXIT } from '../diagnostics/exit.ts';
import { historyText, segmentHistoryText } from '../report/history.ts';
import { jsonText } from '../report/json.ts';
import { readHistory, readSegmentHistory } from '../run/history.ts';
import { knownSegments, openProject } from './open.ts';
import type { Verb } from './verb.ts';

interface Options {
  last: string;
  days: string;
}

export const history: Verb<Options> = {
  declare(command) {
    command
      .argument('[segment]', 'show how this segment grew, day by day')
      .optionsGroup('Options:')
      .option('--last <n>', 'without a segment: how many runs', '20')
      .option('--days <n>', 'with a segment: how many days', '30')
      .addHelpText(
        'after',
        '\nIt reaches back as far as the state keeps changes and runs (`state.retain`, 90 days unless set).\n\nExample:\n  $ segsync history cart_abandoners --days 90',
      );
  },

  async run(invocation) {
    const { world, screen, globals, options, operands } = invocation;
    const last = wholeNumber('--last', options.last, 10_000);
    const days = wholeNumber('--days', options.days, 1_000);
    const { project, target } = await openProject(invocation);
    const request = { target, waitMs: globals.waitMs };
    const [segment] = operands;
    if (segment === undefined) {
      const report = await readHistory(world, project, { ...request, last });
      screen.result(screen.flags.json ? jsonText(report) : historyText(report, screen.colors));
      return EXIT.done;
    }
    knownSegments(project, [segment]);
    const report = await readSegmentHistory(world, project, { ...request, segment, days });
    screen.result(screen.flags.json ? jsonText(report) : segmentHistoryText(report, screen.colors));
    return EXIT.done;
  },
};

function wholeNumber(option: string, value: string, most: number): number {
  const n = Number(value);
  if (/^\d+$/.test(value) && n >= 1 && n <= most) return n;
  return fail('E604', { option, value, expected: `a whole number from 1 to ${most}` });
}
