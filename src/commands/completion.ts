/** `segsync completion SHELL`: prints what makes a shell complete commands, options and live names. */
import { Argument } from 'commander';
import { completionScript, LOADED, SHELLS, type Shell } from '../completion/shells.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { EXIT } from '../diagnostics/exit.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Verb } from './verb.ts';

export const completion: Verb = {
  declare(command) {
    const shell = new Argument('<shell>', 'whose script to print');
    shell.argChoices = [...SHELLS];
    const examples = SHELLS.map((each) => `  $ ${LOADED[each]}`);
    command.addArgument(shell).addHelpText('after', `\nExamples:\n${examples.join('\n')}`);
  },

  async run({ screen, operands }) {
    const shell = operands[0]!;
    if (!SHELLS.includes(shell as Shell))
      fail('E682', { shell, known: SHELLS, suggestion: nearest(shell, SHELLS) });
    screen.result(completionScript(shell as Shell));
    return EXIT.done;
  },
};
