/** Whatever a command threw -> diagnostics: a slip on the command line, a known failure, or a defect of ours. */
import type { CommanderError } from 'commander';
import { DiagnosedError, type Diagnostic, diagnose } from '../diagnostics/diagnostic.ts';
import { WarehouseError } from '../warehouse/warehouse.ts';

/** Wrong usage of a command, or the end of printing its help. */
export class Misuse extends Error {
  override readonly name = 'Misuse';
  constructor(
    readonly error: CommanderError,
    /** As typed: `segsync run`. */
    readonly command: string,
  ) {
    super(error.message);
  }
}

/** Diagnostics for an exception; empty after help was printed, which arrives as one. */
export function diagnosticsOf(error: unknown): readonly Diagnostic[] {
  if (error instanceof DiagnosedError) return error.diagnostics;
  if (error instanceof Misuse) return usage(error);
  if (error instanceof WarehouseError) return [warehouseFailure(error)];
  return [diagnose('E699', { kind: kindOf(error), at: whereOf(error) })];
}

function usage({ error, command }: Misuse): readonly Diagnostic[] {
  if (error.exitCode === 0) return [];
  const [text = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const suggestion = /Did you mean (?:one of )?([^,?)]+)/.exec(rest.join(' '))?.[1];
  const quoted = /'([^']*)'/.exec(text)?.[1] ?? '';
  switch (error.code) {
    case 'commander.unknownCommand':
      return [diagnose('E601', { name: quoted, suggestion })];
    case 'commander.unknownOption':
      return [diagnose('E602', { option: quoted, command, suggestion })];
    case 'commander.help':
      return [diagnose('E603', { detail: 'a command is missing', command })];
    case 'commander.excessArguments':
      return [diagnose('E603', { detail: text.replaceAll("'", '`'), command, ...selecting(command) })];
    default:
      return [diagnose('E603', { detail: text.replaceAll("'", '`'), command })];
  }
}

/** Where somebody typed the name of a segment behind a command that takes none. */
function selecting(command: string): { hint?: string } {
  const takesNames = ['plan', 'run', 'validate', 'status', 'test'].some(
    (verb) => command === `segsync ${verb}`,
  );
  return takesNames
    ? { hint: `segments and syncs are named by an option: \`${command} --select NAME\`` }
    : {};
}

function warehouseFailure({ failure, message }: WarehouseError): Diagnostic {
  const later = failure === 'transient' || failure === 'locked' || failure === 'conflict';
  return diagnose(later ? 'E704' : 'E703', { detail: message.split('\n', 1)[0]! });
}

function kindOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

/** `evaluate/tick.js:33`: enough for a report, and no value of anyone's data as a message could hold. */
function whereOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const frame = /(?:\/(?:src|dist)\/)([^():]+:\d+):\d+/.exec(stack);
  return frame?.[1] ?? 'an unknown place';
}

/** The frames of an exception. Not its message: `JSON.parse` and `BigInt` quote in theirs what they were given. */
export function stackOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return [kindOf(error), ...stack.split('\n').filter((line) => /^ {4}at /.test(line))].join('\n');
}
