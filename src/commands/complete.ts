/** `segsync complete -- WORDS...`: what the last word may be, a line each. Asked by shells, at every press of Tab. */
import type { Command } from 'commander';
import { FILES, FOLDERS, valuesFor } from '../completion/values.ts';
import { isCalled, verbIn, type Wanted, wantedIn } from '../completion/words.ts';
import { findRoot } from '../config/find.ts';
import { DiagnosedError } from '../diagnostics/diagnostic.ts';
import { EXIT } from '../diagnostics/exit.ts';
import type { World } from '../world.ts';
import { declaredProgram } from './program.ts';
import type { Verb } from './verb.ts';

/** A candidate and what it is. */
interface Candidate {
  readonly word: string;
  readonly about?: string;
}

export const complete: Verb = {
  declare(command) {
    command.argument(
      '[words...]',
      'what is typed so far, without `segsync`; the last word is the one to complete',
    );
  },

  async run({ world, screen, operands }) {
    const words = operands.length > 0 ? operands : [''];
    const candidates = await candidatesFor(world, words);
    screen.result(candidates.map(({ word, about }) => `${word}${about ? `\t${about}` : ''}\n`).join(''));
    return EXIT.done;
  },
};

async function candidatesFor(world: World, words: readonly string[]): Promise<readonly Candidate[]> {
  const typed = words.at(-1)!;
  const bare = await declaredProgram(world);
  const verb = verbIn(bare, words);
  const program = verb === undefined ? bare : await declaredProgram(world, verb);
  const command = program.commands.find((each) => each.name() === verb);
  // Of a command that there is not, nothing is known.
  if (verb !== undefined && !command) return [];
  const all = await candidates(world, program, words, wantedIn(program, command, words));
  return all.filter(({ word }) => word.startsWith(typed) || word === FILES || word === FOLDERS);
}

async function candidates(
  world: World,
  program: Command,
  words: readonly string[],
  wanted: Wanted,
): Promise<readonly Candidate[]> {
  switch (wanted.kind) {
    case 'command':
      return shownCommands(program).map((each) => ({ word: each.name(), about: each.description() }));
    case 'option':
      return [...optionsLeft(wanted.command, words), HELP];
    case 'value': {
      const typed = words.at(-1)!.slice(wanted.prefix.length);
      const values = await valuesFor(wanted.of, { world, root: rootIn(world, words), typed });
      return values.map((value) => ({ word: value.startsWith(':') ? value : wanted.prefix + value }));
    }
    case 'nothing':
      return [];
  }
}

const HELP: Candidate = { word: '--help', about: 'print this help' };

/** Those that are not typed yet, or may be typed again. */
function optionsLeft(command: Command, words: readonly string[]): Candidate[] {
  const typed = words.slice(0, -1);
  return command.options
    .filter((option) => option.variadic || !typed.some((word) => isCalled(option, word)))
    .map((option) => ({ word: option.long ?? option.short!, about: option.description }));
}

function shownCommands(program: Command): readonly Command[] {
  return program.createHelp().visibleCommands(program);
}

/** The project that the words are about; undefined where there is none. */
function rootIn(world: World, words: readonly string[]): string | undefined {
  const at = words.lastIndexOf('--project-dir', -2);
  const assigned = words.find((word) => word.startsWith('--project-dir='))?.slice('--project-dir='.length);
  try {
    return findRoot(world, assigned ?? (at < 0 ? undefined : words[at + 1]));
  } catch (error) {
    if (error instanceof DiagnosedError) return undefined;
    throw error;
  }
}
