/** `segsync retry`: rejected rows back in line. */
import { EXIT } from '../diagnostics/exit.ts';
import { jsonText } from '../report/json.ts';
import { plural } from '../report/words.ts';
import { retrySyncs } from '../run/switch.ts';
import { openSyncs } from './switch.ts';
import type { Verb } from './verb.ts';

export const retry: Verb = {
  declare(command) {
    command
      .argument('[syncs...]', 'their names; without any, all that are selected')
      .addHelpText('after', '\nExample:\n  $ segsync retry vip.meta_ads && segsync run');
  },

  async run(invocation) {
    const { world, screen } = invocation;
    const { project, request } = await openSyncs(invocation, { needed: false });
    const retried = await retrySyncs(world, project, request);
    const some = retried.filter(({ rows }) => rows > 0);
    const lines = some.map(
      ({ sync, rows }) =>
        `${sync}: ${plural(rows, 'rejected row')} will be tried again by its next delivery\n`,
    );
    const text = lines.length > 0 ? lines.join('') : 'nothing is rejected\n';
    screen.result(screen.flags.json ? jsonText({ version: 1, retried }) : text);
    return EXIT.done;
  },
};
