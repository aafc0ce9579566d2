/** What a command is to the program: one file a verb, imported only when it is called. */
import type { Command } from 'commander';
import type { ExitCode } from '../diagnostics/exit.ts';
import type { Screen } from '../report/screen.ts';
import type { World } from '../world.ts';
import type { Globals } from './globals.ts';

export interface Verb<Options = unknown> {
  /** Adds the verb's arguments, options and an example to its help. */
  declare(command: Command): void;
  /** Does it. Throws `DiagnosedError` for what the user can mend. */
  run(invocation: Invocation<Options>): Promise<ExitCode>;
}

export interface Invocation<Options = unknown> {
  readonly world: World;
  readonly screen: Screen;
  readonly globals: Globals;
  /** The verb's own options, as declared. */
  readonly options: Options;
  readonly operands: readonly string[];
}
