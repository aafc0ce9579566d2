/** `init --from-dbt`: entities out of a manifest of dbt. */
import { isAbsolute, join, relative, resolve } from 'node:path';
import { reasonOf } from '../config/read.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { type Choice, entityOf, guessEntities } from '../scaffold/dbt/entities.ts';
import { manifestSchema, VERSIONS, versionOf } from '../scaffold/dbt/manifest.ts';
import { type DbtTable, tablesOf } from '../scaffold/dbt/tables.ts';
import type { NewEntity } from '../scaffold/entity.ts';
import type { World } from '../world.ts';
import type { Chooser, InitOptions } from './init-answers.ts';

export interface Dbt {
  /** As it was named. */
  readonly file: string;
  /** What dbt calls its warehouse. */
  readonly adapter?: string;
  readonly tables: readonly DbtTable[];
}

/** Reads a `manifest.json`, or that of a dbt project. Throws E686 and E687. */
export async function readDbt(world: World, path: string): Promise<Dbt> {
  const file = manifestFile(path);
  const document = await readJson(world, file);
  const version = versionOf(document);
  const known: readonly string[] = VERSIONS;
  if (version === undefined) fail('E687', { file, version: 'it names no version of dbt’s', known });
  if (!known.includes(version)) fail('E687', { file, version: `it is ${version}`, known });
  const read = manifestSchema.safeParse(document);
  if (!read.success) {
    const at = read.error.issues[0]!.path.map(String).join('.');
    fail('E687', { file, version: `it is ${version}, but \`${at}\` is not as that says`, known });
  }
  const { adapter_type: adapter } = read.data.metadata;
  return { file, ...(adapter ? { adapter } : {}), tables: tablesOf(read.data) };
}

function manifestFile(path: string): string {
  if (path.endsWith('.json')) return path;
  return join(path, 'target', 'manifest.json');
}

async function readJson(world: World, file: string): Promise<unknown> {
  const { workingFolder } = world.process;
  try {
    const text = await world.files.readText(isAbsolute(file) ? file : resolve(workingFolder, file));
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'it is no JSON' : reasonOf(error);
    fail('E686', { file: relative(workingFolder, resolve(workingFolder, file)), reason }, undefined, error);
  }
}

interface DbtAnswers {
  readonly entities: readonly NewEntity[];
  readonly notes: readonly string[];
}

/** The entities that options, questions and guesses make of it. Throws E688, E689 and E690. */
export async function dbtAnswers(dbt: Dbt, options: InitOptions, choose: Chooser): Promise<DbtAnswers> {
  for (const option of ['table', 'cursor'] as const)
    if (options[option] !== undefined)
      fail('E691', { option: `--${option}`, without: 'a table of your own: dbt names it' });
  const choices = options.entity
    ? options.entity.map((word) => named(dbt, word))
    : await guessed(dbt, choose);
  const entities = choices.map((choice, index) =>
    withKey(choice, dbt, index === 0 ? options.key : undefined),
  );
  return { entities, notes: notesOf(dbt) };
}

/** `customer=dim_customers`; a name alone is a model's, and the entity `customer`. */
function named({ tables }: Dbt, word: string): Choice {
  const [, name = 'customer', model = word] = /^([^=]+)=(.+)$/.exec(word) ?? [];
  const table = tables.find((each) => titlesOf(each).includes(model));
  if (table) return { name, table };
  const suggestion = nearest(model, tables.flatMap(titlesOf));
  return fail('E688', { entity: name, table: model, suggestion });
}

function titlesOf({ name, title, id }: DbtTable): string[] {
  return [name, title.replace(/^\w+ /, ''), id];
}

async function guessed({ tables }: Dbt, choose: Chooser): Promise<Choice[]> {
  const guesses = guessEntities(tables);
  const usual = guesses[0];
  const names = tables.map(({ name }) => name);
  const model = await choose('entity', {
    text: 'The model or source whose rows are the customers',
    byDefault: usual?.table.name ?? '',
    choices: guesses.map(({ table }) => table.title),
    check: (value) => (value === '' || names.includes(value) ? undefined : `one of ${names.join(', ')}`),
  });
  if (model === '') fail('E689', { names });
  if (model === usual?.table.name) return guesses;
  return [{ name: 'customer', table: tables.find(({ name }) => name === model)! }];
}

/** A key that is named is the first entity's. */
function withKey(choice: Choice, dbt: Dbt, key: string | undefined): NewEntity {
  const entity = entityOf(choice, key === undefined ? undefined : { value: key }, dbt.tables);
  return entity ?? fail('E690', { table: choice.table.name, columns: choice.table.columns });
}

function notesOf({ file, tables }: Dbt): string[] {
  const databases = [...new Set(tables.flatMap(({ database }) => database ?? []))];
  return [
    `Written from ${file}. What was guessed says so: look it over.`,
    ...(databases.length === 1 ? [`All tables are in the database ${databases[0]}.`] : []),
  ];
}
