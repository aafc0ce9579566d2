/** `segsync init`: a project that runs at once. By questions on a terminal, by options everywhere else. */
import { basename, relative, resolve } from 'node:path';
import { PROJECT_FILE } from '../config/find.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { EXIT } from '../diagnostics/exit.ts';
import { jsonText } from '../report/json.ts';
import { newProjectFiles } from '../scaffold/project.ts';
import { writeNewFiles } from '../scaffold/write.ts';
import { answersOf, type InitOptions } from './init-answers.ts';
import { nextSteps } from './init-told.ts';
import type { Verb } from './verb.ts';

/** What many folders have already: left as it is. */
const KEPT = ['.gitignore', 'README.md'];

export const init: Verb<InitOptions> = {
  declare(command) {
    command
      .argument('[dir]', 'the folder, made if it is missing (default: this one)')
      .optionsGroup('Options:')
      .option('-y, --yes', 'ask nothing; without a terminal nothing is asked anyway')
      .option('--project <name>', 'the name of the project (default: the folder’s)')
      .option('--warehouse <warehouse>', 'the type of warehouse (default: one that needs no server)')
      .option('--timezone <zone>', 'for calendar windows (default: UTC)')
      .option('--table <table>', 'the table of customers, for example shop.customers')
      .option('--key <column>', 'the column that tells who is who')
      .option('--cursor <column>', 'the column that grows with every change')
      .option('--from-dbt <path>', 'take tables, keys and freshness from a manifest.json or a dbt project')
      .option(
        '--entity <names...>',
        'its name, default customer; with --from-dbt: NAME=MODEL, several add up',
      )
      .addHelpText('after', HELP);
  },

  async run(invocation) {
    const { world, screen, operands } = invocation;
    const folder = resolve(world.process.workingFolder, operands[0] ?? '.');
    const shown = relative(world.process.workingFolder, folder) || '.';
    if (world.files.exists(`${folder}/${PROJECT_FILE}`)) fail('E683', { folder: shown });
    const project = await answersOf(invocation, basename(folder));
    const files = new Map(await newProjectFiles(world, project));
    const kept = KEPT.filter((file) => world.files.exists(`${folder}/${file}`));
    for (const file of kept) files.delete(file);
    await writeNewFiles(world, folder, files);
    const written = [...files.keys()].sort();
    if (screen.flags.json) screen.result(jsonText({ version: 1, folder: shown, files: written, kept }));
    else screen.result(nextSteps(shown, written, kept, project));
    return EXIT.done;
  },
};

const HELP = `
It never overwrites a file, and writes all of them or none.

Examples:
  $ segsync init shop                   # a small shop, which runs at once
  $ segsync init shop --from-dbt ../dbt --entity customer=dim_customers --yes`;
