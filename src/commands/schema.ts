/** `segsync schema`: JSON Schemas for editors, and the state's tables for dbt. Needs no project. */
import { join, resolve } from 'node:path';
import { Argument } from 'commander';
import { DOCUMENT_KINDS, DOCUMENT_TITLES, type DocumentKind } from '../config/json-schema/documents.ts';
import { loadProject } from '../config/load.ts';
import { DiagnosedError, fail } from '../diagnostics/diagnostic.ts';
import { EXIT, type ExitCode } from '../diagnostics/exit.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { jsonText, type SchemasDocument } from '../report/json.ts';
import { dbtSourcesText } from '../scaffold/dbt-sources.ts';
import { documentText, schemaFiles } from '../scaffold/schema-files.ts';
import { writeFiles } from '../scaffold/write.ts';
import type { Invocation, Verb } from './verb.ts';

const DBT_SOURCES = 'dbt-sources';
const KINDS: readonly string[] = [...DOCUMENT_KINDS, DBT_SOURCES];

interface Options {
  out?: string;
}

export const schema: Verb<Options> = {
  declare(command) {
    const kind = new Argument('[kind]', 'which one; without it, they are listed');
    kind.argChoices = [...KINDS];
    command
      .addArgument(kind)
      .optionsGroup('Options:')
      .option('--out <dir>', 'write the JSON Schema, or all four of them, into this folder')
      .addHelpText(
        'after',
        '\nExample:\n  $ segsync schema --out .segsync/schemas   # where editors look for them',
      );
  },

  async run(invocation) {
    const { screen, options, operands } = invocation;
    const kind = operands[0];
    if (kind !== undefined && !KINDS.includes(kind))
      fail('E680', { kind, known: KINDS, suggestion: nearest(kind, KINDS) });
    if (options.out !== undefined) return write(invocation, options.out, kind);
    if (kind === undefined) screen.result(screen.flags.json ? jsonText(listed()) : listText());
    else screen.result(await textOf(invocation, kind));
    return EXIT.done;
  },
};

function listed(): SchemasDocument {
  const schemas = DOCUMENT_KINDS.map((kind) => ({ kind, of: DOCUMENT_TITLES[kind] }));
  return { version: 1, schemas };
}

function listText(): string {
  const rows = [...Object.entries(DOCUMENT_TITLES), [DBT_SOURCES, 'the state’s tables, as a source of dbt']];
  return `${rows.map(([kind, of]) => `${kind!.padEnd(12)} ${of}\n`).join('')}
\`segsync schema KIND\` prints one, \`segsync schema --out DIR\` writes the JSON Schemas.\n`;
}

async function textOf(invocation: Invocation<Options>, kind: string): Promise<string> {
  if (kind === DBT_SOURCES) return dbtSourcesText(await stateSchema(invocation));
  return documentText(invocation.world, kind as DocumentKind);
}

/** What the project says, where there is one that can be read; else the usual one. */
async function stateSchema({ world, globals }: Invocation<Options>): Promise<string> {
  try {
    return (await loadProject(world, globals)).project.state.schema;
  } catch (error) {
    if (error instanceof DiagnosedError) return 'segsync';
    throw error;
  }
}

async function write(
  { world, screen }: Invocation<Options>,
  out: string,
  kind: string | undefined,
): Promise<ExitCode> {
  if (kind === DBT_SOURCES) fail('E691', { option: '--out', without: 'a JSON Schema' });
  const kinds = kind === undefined ? DOCUMENT_KINDS : [kind as DocumentKind];
  const files = await schemaFiles(world, kinds);
  await writeFiles(world, resolve(world.process.workingFolder, out), files);
  screen.result([...files.keys()].map((file) => `${join(out, file)}\n`).join(''));
  return EXIT.done;
}
