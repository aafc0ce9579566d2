/** Finds the project's folder and the files in it. */
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { fail } from '../diagnostics/diagnostic.ts';
import type { World } from '../world.ts';
import type { Problems } from './problems.ts';
import { reasonOf } from './read.ts';

export const PROJECT_FILE = 'segsync.yaml';
/** Tests of segments stand beside them: they define nothing. */
export const TEST_FILE = /[._]test\.ya?ml$/;

/**
 * The absolute folder that holds `segsync.yaml`: `projectDir` if given (nothing above it is looked at), else the
 * working folder or the nearest one above it. Throws E101.
 */
export function findRoot(world: World, projectDir?: string): string {
  const start = resolve(world.process.workingFolder, projectDir ?? '.');
  const holds = (folder: string): boolean => world.files.exists(join(folder, PROJECT_FILE));
  let folder = start;
  while (!holds(folder)) {
    const above = dirname(folder);
    const chosen = projectDir !== undefined;
    if (chosen || above === folder) fail('E101', { folder: start, chosen });
    folder = above;
  }
  return folder;
}

/** A YAML file of a folder of definitions, with the name it gives to what it defines. */
export interface DefinitionFile {
  readonly path: string;
  /** Relative to the project. */
  readonly file: string;
  readonly name: string;
}

/** The YAML files below `folder` of the project, sorted by path; hidden ones and tests are left out. */
export async function findDefinitions(
  world: World,
  root: string,
  folder: string,
  problems: Problems,
): Promise<DefinitionFile[]> {
  const files = await yamlFiles(world, root, folder, problems);
  return files.filter(({ path }) => !TEST_FILE.test(path));
}

/** The files of tests beside segments, as `findDefinitions`. */
export async function findTests(world: World, root: string, problems: Problems): Promise<DefinitionFile[]> {
  const files = await yamlFiles(world, root, 'segments', problems);
  return files.filter(({ path }) => TEST_FILE.test(path));
}

async function yamlFiles(
  world: World,
  root: string,
  folder: string,
  problems: Problems,
): Promise<DefinitionFile[]> {
  const paths = await list(world, join(root, folder), problems);
  return paths
    .map((path) => ({ path, file: relative(root, path), name: basename(path, extname(path)) }))
    .filter(
      ({ path, file }) => /\.ya?ml$/.test(path) && !file.split(/[\\/]/).some((part) => part.startsWith('.')),
    );
}

async function list(world: World, folder: string, problems: Problems): Promise<string[]> {
  try {
    return await world.files.list(folder);
  } catch (error) {
    problems.report('E102', { file: basename(folder), reason: reasonOf(error) });
    return [];
  }
}
