/**
 * A world whose time is made of events: it stands still while anything is being done, and jumps to the next timer once
 * nothing is. So hours of waiting take as long as the work in them. Files, network and the embedded warehouse are real.
 */
import * as driver from '@duckdb/node-api';
import type { Instant } from '../src/instant.ts';
import { type Output, realWorld, type World } from '../src/world.ts';

export interface VirtualWorld extends World {
  /** Lets time pass until `instant`, or until `isOver`. */
  passUntil(instant: Instant, isOver?: () => boolean): Promise<void>;
  /** A signal, as from outside. */
  signal(name: 'SIGINT' | 'SIGTERM'): void;
  hangUp(): void;
  /** The machine sleeps for so long: timers that came due meanwhile go off when it wakes. */
  sleepThrough(ms: number): void;
  readonly written: { stdout: string; stderr: string };
  /** Timers that wait, and calls that have not come back. */
  readonly waiting: number;
}

const real = realWorld();
/** Calls into the embedded warehouse that have not come back, of all worlds. */
let calls = 0;

async function counted<T>(work: () => Promise<T>): Promise<T> {
  calls++;
  try {
    return await work();
  } finally {
    calls--;
  }
}

type AnyMethod = (this: unknown, ...args: unknown[]) => unknown;

/** Every function of the driver that gives a promise counts as work until that is settled. */
for (const each of Object.values(driver)) {
  if (typeof each !== 'function') continue;
  for (const holder of [each, (each as { prototype?: object }).prototype]) if (holder) countIn(holder);
}

function countIn(holder: object): void {
  for (const name of Object.getOwnPropertyNames(holder)) {
    const descriptor = Object.getOwnPropertyDescriptor(holder, name)!;
    const method = descriptor.value as AnyMethod | undefined;
    if (name === 'constructor' || name === 'prototype' || typeof method !== 'function') continue;
    Object.defineProperty(holder, name, {
      ...descriptor,
      value(this: unknown, ...args: unknown[]) {
        const given = method.apply(this, args);
        return given instanceof Promise ? counted(() => given as Promise<unknown>) : given;
      },
    });
  }
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** `args`: the command line. */
export function virtualWorld(start: Instant, args: readonly string[] = []): VirtualWorld {
  let passed = 0;
  const sleepers = new Set<Sleeper>();
  const written = { stdout: '', stderr: '' };
  let onSignal: ((signal: 'SIGINT' | 'SIGTERM') => void) | undefined;
  let onHangup: (() => void) | undefined;
  const now = (): Instant => start + BigInt(Math.round(passed * 1000));
  const output = (name: keyof typeof written): Output => ({
    write: (text) => {
      written[name] += text;
    },
    isTerminal: false,
    columns: 80,
  });
  const sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        at: passed + Math.max(0, ms),
        wake() {
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', sleeper.wake);
          resolve();
        },
      };
      sleepers.add(sleeper);
      signal?.addEventListener('abort', sleeper.wake, { once: true });
    });
  };
  const every = (ms: number, action: () => void): (() => void) => {
    let isOver = false;
    const again = (): void => {
      void sleep(ms).then(() => {
        if (isOver) return;
        action();
        again();
      });
    };
    again();
    return () => {
      isOver = true;
    };
  };
  const counting = <T extends object>(of: T): T =>
    new Proxy(of, {
      get(target, name) {
        const value = Reflect.get(target, name) as unknown;
        if (typeof value !== 'function') return value;
        return (...given: unknown[]) => {
          const result = (value as AnyMethod).apply(target, given);
          return result instanceof Promise
            ? counted(async () => countingIfOpen(await result))
            : countingIfOpen(result);
        };
      },
    });
  /** What is read or written piece by piece (a file, a server) has calls of its own. */
  const countingIfOpen = (result: unknown): unknown => {
    if (typeof result !== 'object' || result === null) return result;
    return 'close' in result || 'next' in result ? counting(result) : result;
  };
  return {
    clock: { simulated: true, now, monotonic: () => passed },
    timers: { sleep, every },
    random: real.random,
    network: counting(real.network),
    files: counting(real.files),
    process: {
      ...real.process,
      arguments: args,
      environment: {},
      stdout: output('stdout'),
      stderr: output('stderr'),
      onSignal(action) {
        onSignal = action;
        return () => {
          onSignal = undefined;
        };
      },
      onHangup(action) {
        onHangup = action;
        return () => {
          onHangup = undefined;
        };
      },
    },
    written,
    get waiting() {
      return sleepers.size + calls;
    },
    signal: (name) => onSignal?.(name),
    hangUp: () => onHangup?.(),
    sleepThrough(ms) {
      passed += ms;
    },
    async passUntil(instant, isOver = () => false) {
      const until = Number(instant - start) / 1000;
      for (let isCalm = false; ; ) {
        await settled();
        if (isOver()) return;
        if (sleepers.size === 0) {
          // It has not begun yet, or is about to end: nothing would tell when.
          await real.timers.sleep(1);
          continue;
        }
        const next = Math.min(...[...sleepers].map(({ at }) => at));
        if (!(next <= until + ROUNDING_MS)) {
          if (isCalm) break;
          // What nobody counts (the test runner looks up each module that is imported) may still be under way.
          isCalm = true;
          await real.timers.sleep(CALM_MS);
          continue;
        }
        isCalm = false;
        passed = Math.max(passed, next);
        for (const sleeper of [...sleepers]) if (sleeper.at <= passed) sleeper.wake();
      }
      passed = Math.max(passed, until);
    },
  };
}

/** Some rounds of the event loop in which nothing was under way. */
async function settled(): Promise<void> {
  for (let quiet = 0; quiet < ROUNDS; ) {
    await new Promise((resolve) => setImmediate(resolve));
    quiet = calls === 0 ? quiet + 1 : 0;
  }
}

/** What is handed on between promises, and results that are read from memory, take some. */
const ROUNDS = 4;
const CALM_MS = 100;
/** Sums of fractions of milliseconds are off by less. */
const ROUNDING_MS = 0.001;
