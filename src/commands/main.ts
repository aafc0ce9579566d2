/** One call of the program: run the verb, print what failed, give the exit code. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { EXIT, type ExitCode, worstExit } from '../diagnostics/exit.ts';
import { jsonText, type Problem } from '../report/json.ts';
import { openScreen, type Screen } from '../report/screen.ts';
import type { World } from '../world.ts';
import { diagnosticsOf, stackOf } from './failure.ts';
import { screenFlags } from './globals.ts';
import { runProgram } from './program.ts';

/** Runs what `world.process.arguments` say. Never throws. */
export async function main(world: World): Promise<ExitCode> {
  const screen = openScreen(world, screenFlags(world.process.arguments));
  const exit = await attempt(world, screen);
  // A failed write is told only after the turn it was made in.
  await world.timers.sleep(0);
  const { failure } = world.process.stdout;
  if (failure === undefined || failure === 'EPIPE') return exit;
  world.process.stderr.write(`error: the result could not be written (${failure})\n`);
  return worstExit([exit, EXIT.failed]);
}

async function attempt(world: World, screen: Screen): Promise<ExitCode> {
  try {
    return await runProgram(world, screen);
  } catch (error) {
    const diagnostics = diagnosticsOf(error);
    await printFailure(screen, diagnostics);
    if (screen.flags.verbose && diagnostics.some((diagnostic) => diagnostic.code === 'E699')) {
      world.process.stderr.write(`${stackOf(error)}\n`);
    }
    return worstExit(diagnostics.map((diagnostic) => diagnostic.exit));
  }
}

async function printFailure(screen: Screen, diagnostics: readonly Diagnostic[]): Promise<void> {
  const shown = await Promise.all(diagnostics.map((diagnostic) => screen.shown(diagnostic)));
  if (!screen.flags.json) return screen.problems(shown);
  screen.annotate(shown);
  const errors = shown.filter(({ severity }) => severity === 'error').map(documented);
  if (errors.length > 0) screen.result(jsonText({ version: 1, errors }));
}

function documented({ code, message, file, line, column, hint }: Problem): Problem {
  return { code, message, file, line, column, hint };
}
