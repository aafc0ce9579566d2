/** `segsync validate`: parse and check everything without a connection; with `--connect` also against the target. */
import { loadProject } from '../config/load.ts';
import { inOrder } from '../config/problems.ts';
import type { Project } from '../config/project.ts';
import { DiagnosedError, type Diagnostic } from '../diagnostics/diagnostic.ts';
import { type ExitCode, worstExit } from '../diagnostics/exit.ts';
import { jsonText, type Problem } from '../report/json.ts';
import type { Shown } from '../report/problems.ts';
import type { Screen } from '../report/screen.ts';
import { listed, plural } from '../report/words.ts';
import { checkProject } from '../run/check.ts';
import { WarehouseError } from '../warehouse/warehouse.ts';
import { diagnosticsOf } from './failure.ts';
import type { Invocation, Verb } from './verb.ts';

interface Options {
  connect?: boolean;
}

export const validate: Verb<Options> = {
  declare(command) {
    command
      .optionsGroup('Options:')
      .option('--connect', 'also check tables, columns, types and grants of the target; nothing is changed')
      .addHelpText('after', '\nExample:\n  $ segsync validate --connect --target prod');
  },

  async run(invocation) {
    const { world, screen, globals } = invocation;
    const { projectDir, target } = globals;
    const { project, warnings } = await loadProject(world, { projectDir, target });
    const found = [
      ...warnings,
      ...(await checkProject(world, project)),
      ...(invocation.options.connect ? await checkConnected(invocation, project) : []),
    ];
    const problems = inOrder(found);
    const shown = await Promise.all(problems.map((each) => screen.shown(each)));
    if (screen.flags.json) printDocument(screen, project, shown);
    else printText(screen, project, shown);
    return exitOf(problems);
  },
};

/** A target that cannot be reached hides nothing that was found without it. */
async function checkConnected(
  { world, globals }: Invocation<Options>,
  project: Project,
): Promise<readonly Diagnostic[]> {
  const { checkTarget } = await import('../run/check-target.ts');
  try {
    const target = globals.target ?? project.defaultTarget;
    return await checkTarget(world, project, target, { waitMs: globals.waitMs });
  } catch (error) {
    if (error instanceof DiagnosedError || error instanceof WarehouseError) return diagnosticsOf(error);
    throw error;
  }
}

function exitOf(problems: readonly Diagnostic[]): ExitCode {
  return worstExit(problems.map(({ exit }) => exit));
}

function printDocument(screen: Screen, project: Project, shown: readonly Shown[]): void {
  screen.annotate(shown);
  const of = (severity: Shown['severity']): Problem[] =>
    shown
      .filter((each) => each.severity === severity)
      .map(({ severity: _, frame: __, ...problem }) => problem);
  screen.result(jsonText({ version: 1, ...sizes(project), errors: of('error'), warnings: of('warning') }));
}

function printText(screen: Screen, project: Project, shown: readonly Shown[]): void {
  screen.problems(shown);
  if (screen.flags.quiet || shown.some(({ severity }) => severity === 'error')) return;
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
