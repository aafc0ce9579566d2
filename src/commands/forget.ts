/** `segsync forget`: one person out of every audience, then out of the state. */
import { fail } from '../diagnostics/diagnostic.ts';
import { EXIT } from '../diagnostics/exit.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { forgetText } from '../report/forget.ts';
import { jsonText } from '../report/json.ts';
import { listed } from '../report/words.ts';
import { forgetKey } from '../run/forget.ts';
import { onInterrupt } from './interrupt.ts';
import { openProject } from './open.ts';
import type { Verb } from './verb.ts';

export const forget: Verb<{ entity?: string }> = {
  declare(command) {
    command
      .argument('<key>', 'the key of the customer, or of another entity')
      .optionsGroup('Options:')
      .option('--entity <name>', 'whose key it is, where the project has several entities')
      .addHelpText('after', '\nExample:\n  $ segsync forget 42 --target prod');
  },

  async run(invocation) {
    const { world, screen, globals, operands, options } = invocation;
    if (operands[0]!.trim() === '') fail('E603', { detail: 'the key is empty', command: 'segsync forget' });
    const { project, target } = await openProject(invocation);
    const entity = entityNamed([...project.entities.keys()], options.entity);
    const interruption = onInterrupt(world, screen);
    try {
      const request = {
        target,
        entity,
        key: operands[0]!,
        waitMs: globals.waitMs,
        signal: interruption.signal,
      };
      const report = await forgetKey(world, project, request);
      screen.result(screen.flags.json ? jsonText(report) : forgetText(report));
      return interruption.exit() ?? (report.left.length > 0 ? EXIT.failed : EXIT.done);
    } finally {
      interruption.release();
    }
  },
};

/** Throws E604 for an entity that there is none of, or when it has to be said which one. */
function entityNamed(known: readonly string[], named: string | undefined): string {
  const [only, second] = known;
  if (named === undefined && only !== undefined && second === undefined) return only;
  if (named !== undefined && known.includes(named)) return named;
  const expected = listed(known).replace(' and ', ' or ');
  return fail('E604', {
    option: '--entity',
    value: named ?? '',
    expected,
    suggestion: nearest(named ?? '', known),
  });
}
