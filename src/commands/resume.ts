/** `segsync resume`: syncs on again, and guards lifted for their next delivery. */
import { EXIT } from '../diagnostics/exit.ts';
import { jsonText } from '../report/json.ts';
import { type Resumed, resumeSyncs } from '../run/switch.ts';
import { knownSyncs } from './open.ts';
import { openSyncs } from './switch.ts';
import type { Verb } from './verb.ts';

interface Options {
  allowRemoval?: string[];
  allowAdd?: string[];
}

export const resume: Verb<Options> = {
  declare(command) {
    command
      .argument('[syncs...]', 'their names; or choose them by --select')
      .optionsGroup('Options:')
      .option(
        '--allow-removal <syncs...>',
        'resume these, and lift their guard against removing too many, once',
      )
      .option('--allow-add <syncs...>', 'resume these, and lift their guard against adding too many, once')
      .addHelpText('after', '\nExample:\n  $ segsync resume --allow-removal vip.meta_ads');
  },

  async run(invocation) {
    const { world, screen, options, operands, globals } = invocation;
    const allowed = [...(options.allowRemoval ?? []), ...(options.allowAdd ?? [])];
    const { project, request } = await openSyncs(invocation, { needed: allowed.length === 0 });
    const removal = knownSyncs(project, options.allowRemoval ?? []);
    const add = knownSyncs(project, options.allowAdd ?? []);
    const chosen = operands.length > 0 || globals.select.length > 0 || globals.exclude.length > 0;
    const syncs = new Set([...(chosen ? request.syncs : []), ...removal, ...add]);
    const resumed = await resumeSyncs(world, project, { ...request, syncs, removal, add });
    if (screen.flags.json) screen.result(jsonText({ version: 1, resumed }));
    else for (const each of resumed) screen.result(lineOf(each, removal, add));
    return EXIT.done;
  },
};

function lineOf(
  { sync, was_paused: wasPaused }: Resumed,
  removal: ReadonlySet<string>,
  add: ReadonlySet<string>,
): string {
  const lifted = [...(removal.has(sync) ? ['remove'] : []), ...(add.has(sync) ? ['add'] : [])];
  const may = lifted.length > 0 ? `; its next delivery may ${lifted.join(' and ')} any number` : '';
  return `${wasPaused ? 'resumed' : 'was not paused:'} ${sync}${may}\n`;
}
