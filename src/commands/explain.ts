/** `segsync explain`: the page of a diagnostic. */
import { explainCode } from './explain-code.ts';
import type { Verb } from './verb.ts';

export const explain: Verb = {
  declare(command) {
    command
      .argument('<code>', 'the code of a diagnostic, as it was printed')
      .addHelpText('after', '\nExample:\n  $ segsync explain E105');
  },

  run: ({ screen, operands }) => explainCode(screen, operands[0]!),
};
