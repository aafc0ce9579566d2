/** `segsync compile`: the SQL of segments, readable, with its reasons as comments. */
import { warehouseNames } from '../adapters.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { EXIT } from '../diagnostics/exit.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { jsonText } from '../report/json.ts';
import { listed } from '../report/words.ts';
import { compileSql } from '../run/inspect.ts';
import type { World } from '../world.ts';
import { knownSegments, openProject } from './open.ts';
import type { Verb } from './verb.ts';

export const compile: Verb<{ dialect?: string; full?: boolean }> = {
  declare(command) {
    command
      .argument('[segments...]', 'their names (default: all that are selected)')
      .optionsGroup('Options:')
      .option('--dialect <name>', 'the SQL of another warehouse than the target')
      .option('--full', 'the statement that evaluates everyone')
      .addHelpText('after', '\nExample:\n  $ segsync compile cart_abandoners --full');
  },

  async run(invocation) {
    const { world, screen, options, operands } = invocation;
    const { project, target, selection } = await openProject(invocation);
    const segments = operands.length > 0 ? knownSegments(project, operands) : selection.segments;
    if (options.dialect !== undefined) await checkDialect(world, options.dialect);
    const sql = await compileSql(world, project, {
      target,
      segments,
      dialect: options.dialect,
      full: options.full ?? false,
    });
    screen.result(screen.flags.json ? jsonText({ version: 1, sql }) : `${sql.trimEnd()}\n`);
    return EXIT.done;
  },
};

async function checkDialect(world: World, value: string): Promise<void> {
  const names = await warehouseNames(world);
  if (names.includes(value)) return;
  const suggestion = nearest(value, names);
  fail('E604', { option: '--dialect', value, expected: listed(names).replace(' and ', ' or '), suggestion });
}
