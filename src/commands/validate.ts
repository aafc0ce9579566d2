/** `segsync validate`: parse and check everything without a connection; with `--connect` also against the target. */
import { loadProject } from '../config/load.ts';
import { inOrder } from '../config/problems.ts';
import type { Project } from '../config/project.ts';
import type { Selection } from '../config/select.ts';
import { DiagnosedError, type Diagnostic } from '../diagnostics/diagnostic.ts';
import { type ExitCode, worstExit } from '../diagnostics/exit.ts';
import { jsonText, type Problem, type ValidationDocument } from '../report/json.ts';
import type { Shown } from '../report/problems.ts';
import type { Screen } from '../report/screen.ts';
import { listed, plural } from '../report/words.ts';
import { checkProject } from '../run/check.ts';
import { WarehouseError } from '../warehouse/warehouse.ts';
import { diagnosticsOf } from './failure.ts';
import { selectIn } from './open.ts';
import type { Invocation, Verb } from './verb.ts';

interface Options {
  connect?: boolean;
}

export const validate: Verb<Options> = {
  declare(command) {
    command
      .optionsGroup('Options:')
      .option('--connect', 'also check tables, columns, types and grants of the target; nothing is changed')
      .addHelpText(
        'after',
        '\nEvery file is read, whatever is selected; what is selected is judged, too.\n\nExample:\n  $ segsync validate --connect --target prod',
      );
  },

  async run(invocation) {
    const { world, screen, globals } = invocation;
    const { projectDir } = globals;
    const { project, warnings } = await loadProject(world, { projectDir, target: globals.target });
    const target = globals.target ?? project.defaultTarget;
    const selection = await selectIn(world, project, { ...globals, target });
    const found = [
      ...warnings,
      ...(await checkProject(world, project, { ...selection, target })),
      ...(invocation.options.connect ? await checkConnected(invocation, project, selection) : []),
    ];
    const problems = inOrder(found);
    const shown = await Promise.all(problems.map((each) => screen.shown(each)));
    if (screen.flags.json) printDocument(screen, sizes(project, selection), shown);
    else printText(screen, project, sizes(project, selection), shown);
    return exitOf(problems);
  },
};

/** A target that cannot be reached hides nothing that was found without it. */
async function checkConnected(
  { world, globals }: Invocation<Options>,
  project: Project,
  selection: Selection,
): Promise<readonly Diagnostic[]> {
  const { checkTarget } = await import('../run/check-target.ts');
  try {
    const target = globals.target ?? project.defaultTarget;
    return await checkTarget(world, project, target, { waitMs: globals.waitMs, selection });
  } catch (error) {
    if (error instanceof DiagnosedError || error instanceof WarehouseError) return diagnosticsOf(error);
    throw error;
  }
}

function exitOf(problems: readonly Diagnostic[]): ExitCode {
  return worstExit(problems.map(({ exit }) => exit));
}

function printDocument(screen: Screen, sizes: Sizes, shown: readonly Shown[]): void {
  screen.annotate(shown);
  const of = (severity: Shown['severity']): Problem[] =>
    shown
      .filter((each) => each.severity === severity)
      .map(({ severity: _, frame: __, ...problem }) => problem);
  screen.result(jsonText({ version: 1, ...sizes, errors: of('error'), warnings: of('warning') }));
}

function printText(screen: Screen, { name }: Project, sizes: Sizes, shown: readonly Shown[]): void {
  screen.problems(shown);
  if (screen.flags.quiet || shown.some(({ severity }) => severity === 'error')) return;
  const { segments, syncs, destinations } = sizes;
  const parts = listed([
    plural(segments, 'segment'),
    plural(syncs, 'sync'),
    plural(destinations, 'destination'),
  ]);
  const also = shown.length > 0 ? `, with ${plural(shown.length, 'warning')}` : '';
  screen.result(`${screen.colors.green('Valid')}${also}: ${parts} in project ${name}.\n`);
}

type Sizes = Pick<ValidationDocument, 'segments' | 'syncs' | 'destinations'>;

/** Of what was looked at. */
function sizes(project: Project, { segments, syncs }: Selection): Sizes {
  return { segments: segments.size, syncs: syncs.size, destinations: project.destinations.size };
}
