/** A project from disk: find, parse, interpolate, check, resolve. Everything wrong with it is told at once. */
import { join } from 'node:path';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { World } from '../world.ts';
import { type Definitions, readDefinitions } from './definitions.ts';
import { readEnvironment } from './dotenv.ts';
import { findRoot, PROJECT_FILE } from './find.ts';
import { type Foundation, readFoundation } from './foundation.ts';
import { Problems } from './problems.ts';
import type { Project } from './project.ts';
import { readProjectText } from './read.ts';
import { parseYaml } from './yaml.ts';

export interface LoadOptions {
  /** Folder of `segsync.yaml`; else it is searched from the working folder upwards. */
  readonly projectDir?: string;
  /** The target that the run uses; else the project's default. */
  readonly target?: string;
}

export interface LoadedProject {
  readonly project: Project;
  readonly warnings: readonly Diagnostic[];
}

/** Throws one `DiagnosedError` of all errors found (exit 78). Changes nothing. */
export async function loadProject(world: World, options: LoadOptions = {}): Promise<LoadedProject> {
  const problems = new Problems();
  const root = findRoot(world, options.projectDir);
  const environment = await readEnvironment(world, root, problems);
  const file = join(root, PROJECT_FILE);
  const text = await readProjectText(world, file, root, problems);
  const written = text === undefined ? undefined : parseYaml(text, file, problems);
  const foundation =
    written && (await readFoundation(written, { world, root, environment, problems, asked: options.target }));
  const definitions = foundation && (await readDefinitions(foundation, problems));
  const warnings = problems.settle();
  // Without a foundation and definitions, `settle` has thrown.
  return { project: assemble(foundation!, definitions!), warnings };
}

function assemble(foundation: Foundation, definitions: Definitions): Project {
  const { context, name, targets, defaultTarget, state, entities, tiers } = foundation;
  return {
    root: context.root,
    name,
    timezone: context.timezone,
    targets,
    defaultTarget,
    state,
    entities: whole(entities ?? new Map()),
    tiers: whole(tiers),
    ...definitions,
  };
}

/** After `settle` nothing is broken any more; the types do not know. */
function whole<T>(map: ReadonlyMap<string, T | undefined>): Map<string, T> {
  return new Map([...map].flatMap(([key, value]) => (value ? [[key, value] as const] : [])));
}
