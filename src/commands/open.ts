/** What most verbs begin with: the project, its warnings shown, the selection made. */
import { loadProject } from '../config/load.ts';
import type { Project } from '../config/project.ts';
import { isOfState, type Selection, select } from '../config/select.ts';
import { DiagnosedError, diagnose, fail } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { listed } from '../report/words.ts';
import type { World } from '../world.ts';
import type { Globals } from './globals.ts';
import type { Invocation } from './verb.ts';

export interface Opened {
  readonly project: Project;
  readonly target: string;
  readonly selection: Selection;
}

/** Loads what the global options say. Throws `DiagnosedError`: an invalid project, a selector that matches nothing. */
export async function openProject({ world, screen, globals }: Invocation<unknown>): Promise<Opened> {
  const { project, warnings } = await loadProject(world, {
    projectDir: globals.projectDir,
    target: globals.target,
  });
  screen.problems(await Promise.all(warnings.map((warning) => screen.shown(warning))));
  const target = globals.target ?? project.defaultTarget;
  return { project, target, selection: await selectIn(world, project, { ...globals, target }) };
}

/** What the options select; the state is looked at only where a selector asks for it. */
export async function selectIn(
  world: World,
  project: Project,
  request: Pick<Globals, 'select' | 'exclude' | 'waitMs'> & { readonly target: string },
): Promise<Selection> {
  const isAsked = [...request.select, ...request.exclude].some(isOfState);
  if (!isAsked) return select(project, request);
  const { readStanding } = await import('../run/modified.ts');
  return select(project, request, await readStanding(world, project, request));
}

/** Checks that segments named as arguments exist. Throws E607, one for each that does not. */
export function knownSegments(project: Project, names: readonly string[]): ReadonlySet<string> {
  const unknown = names.filter((name) => !project.segments.has(name));
  if (unknown.length > 0) {
    throw new DiagnosedError(
      unknown.map((name) => diagnose('E607', { name, suggestion: nearest(name, project.segments.keys()) })),
    );
  }
  return new Set(names);
}

/** Checks the names given to `--tier`. Throws E604 for the first that the project lacks. */
export function checkTiers(project: Project, names: readonly string[]): void {
  for (const value of names) {
    if (project.tiers.has(value)) continue;
    const known = [...project.tiers.keys()];
    fail('E604', {
      ...{ option: '--tier', value, expected: listed(known).replace(' and ', ' or ') },
      suggestion: nearest(value, known),
    });
  }
}

/** Checks that syncs named by an option exist. Throws E610, one for each that does not. */
export function knownSyncs(project: Project, names: readonly string[]): ReadonlySet<string> {
  const unknown = names.filter((name) => !project.syncs.has(name));
  if (unknown.length > 0) {
    throw new DiagnosedError(
      unknown.map((name) => diagnose('E610', { name, suggestion: nearest(name, project.syncs.keys()) })),
    );
  }
  return new Set(names);
}
