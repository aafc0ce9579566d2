/** The options that every command takes, before or after its name. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { fail } from '../diagnostics/diagnostic.ts';
import { parseDuration } from '../instant.ts';
import type { ScreenFlags } from '../report/screen.ts';
import type { World } from '../world.ts';

export interface Globals {
  /** Absolute. */
  readonly projectDir?: string;
  readonly target?: string;
  readonly select: readonly string[];
  readonly exclude: readonly string[];
  /** Absolute path of a file that every event is appended to. */
  readonly events?: string;
  /** Milliseconds to wait for what another process holds. */
  readonly waitMs: number;
}

interface Raw {
  projectDir?: string;
  target?: string;
  select?: string | string[];
  exclude?: string | string[];
  events?: string;
  wait?: string;
}

/** Declares the global options; after a verb, `--select` and `--exclude` take several names each. */
export function declareGlobals(command: Command, place: 'before verb' | 'after verb'): void {
  const names = place === 'before verb' ? '<names>' : '<names...>';
  command
    .optionsGroup('Global options:')
    .option('-t, --target <name>', 'the target of segsync.yaml to work on')
    .option(
      `-s, --select ${names}`,
      'only these segments and syncs: names with *, tag:, path:, dest:, tier:, state:modified; several add up, a comma means "and"; +x also what x refers to, x+ also what refers to x',
    )
    .option(`--exclude ${names}`, 'all but these')
    .option('--project-dir <dir>', 'where segsync.yaml lies, instead of looking upwards from here')
    .option('--json', 'print one JSON document')
    .option('--events <file>', 'append what happens to a file, one JSON object a line')
    .option('--wait <duration>', 'wait for what another run holds, for example 60s')
    .option('--quiet', 'print only what needs attention')
    .option('--verbose', 'print more, and the details of a defect')
    .option('--color', 'colours, whatever the output is')
    .option('--no-color', 'no colours');
}

/** The flags that decide how anything is printed: read first, so that wrong usage is printed the same way. */
export function screenFlags(args: readonly string[]): ScreenFlags {
  const end = args.indexOf('--');
  const given = new Set(end < 0 ? args : args.slice(0, end));
  const color = given.has('--no-color') ? false : given.has('--color') ? true : undefined;
  return {
    json: given.has('--json'),
    quiet: given.has('--quiet'),
    verbose: given.has('--verbose'),
    color,
  };
}

/** The options given before and after the verb as one; lists add up, otherwise the later one counts. Throws E604. */
export function readGlobals(world: World, before: Raw, after: Raw): Globals {
  const { projectDir, target, events, wait } = { ...before, ...after };
  const { workingFolder } = world.process;
  return {
    ...(projectDir === undefined ? {} : { projectDir: resolve(workingFolder, projectDir) }),
    ...(target === undefined ? {} : { target }),
    ...(events === undefined ? {} : { events: resolve(workingFolder, events) }),
    select: [before.select ?? [], after.select ?? []].flat(),
    exclude: [before.exclude ?? [], after.exclude ?? []].flat(),
    waitMs: wait === undefined ? 0 : milliseconds(wait),
  };
}

function milliseconds(value: string): number {
  const duration = parseDuration(value);
  if (duration === undefined) fail('E604', { option: '--wait', value, expected: 'a duration such as 60s' });
  return Number(duration / 1000n);
}
