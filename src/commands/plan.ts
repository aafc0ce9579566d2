/** `segsync plan`: what a run would do; nothing is changed anywhere. */
import { EXIT, worstExit } from '../diagnostics/exit.ts';
import { jsonText } from '../report/json.ts';
import { hasChanges, planText } from '../report/plan.ts';
import { execute } from './execute.ts';
import type { Verb } from './verb.ts';

interface Options {
  due?: boolean;
  tier?: string[];
  full?: boolean;
  now?: string;
  allowRemoval?: string[];
  allowAdd?: string[];
  adoptState?: boolean;
  detailedExitcode?: boolean;
}

export const plan: Verb<Options> = {
  declare(command) {
    command
      .optionsGroup('Options:')
      .option('--due', 'only what `segsync run` would do now')
      .option('--tier <names...>', 'only segments and syncs of these tiers')
      .option('--full', 'as if everyone were evaluated')
      .option('--now <instant>', 'take this instant for the time of evaluation; it may lie ahead')
      .option('--detailed-exitcode', 'exit 2 when a run would change something')
      .option('--allow-removal <syncs...>', 'lift the guard against removing too many')
      .option('--allow-add <syncs...>', 'lift the guard against adding too many')
      .option('--adopt-state', 'as if state that was copied here were taken over')
      .addHelpText(
        'after',
        '\nWith --verbose, one request of each sync is shown, names in the place of values.\n',
      )
      .addHelpText('after', '\nExample:\n  $ segsync plan --select tag:lifecycle dest:meta_ads');
  },

  async run(invocation) {
    const { screen, options } = invocation;
    const { report, exit } = await execute(invocation, {
      command: 'plan',
      all: !options.due,
      full: options.full ?? false,
      tiers: options.tier,
      now: options.now,
      allowRemoval: options.allowRemoval,
      allowAdd: options.allowAdd,
      adoptState: options.adoptState,
    });
    screen.result(
      screen.flags.json
        ? jsonText(report)
        : planText(report, screen.colors, { examples: screen.flags.verbose }),
    );
    const pending = options.detailedExitcode && hasChanges(report);
    return worstExit([exit, pending ? EXIT.changesPending : EXIT.done]);
  },
};
