/** `segsync pause`: syncs off, until they are resumed. */
import { EXIT } from '../diagnostics/exit.ts';
import { jsonText } from '../report/json.ts';
import { pauseSyncs } from '../run/switch.ts';
import { openSyncs } from './switch.ts';
import type { Verb } from './verb.ts';

export const pause: Verb<{ reason?: string }> = {
  declare(command) {
    command
      .argument('[syncs...]', 'their names; or choose them by --select')
      .optionsGroup('Options:')
      .option('--reason <text>', 'why, for whoever looks at `segsync status`')
      .addHelpText('after', '\nExample:\n  $ segsync pause vip.meta_ads --reason "agency asked"');
  },

  async run(invocation) {
    const { world, screen, options } = invocation;
    const { project, request } = await openSyncs(invocation, { needed: true });
    const { reason } = options;
    await pauseSyncs(world, project, { ...request, ...(reason === undefined ? {} : { reason }) });
    const syncs = [...request.syncs].sort();
    const text = syncs.map((sync) => `paused ${sync}: nothing is sent until \`segsync resume ${sync}\`\n`);
    screen.result(screen.flags.json ? jsonText({ version: 1, paused: syncs }) : text.join(''));
    return EXIT.done;
  },
};
