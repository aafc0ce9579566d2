/** The built program as child processes that can be ended from outside while they run. */
import { spawn } from 'node:child_process';
import { CLI } from '../cli/segsync.ts';

export interface Ended {
  /** Null when a signal ended it. */
  readonly exit: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

export interface Running {
  readonly id: number;
  /** Resolves when the process is gone and its output is read. */
  readonly ended: Promise<Ended>;
  isOver(): boolean;
  /** SIGKILL: it gets no chance to tidy up. */
  kill(): void;
  /** SIGSTOP: it stands still, wherever it is, and does not know. */
  freeze(): void;
  /** SIGCONT: it goes on as if no time had passed. */
  thaw(): void;
}

export interface StartOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** No file may grow beyond so many blocks of 1024 bytes: writing more fails, as on a full disk. */
  readonly fileBlocks?: number;
  /** What Node runs, and what before it; the built program if not given. */
  readonly program?: readonly string[];
}

/** Starts `segsync ...args` in `folder`. */
export function start(
  folder: string,
  args: readonly string[],
  { environment, fileBlocks, program: own = [CLI] }: StartOptions = {},
): Running {
  const began = performance.now();
  const program = [process.execPath, ...own, ...args];
  const limited = ['bash', '-c', `ulimit -f ${fileBlocks}; exec "$0" "$@"`, ...program];
  const [command, ...rest] = fileBlocks === undefined ? program : limited;
  const child = spawn(command!, rest, {
    cwd: folder,
    env: { PATH: process.env.PATH, TZ: 'UTC', CI: 'true', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  let over = false;
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exit, signal) => {
      over = true;
      resolve({ exit, signal, ...output, ms: performance.now() - began });
    });
  });
  return {
    id: child.pid!,
    ended,
    isOver: () => over,
    kill: () => void child.kill('SIGKILL'),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
  };
}
