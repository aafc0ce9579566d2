/** `segsync validate`: parse and check everything without a connection. */
import { loadProject } from '../config/load.ts';
import type { Project } from '../config/project.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { EXIT } from '../diagnostics/exit.ts';
import { jsonText } from '../report/json.ts';
import type { Shown } from '../report/problems.ts';
import type { Screen } from '../report/screen.ts';
import { listed, plural } from '../report/words.ts';
import type { Verb } from './verb.ts';

export const validate: Verb<{ connect?: boolean }> = {
  declare(command) {
    command
      .optionsGroup('Options:')
      .option('--connect', 'also check tables, columns, types and grants (not available yet)')
      .addHelpText('after', '\nExample:\n  $ segsync validate --json');
  },

  async run({ world, screen, globals, options }) {
    if (options.connect) fail('E608', { what: '`validate --connect`' });
    const { projectDir, target } = globals;
    const { project, warnings } = await loadProject(world, { projectDir, target });
    const shown = await Promise.all(warnings.map((warning) => screen.shown(warning)));
    if (screen.flags.json) printDocument(screen, project, shown);
    else printText(screen, project, shown);
    return EXIT.done;
  },
};

function printDocument(screen: Screen, project: Project, shown: readonly Shown[]): void {
  screen.annotate(shown);
  const warnings = shown.map(({ severity, frame, ...problem }) => problem);
  screen.result(jsonText({ version: 1, ...sizes(project), errors: [], warnings }));
}

function printText(screen: Screen, project: Project, shown: readonly Shown[]): void {
  screen.problems(shown);
  if (screen.flags.quiet) return;
  const { segments, syncs, destinations } = sizes(project);
  const parts = listed([
    plural(segments, 'segment'),
    plural(syncs, 'sync'),
    plural(destinations, 'destination'),
  ]);
  const also = shown.length > 0 ? `, with ${plural(shown.length, 'warning')}` : '';
  screen.result(`${screen.colors.green('Valid')}${also}: ${parts} in project ${project.name}.\n`);
}

function sizes(project: Project): { segments: number; syncs: number; destinations: number } {
  return {
    segments: project.segments.size,
    syncs: project.syncs.size,
    destinations: project.destinations.size,
  };
}
