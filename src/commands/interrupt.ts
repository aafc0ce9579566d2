import { diagnose } from '../diagnostics/diagnostic.ts';
import { EXIT, type ExitCode } from '../diagnostics/exit.ts';
import type { Screen } from '../report/screen.ts';
import type { World } from '../world.ts';

export interface Interruption {
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** The exit code of the signal that came; undefined when none did. */
  exit(): ExitCode | undefined;
  /** Signals end the process at once again. */
  release(): void;
}

const EXIT_OF = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const;

/** Turns the first signal into an abort, so that what is in flight ends well; a second one exits at once. */
export function onInterrupt(world: World, screen: Screen): Interruption {
  const controller = new AbortController();
  let exit: ExitCode | undefined;
  const release = world.process.onSignal((signal) => {
    if (exit !== undefined) world.process.exit(EXIT_OF[signal]);
    exit = EXIT_OF[signal];
    void screen.shown(diagnose('W601', { signal })).then((shown) => screen.problems([shown]));
    controller.abort();
  });
  return { signal: controller.signal, exit: () => exit, release };
}
