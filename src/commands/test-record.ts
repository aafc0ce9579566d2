/** `segsync test --record SEGMENT KEY`: a test written from what is so now. */
import { resolve } from 'node:path';
import { Problems } from '../config/problems.ts';
import type { Project } from '../config/project.ts';
import { reasonOf } from '../config/read.ts';
import { parseYaml } from '../config/yaml.ts';
import { diagnose, fail } from '../diagnostics/diagnostic.ts';
import { EXIT, type ExitCode } from '../diagnostics/exit.ts';
import { readKeyRows } from '../run/key-rows.ts';
import { writeNew } from '../scaffold/write.ts';
import { inOneDatabase } from '../story/one-database.ts';
import { readTestFile } from '../story/parse.ts';
import { recordedText } from '../story/record.ts';
import { type RecordedTable, recordedTables } from '../story/recorded-tables.ts';
import { speaksSql } from '../story/tables.ts';
import type { World } from '../world.ts';
import { onInterrupt } from './interrupt.ts';
import { knownSegments, openProject } from './open.ts';
import { playOne } from './test-play.ts';
import type { Invocation } from './verb.ts';

/** A test with more rows of one table is none that people read. */
const MOST_ROWS = 50;

export interface RecordOptions {
  record?: string;
  out?: string;
}

/** Throws E607, E646 to E648, E665, E666. */
export async function record(invocation: Invocation<RecordOptions>, segment: string): Promise<ExitCode> {
  const { world, screen, options, operands } = invocation;
  const key = operands[0];
  if (key === undefined || key === '') fail('E666', { command: 'segsync test' });
  const path = options.out === undefined ? undefined : resolve(world.process.workingFolder, options.out);
  if (path !== undefined && world.files.exists(path)) fail('E648', { file: options.out! });
  const { project, target } = await openProject(invocation);
  knownSegments(project, [segment]);
  const text = await recorded(invocation, project, { target, segment, key });
  await checkPasses(world, project, segment, text);
  if (path === undefined) screen.result(text);
  else {
    await writeWhereNone(world, path, options.out!, text);
    screen.result(`${options.out}\n`);
  }
  return EXIT.done;
}

async function recorded(
  { world, screen, globals }: Invocation<RecordOptions>,
  project: Project,
  request: { readonly target: string; readonly segment: string; readonly key: string },
): Promise<string> {
  const { segment } = request;
  const tables = tablesToRecord(project, segment);
  const interruption = onInterrupt(world, screen);
  try {
    const { holds, ...rows } = await readKeyRows(world, project, {
      ...{ ...request, waitMs: globals.waitMs, signal: interruption.signal, most: MOST_ROWS + 1 },
      tables: tables.map(({ columns, ...table }) => ({
        ...table,
        columns: columns.map(({ name }) => name),
      })),
    });
    const { entity } = project.segments.get(segment)!;
    if (holds === undefined) return fail('E646', { segment, reason: `no \`${entity}\` has this key` });
    const long = tables.filter((_, i) => rows.tables[i]!.rows.length > MOST_ROWS);
    const warnings = long.map(({ name }) => diagnose('W641', { source: name, most: MOST_ROWS }));
    screen.problems(await Promise.all(warnings.map((each) => screen.shown(each))));
    const shown = { ...rows, holds, tables: rows.tables.map(shortened) };
    return recordedText(project, segment, tables, shown);
  } finally {
    interruption.release();
  }
}

/** The newest rows, in the order in which they came. */
function shortened<T extends { readonly rows: readonly unknown[] }>(table: T): T {
  return { ...table, rows: table.rows.slice(0, MOST_ROWS).reverse() };
}

function tablesToRecord(project: Project, segment: string): RecordedTable[] {
  if (speaksSql(project, segment))
    fail('E646', { segment, reason: 'it holds SQL of its own, which may read anything' });
  const reason = 'it reads one table by two different keys';
  return recordedTables(project, segment) ?? fail('E646', { segment, reason });
}

/** Throws E647: values that were replaced, or the embedded database, may have decided it. */
async function checkPasses(world: World, project: Project, segment: string, text: string): Promise<void> {
  const problems = new Problems();
  const root = parseYaml(text, 'recorded.yaml', problems);
  const [story] = root ? readTestFile(root, project, problems) : [];
  problems.settle();
  const failure = await playOne(world, inOneDatabase(project), story!);
  if (failure) fail('E647', { segment, detail: failure.lines.join('; ') });
}

async function writeWhereNone(world: World, path: string, file: string, text: string): Promise<void> {
  try {
    await writeNew(world, path, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && world.files.exists(path)) fail('E648', { file });
    fail('E645', { file, reason: reasonOf(error) });
  }
}
