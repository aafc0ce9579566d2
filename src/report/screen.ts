/** Where a command's texts go: the result to stdout, everything else to stderr; colours decided for each. */
import { isAbsolute, relative } from 'node:path';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { codeFrame, linesOf } from '../diagnostics/frame.ts';
import type { World } from '../world.ts';
import { type Colors, colors, wantsColor } from './colors.ts';
import { annotations } from './github.ts';
import { problem } from './json.ts';
import { problemsText, type Shown } from './problems.ts';

export interface ScreenFlags {
  /** One JSON document on stdout. */
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** `--color` and `--no-color`; undefined: as the environment says. */
  readonly color?: boolean;
}

export interface Screen {
  readonly flags: ScreenFlags;
  /** For texts on stdout. */
  readonly colors: Colors;
  /** For texts on stderr. */
  readonly noteColors: Colors;
  /** The command's result. */
  result(text: string): void;
  /** A line for people, without meaning for programs. Silent with `--quiet`. */
  note(text: string): void;
  /** Errors and warnings, with annotations where GitHub Actions reads them. Warnings are silent with `--quiet`. */
  problems(problems: readonly Shown[]): void;
  /** Only the annotations, where GitHub Actions reads them. */
  annotate(problems: readonly Shown[]): void;
  /** An absolute path as GitHub knows it, where that is known. */
  inRepository(file: string): string;
  /** A diagnostic with paths as the reader would type them and, when its file can be read, its frame. */
  shown(diagnostic: Diagnostic): Promise<Shown>;
}

/** The screen over a world's outputs. */
export function openScreen(world: World, flags: ScreenFlags): Screen {
  const { stdout, stderr, environment } = world.process;
  const led = new Set<string>();
  const noteColors = colors(wantsColor(stderr, environment, flags.color));
  const annotate = (problems: readonly Shown[]): void => {
    if (isOnGitHub(world)) stderr.write(annotations(problems.map(fromRepository(world))));
  };
  // A file with a thousand mistakes is read once.
  const read = new Map<string, Promise<readonly string[]>>();
  const lines = (file: string): Promise<readonly string[]> => {
    const known = read.get(file) ?? world.files.readText(file).then(linesOf);
    read.set(file, known);
    return known;
  };
  return {
    flags,
    colors: colors(wantsColor(stdout, environment, flags.color)),
    noteColors,
    result: (text) => stdout.write(text),
    note(text) {
      if (!flags.quiet) stderr.write(text);
    },
    problems(problems) {
      const loud = problems.filter((shown) => shown.severity === 'error' || !flags.quiet);
      if (loud.length === 0) return;
      stderr.write(problemsText(loud, noteColors, led));
      annotate(loud);
    },
    annotate,
    inRepository: (file) => typed(environment.GITHUB_WORKSPACE || world.process.workingFolder, file),
    async shown(diagnostic) {
      const frame = await frameOf(diagnostic, lines);
      const { severity } = diagnostic;
      return {
        ...problem(diagnostic, (file) => typed(world.process.workingFolder, file)),
        severity,
        ...(frame ? { frame } : {}),
      };
    },
  };
}

/** Annotations are read there. */
export function isOnGitHub({ process }: World): boolean {
  return process.environment.GITHUB_ACTIONS === 'true';
}

/** A path from `folder` when it lies below, else as it is. */
function typed(folder: string, file: string): string {
  const path = relative(folder, file);
  return path.startsWith('..') || isAbsolute(path) ? file : path;
}

function fromRepository(world: World): (shown: Shown) => Shown {
  const { environment, workingFolder } = world.process;
  const repository = environment.GITHUB_WORKSPACE;
  return (shown) => {
    if (!shown.file || !repository) return shown;
    const absolute = isAbsolute(shown.file) ? shown.file : `${workingFolder}/${shown.file}`;
    return { ...shown, file: typed(repository, absolute) };
  };
}

async function frameOf(
  { place }: Diagnostic,
  lines: (file: string) => Promise<readonly string[]>,
): Promise<string | undefined> {
  if (!place) return undefined;
  try {
    return codeFrame(await lines(place.file), place);
  } catch {
    // The frame is an extra: a file that cannot be read is what the diagnostic itself is about.
    return undefined;
  }
}
