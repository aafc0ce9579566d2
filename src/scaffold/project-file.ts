/** A new `segsync.yaml`. */
import { entityLines } from './entity.ts';
import { flow, type Line, linesText, written } from './lines.ts';
import { type NewProject, targetOptions } from './new-project.ts';

export function projectFile(project: NewProject): string {
  const { name, timezone, warehouse, entities, notes } = project;
  const target = written({ type: warehouse.name, ...targetOptions(project) });
  const lines: Line[] = [
    '# What segments build on. `segsync validate` checks it; docs: `segsync --help`.',
    'version: 1',
    `project: ${flow(name)}`,
    `timezone: ${flow(timezone)}   # for calendar windows such as \`this: month\``,
    'default_target: dev',
    'targets:',
    `  dev: ${target}`,
    ...(project.isSample
      ? ['  # prod: your own warehouse; `segsync init DIR --warehouse TYPE` shows how it is written']
      : []),
    'state: { schema: segsync }   # where segsync keeps its own tables',
    '',
    ...notes.map((note) => `# ${note}`),
    'entities:',
  ].map((text) => ({ depth: 0, text }));
  return linesText([...lines, ...entities.flatMap(entityLines)]);
}
