/** A project on disk for one test, from its files' text. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { type LoadedProject, type LoadOptions, loadProject } from '../../../src/config/load.ts';
import { DiagnosedError, type Diagnostic } from '../../../src/diagnostics/diagnostic.ts';
import { realWorld, type World } from '../../../src/world.ts';

const world = realWorld();
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export type FileTexts = Readonly<Record<string, string | Uint8Array>>;

/** Writes the files into a new folder and returns it. */
export function makeFolder(files: FileTexts): string {
  const root = mkdtempSync(join(tmpdir(), 'segsync-config-'));
  folders.push(root);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return root;
}

/** The real world with an environment and working folder of its own. */
export function worldIn(workingFolder: string, environment: Record<string, string> = {}): World {
  return { ...world, process: { ...world.process, workingFolder, environment } };
}

export async function load(
  files: FileTexts,
  environment: Record<string, string> = {},
  options: LoadOptions = {},
): Promise<LoadedProject> {
  return loadProject(worldIn(makeFolder(files), environment), options);
}

export interface Told {
  readonly code: string;
  /** `file:line:column`, relative to the project. */
  readonly at: string;
  readonly message: string;
  readonly hint?: string;
}

/** What is wrong with a project; fails when nothing is, or when the error is not a diagnosed one. */
export async function problemsOf(
  files: FileTexts,
  environment: Record<string, string> = {},
  options: LoadOptions = {},
): Promise<Told[]> {
  const root = makeFolder(files);
  try {
    await loadProject(worldIn(root, environment), options);
  } catch (error) {
    if (error instanceof DiagnosedError) return error.diagnostics.map((each) => told(each, root));
    throw error;
  }
  throw new Error('the project was accepted');
}

export function told({ code, message, hint, place }: Diagnostic, root: string): Told {
  const at = place ? `${relative(root, place.file)}:${place.line}:${place.column}` : '';
  return { code, at, message: message.replaceAll(root, 'ROOT'), ...(hint ? { hint } : {}) };
}

/** A test: loading `files` tells exactly `expected`, each as `CODE file:line:column message | hint`. */
export function expectProblems(
  title: string,
  files: FileTexts,
  expected: readonly string[],
  environment: Record<string, string> = {},
  options: LoadOptions = {},
): void {
  it(title, async () => {
    const problems = await problemsOf(files, environment, options);
    expect(problems.map(inOneLine)).toEqual(expected);
  });
}

function inOneLine({ code, at, message, hint }: Told): string {
  return `${code} ${at || '-'} ${message}${hint ? ` | ${hint}` : ''}`;
}
