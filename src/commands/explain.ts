/** `segsync explain`: why a person is in a segment, or is not. */
import { declareExplainMember, type ExplainMemberOptions, explainMember } from './explain-member.ts';
import type { Verb } from './verb.ts';

export const explain: Verb<ExplainMemberOptions> = {
  declare(command) {
    command
      .argument('<segment>', 'its name')
      .argument('<key>', 'the key of the customer, or of another entity');
    declareExplainMember(command);
  },

  run: explainMember,
};
