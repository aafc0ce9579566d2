/** What a new project's owner is told. */
import type { NewProject } from '../scaffold/new-project.ts';
import { SCHEMA_FOLDER } from '../scaffold/schema-files.ts';

/** What was written, and the commands to type next. */
export function nextSteps(
  folder: string,
  written: readonly string[],
  kept: readonly string[],
  project: NewProject,
): string {
  const files = written.filter((file) => !file.startsWith(SCHEMA_FOLDER));
  const lines = [
    `Project ${project.name} is in ${folder === '.' ? 'this folder' : folder}:`,
    ...files.map((file) => `  ${file}`),
    `  ${SCHEMA_FOLDER}/   (what editors know the files by)`,
    ...kept.map(
      (file) =>
        `Kept as it was: ${file}${file === '.gitignore' ? ', to which .segsync/* and .env belong' : ''}`,
    ),
    '',
    'Next:',
    ...(folder === '.' ? [] : [`  cd ${/^[\w./-]+$/.test(folder) ? folder : `'${folder}'`}`]),
    ...commands(project),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function commands({ isSample }: NewProject): string[] {
  if (isSample) return ['  segsync validate', '  segsync plan', '  segsync run'];
  return [
    '  cp .env.example .env            # and fill it in',
    '  segsync validate --connect      # tables, columns, types, grants',
    '  segsync plan                    # what a run would do; it changes nothing',
  ];
}
