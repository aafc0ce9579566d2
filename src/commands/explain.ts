/** `segsync explain`: why a person is in a segment, or is not; or the page of a diagnostic. */
import { fail } from '../diagnostics/diagnostic.ts';
import { explainCode, looksLikeCode } from './explain-code.ts';
import { declareExplainMember, type ExplainMemberOptions, explainMember } from './explain-member.ts';
import type { Verb } from './verb.ts';

export const explain: Verb<ExplainMemberOptions> = {
  declare(command) {
    command
      .argument('<segment-or-code>', 'a segment’s name; or the code of a diagnostic, alone')
      .argument('[key]', 'the key of the customer, or of another entity');
    declareExplainMember(command);
  },

  async run(invocation) {
    const { screen, operands } = invocation;
    const [first, key] = operands;
    if (key !== undefined) return explainMember(invocation);
    if (looksLikeCode(first!)) return explainCode(screen, first!);
    return fail('E603', {
      detail: `\`explain ${first}\` needs a key, or the code of a diagnostic in the place of \`${first}\``,
      command: 'segsync explain',
    });
  },
};
