/** `.gitignore` and `README.md` of a new project. */
import type { SampleDestination } from './destination.ts';
import type { NewProject } from './new-project.ts';

/** The schemas are kept in git: an editor then knows the files right after a clone, without a network. */
export function ignoreFile({ options }: SampleDestination): string {
  const output = options.directory ? `${options.directory}/\n` : '';
  return `.segsync/*\n!.segsync/schemas/\n.env\n${output}`;
}

export function readmeFile({ name, segments, isSample }: NewProject): string {
  const first = isSample ? '' : 'cp .env.example .env      # and fill it in\n';
  return `# ${name}

Audiences as code, kept equal to the warehouse by segsync.

\`\`\`sh
${first}segsync validate          # check every file
segsync plan              # what a run would do
segsync run               # do it
segsync members ${segments[0]!.name}
\`\`\`
`;
}
