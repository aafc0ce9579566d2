/** `segsync status`: how fresh everything is, and what needs somebody. */
import { EXIT } from '../diagnostics/exit.ts';
import { jsonText } from '../report/json.ts';
import { isBroken, statusText } from '../report/status.ts';
import { readStatus } from '../run/status.ts';
import { openProject } from './open.ts';
import type { Verb } from './verb.ts';

export const status: Verb = {
  declare(command) {
    command.addHelpText(
      'after',
      '\nWith --verbose, the size of each segment over the last 14 days is drawn beside it.\nExits with 1 when a promise is broken: something is older than its tier promises (late), of\nthe changes that were delivered lately fewer than 95 of 100 kept it (broken), or a table that\nis read is older than its `expect_fresh_within` (stale). So cron can alert.\n\nExample:\n  $ segsync status --select tier:realtime',
    );
  },

  async run(invocation) {
    const { world, screen, globals } = invocation;
    const { project, target, selection } = await openProject(invocation);
    const report = await readStatus(world, project, {
      ...selection,
      target,
      waitMs: globals.waitMs,
      sizes: screen.flags.verbose,
    });
    screen.result(screen.flags.json ? jsonText(report) : statusText(report, screen.colors));
    return isBroken(report) ? EXIT.failed : EXIT.done;
  },
};
