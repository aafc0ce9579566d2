/** A world whose clock a test sets. Files, network and process are the real ones; what is written is kept. */
import type { Instant } from '../src/instant.ts';
import { type Output, realWorld, type World } from '../src/world.ts';

export interface SimulatedWorld extends World {
  /** Sets the clock; warehouses take it for theirs. It moves only by this. */
  set(now: Instant): void;
  /** What was written to stdout and stderr. */
  readonly written: { stdout: string; stderr: string };
}

/** Made once: it listens to the process's own streams. */
const world = realWorld();

/** The real world but for its clock, which stands at `now`. */
export function simulatedWorld(now: Instant): SimulatedWorld {
  const written = { stdout: '', stderr: '' };
  const output = (name: keyof typeof written): Output => ({
    write: (text) => {
      written[name] += text;
    },
    isTerminal: false,
    columns: 80,
  });
  let instant = now;
  return {
    ...world,
    clock: { simulated: true, now: () => instant, monotonic: world.clock.monotonic },
    process: {
      ...world.process,
      environment: {},
      stdout: output('stdout'),
      stderr: output('stderr'),
    },
    set(next) {
      instant = next;
    },
    written,
  };
}
