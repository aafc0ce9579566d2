/** The tests of a project: those in files of their own, and those in segments' files. */
import { loadWarehouse } from '../adapters.ts';
import { findTests } from '../config/find.ts';
import { Problems } from '../config/problems.ts';
import type { Project } from '../config/project.ts';
import { readProjectText } from '../config/read.ts';
import { parseYaml } from '../config/yaml.ts';
import { type Diagnostic, diagnose } from '../diagnostics/diagnostic.ts';
import { readOwnTests, readTestFile } from '../story/parse.ts';
import type { Story } from '../story/story.ts';
import { speaksSql } from '../story/tables.ts';
import type { World } from '../world.ts';

/** In the order of their files. Throws one `DiagnosedError` of all that is wrong in them. */
export async function findStories(world: World, project: Project): Promise<Story[]> {
  const problems = new Problems();
  const stories: Story[] = [];
  for (const { path } of await findTests(world, project.root, problems)) {
    const text = await readProjectText(world, path, project.root, problems);
    const root = text === undefined ? undefined : parseYaml(text, path, problems);
    if (root) stories.push(...readTestFile(root, project, problems));
  }
  for (const { name, tests } of project.segments.values())
    if (tests) stories.push(...readOwnTests(tests, name, project, problems));
  problems.settle();
  return stories.sort(byPlace);
}

function byPlace({ place: a }: Story, { place: b }: Story): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line;
}

/** W640 where SQL of another engine's is tried on this one. */
export async function doubtsOfSql(
  world: World,
  project: Project,
  target: string,
  stories: readonly Story[],
): Promise<Diagnostic[]> {
  const warehouse = (await loadWarehouse(world, project.targets.get(target)!.type))!;
  if (warehouse.inMemory) return [];
  const segments = [...new Set(stories.map((story) => story.segment))];
  return segments
    .filter((segment) => speaksSql(project, segment))
    .map((segment) => {
      const { place } = project.segments.get(segment)!;
      return diagnose('W640', { segment, warehouse: warehouse.title }, place);
    });
}
