/** What is being typed: which part of the command line the last word is, by the program's own declarations. */
import type { Command, Option } from 'commander';

export type Wanted =
  /** A command. */
  | { readonly kind: 'command' }
  /** The name of an option of `command`. */
  | { readonly kind: 'option'; readonly command: Command }
  /** The value of an option, or an argument. */
  | { readonly kind: 'value'; readonly of: Valued; readonly prefix: string }
  | { readonly kind: 'nothing' };

/** What a value is for: the names it was declared under, the more telling first, and its choices if it has some. */
export interface Valued {
  readonly names: readonly string[];
  readonly choices?: readonly string[];
}

/** The command that is typed, if one is yet: the first word that is neither an option nor the value of one. */
export function verbIn(program: Command, words: readonly string[]): string | undefined {
  const before = words.slice(0, -1);
  for (let at = 0; at < before.length; at += 1) {
    const word = before[at]!;
    if (!word.startsWith('-')) return word;
    if (takesNext(optionOf(program, word), word)) at += 1;
  }
  return undefined;
}

/** What the last of `words` is to be; `command` is the one that is typed already. */
export function wantedIn(program: Command, command: Command | undefined, words: readonly string[]): Wanted {
  const current = words.at(-1) ?? '';
  const scope = command ?? program;
  const assigned = /^(--[^=]+)=(.*)$/s.exec(current);
  if (assigned) return valueAfter(optionOf(scope, assigned[1]!), `${assigned[1]}=`);
  const open = openOption(scope, words.slice(0, -1));
  if (open && !current.startsWith('-')) return valueAfter(open, '');
  if (current.startsWith('-')) return { kind: 'option', command: scope };
  return command ? argumentOf(command, words) : { kind: 'command' };
}

function optionOf(command: Command, word: string): Option | undefined {
  const name = word.split('=', 1)[0]!;
  return command.options.find((option) => isCalled(option, name));
}

/** `--target` and `-t`. */
export function isCalled({ long, short }: Option, name: string): boolean {
  return name === long || name === short;
}

function takesNext(option: Option | undefined, word: string): boolean {
  return option !== undefined && (option.required || option.optional) && !word.includes('=');
}

/** The option whose value comes next: the last word, or one of several values before it. */
function openOption(command: Command, before: readonly string[]): Option | undefined {
  const at = before.findLastIndex((word) => word.startsWith('-'));
  const option = at < 0 ? undefined : optionOf(command, before[at]!);
  if (!option || !takesNext(option, before[at]!)) return undefined;
  return option.variadic || at === before.length - 1 ? option : undefined;
}

function valueAfter(option: Option | undefined, prefix: string): Wanted {
  if (!option) return { kind: 'nothing' };
  const names = [singular(placeholder(option.flags)), singular(option.name())];
  return {
    kind: 'value',
    prefix,
    of: { names, ...(option.argChoices ? { choices: option.argChoices } : {}) },
  };
}

function argumentOf(command: Command, words: readonly string[]): Wanted {
  const typed = operandsIn(command, words.slice(words.indexOf(command.name()) + 1, -1));
  const declared = command.registeredArguments;
  const last = declared.at(-1);
  const argument = declared[typed] ?? (last?.variadic ? last : undefined);
  if (!argument) return { kind: 'nothing' };
  const choices = argument.argChoices ? { choices: argument.argChoices } : {};
  return { kind: 'value', prefix: '', of: { names: [singular(argument.name())], ...choices } };
}

function operandsIn(command: Command, words: readonly string[]): number {
  return words.filter((word, at) => !word.startsWith('-') && !openOption(command, words.slice(0, at))).length;
}

/** `name` of `--target <name>`. */
function placeholder(flags: string): string {
  return /[<[]([^\]>.]+)/.exec(flags)?.[1] ?? '';
}

function singular(word: string): string {
  return word.replace(/s$/, '');
}
