/** A process of the program in a simulated world: its own clock, chance and life. */

import type { Instant } from '../../src/instant.ts';
import type { Files, HttpRequest, HttpResponse, World } from '../../src/world.ts';
import { Dice } from '../brute-force/dice.ts';
import type { Life, Simulation } from './simulation.ts';

/** What a process reaches of the outside world. */
export interface Outside {
  readonly files: (process: SimulatedProcess) => Files;
  readonly request: (process: SimulatedProcess, request: HttpRequest) => Promise<HttpResponse>;
  /** Whether the process with this id runs. */
  readonly isAlive: (id: number) => boolean;
}

export interface ProcessOptions {
  readonly id: number;
  readonly host: string;
  readonly seed: number;
  /** What its machine's clock shows, `ms` after the beginning. */
  readonly wallClock: (ms: number) => Instant;
  readonly outside: Outside;
  /** Asked at every step; true: it is killed there. */
  readonly isKilledAt?: (step: number, moment: Moment, label: string) => boolean;
}

/** Before its effect; after it, and before the process hears of it. */
export type Moment = 'before' | 'after';

export class SimulatedProcess implements Life {
  readonly name: string;
  readonly simulation: Simulation;
  readonly world: World;
  ended = false;
  /** Steps on the outside world so far. */
  steps = 0;
  readonly #options: ProcessOptions;
  readonly #whenEnded: (() => Promise<void>)[] = [];

  constructor(simulation: Simulation, options: ProcessOptions) {
    this.name = `p${options.id}`;
    this.simulation = simulation;
    this.#options = options;
    this.world = worldOf(this, options);
  }

  get host(): string {
    return this.#options.host;
  }

  /**
   * Something on the outside world: it has its effect `ms` from now, and then the process hears of it. A process that
   * was killed meanwhile waits for ever.
   */
  step<T>(label: string, ms: number, effect: () => T | Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.ended) return;
      const happen = async (): Promise<void> => {
        const step = ++this.steps;
        if (await this.#isKilled(step, 'before', label)) return;
        this.simulation.note(this, label);
        const answer = await outcomeOf(effect);
        if (this.ended || (await this.#isKilled(step, 'after', label))) return;
        if ('error' in answer) reject(answer.error);
        else resolve(answer.value);
      };
      this.simulation.after(ms, happen, { life: this });
    });
  }

  /** What the outside world does when the process is gone: a server rolls back. */
  whenEnded(action: () => Promise<void>): () => void {
    this.#whenEnded.push(action);
    return () => void this.#whenEnded.splice(this.#whenEnded.indexOf(action), 1);
  }

  /** Ends it as SIGKILL does: what it has not done yet, it never will. */
  async kill(): Promise<void> {
    if (this.ended) return;
    this.simulation.note(this, 'killed');
    await this.end();
  }

  async end(): Promise<void> {
    this.ended = true;
    this.simulation.forget(this);
    for (const action of this.#whenEnded.splice(0)) await action();
  }

  async #isKilled(step: number, moment: Moment, label: string): Promise<boolean> {
    if (!this.#options.isKilledAt?.(step, moment, label)) return false;
    await this.kill();
    return true;
  }
}

async function outcomeOf<T>(effect: () => T | Promise<T>): Promise<{ value: T } | { error: unknown }> {
  try {
    return { value: await effect() };
  } catch (error) {
    if (error instanceof Violation) throw error;
    return { error };
  }
}

/** What must never be: it ends the play, and no process gets to see it. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

function worldOf(process: SimulatedProcess, options: ProcessOptions): World {
  const { simulation } = process;
  const dice = new Dice(options.seed);
  const output = { write: () => {}, isTerminal: false, columns: 80 };
  return {
    clock: {
      // Time passes for it as it does for a real one.
      simulated: false,
      now: () => options.wallClock(simulation.now),
      monotonic: () => simulation.now,
    },
    timers: {
      sleep: (ms, signal) => sleep(process, ms, signal),
      every: (ms, action) => every(process, ms, action),
    },
    random: { uuid: () => uuid(dice), fraction: () => dice.fraction() },
    network: {
      serve: () => Promise.reject(new Error('nobody is served in a simulation')),
      request: (request) => options.outside.request(process, request),
      close: async () => {},
    },
    files: options.outside.files(process),
    process: {
      arguments: [],
      environment: {},
      workingFolder: '/',
      id: options.id,
      version: '20.19.0',
      host: options.host,
      stdin: { isTerminal: false, line: async () => undefined },
      stdout: output,
      stderr: output,
      isAlive: options.outside.isAlive,
      onSignal: () => () => {},
      onHangup: () => () => {},
      exit: () => {
        throw new Error('a run does not exit');
      },
    },
  };
}

function sleep(life: SimulatedProcess, ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (life.ended) return;
    if (signal?.aborted) return resolve();
    const wake = (): void => {
      signal?.removeEventListener('abort', abort);
      resolve();
    };
    const callOff = life.simulation.after(ms, wake, { life });
    const abort = (): void => {
      callOff();
      if (!life.ended) wake();
    };
    signal?.addEventListener('abort', abort);
  });
}

function every(life: SimulatedProcess, ms: number, action: () => void): () => void {
  let callOff = (): void => {};
  const next = (): void => {
    callOff = life.simulation.after(
      ms,
      () => {
        action();
        next();
      },
      { life },
    );
  };
  next();
  return () => callOff();
}

function uuid(dice: Dice): string {
  const hex = Array.from({ length: 32 }, () => dice.between(0, 15).toString(16)).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
