/**
 * The one door to everything outside the program: clock, timers, randomness, network, files, process.
 * `cli.ts` makes the real world and hands it down; tests hand down a simulated one, so that a whole run can be
 * played under a chosen clock and injected faults. A lint rule forbids the globals elsewhere.
 */
import { randomUUID } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { createReadStream, existsSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Instant } from './instant.ts';

export interface World {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly network: Network;
  readonly files: Files;
  readonly process: Process;
}

export interface Clock {
  /** A simulated clock replaces the warehouse's too. */
  readonly simulated: boolean;
  /** This machine's wall clock. A tick's instant is the warehouse's clock instead. */
  now(): Instant;
  /** Milliseconds that only grow; for durations. */
  monotonic(): number;
}

export interface Timers {
  /** Resolves after `ms`, or at once when `signal` aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `action` every `ms` until the returned function is called. Does not keep the process alive. */
  every(ms: number, action: () => void): () => void;
}

export interface Random {
  uuid(): string;
  /** Uniform in [0, 1). */
  fraction(): number;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Whole-request limit in milliseconds. */
  readonly timeoutMs: number;
  /** How much of the answer is read; default 256 KiB. */
  readonly maxBytes?: number;
  /** Connections to loopback, link-local and private addresses are refused unless true. */
  readonly allowPrivateAddress?: boolean;
  readonly signal?: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Read up to the request's `maxBytes`; the rest is dropped. */
  readonly body: string;
  /** Something was dropped. */
  readonly cut?: boolean;
}

/** A request that got no (whole) answer. Whether the other side applied it is unknown unless `sent` is false. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
  constructor(
    /** A short machine word: `timeout`, `refused`, `reset`, `dns`, `tls`, `private_address`, `proxy`, `aborted`, `other`. */
    readonly reason: string,
    /** False when the request surely never left. */
    readonly sent: boolean,
    message: string,
  ) {
    super(message);
  }
}

/** A request that this program is asked. */
export interface ServedRequest {
  readonly method: string;
  /** With its query, as it was asked for. */
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface ServedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ListenAddress {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

export interface Served {
  /** The port that was taken. */
  readonly port: number;
  /** Resolves once nobody is served any more: open connections are ended. */
  close(): Promise<void>;
}

/** An address that cannot be listened on. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  constructor(
    /** The system's code: `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`, `ENOTFOUND`. */
    readonly code: string,
  ) {
    super(code);
  }
}

export interface Network {
  /** Answers HTTP requests, one a connection, until it is closed. Throws `ListenError`. */
  serve(address: ListenAddress, answer: (request: ServedRequest) => Promise<ServedResponse>): Promise<Served>;
  /** One request over kept-alive connections. Redirects are not followed. Throws `NetworkError`. */
  request(request: HttpRequest): Promise<HttpResponse>;
  close(): Promise<void>;
}

export interface Files {
  exists(path: string): boolean;
  /** Throws ERR_ENCODING_INVALID_ENCODED_DATA for what is not UTF-8. */
  readText(path: string): Promise<string>;
  /** Creates the folder if needed. */
  writeText(path: string, text: string): Promise<void>;
  makeFolder(path: string): Promise<void>;
  /** Paths of all files below `folder` (absolute, sorted); empty when the folder is missing. */
  list(folder: string): Promise<string[]>;
  /** Names of the folders directly in `folder`, sorted; empty when it is missing. */
  folders(folder: string): Promise<string[]>;
  /** Opens for appending, creating folder and file. `append` returns only when the bytes are on disk (fsync). */
  openAppend(path: string): Promise<AppendFile>;
  /** Writes a file whole: under another name and to disk (fsync), then to where it belongs. Nobody sees half of it. */
  replace(path: string, content: string): Promise<void>;
  /** The bytes from `from` to the end, in chunks. */
  read(path: string, from: number): AsyncIterable<Uint8Array>;
  /** Bytes, or undefined when the file is missing. */
  size(path: string): Promise<number | undefined>;
  /** When its content was last written, or undefined when the file is missing. */
  modified(path: string): Promise<Instant | undefined>;
  /** Gives a file another name, at once, if that name is free; false when it is taken. */
  moveNew(from: string, to: string): Promise<boolean>;
  /** Removes a file; nothing happens when it is missing. */
  remove(path: string): Promise<void>;
}

export interface AppendFile {
  /** Writes durably at the end. */
  append(text: string): Promise<void>;
  close(): Promise<void>;
}

export interface Output {
  write(text: string): void;
  readonly isTerminal: boolean;
  readonly columns: number;
  /** The code of a write that failed: `EPIPE` once the reader has gone (`| head`), `ENOSPC` on a full disk. */
  readonly failure?: string;
}

export interface Input {
  /** Somebody sits there who can be asked. */
  readonly isTerminal: boolean;
  /** The line that is typed next; undefined at the end of input. */
  line(): Promise<string | undefined>;
}

export interface Process {
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingFolder: string;
  readonly id: number;
  /** Node's, without a `v`. */
  readonly version: string;
  readonly host: string;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  /** False when no process with this id runs on this machine. */
  isAlive(id: number): boolean;
  /** Calls `action` upon SIGINT and SIGTERM until the returned function is called. */
  onSignal(action: (signal: 'SIGINT' | 'SIGTERM') => void): () => void;
  /** SIGHUP: read the project again. Returns what ends it. */
  onHangup(action: () => void): () => void;
  exit(code: number): never;
}

/** The machine as it is. Nothing is opened before it is used. */
export function realWorld(): World {
  return {
    clock: {
      simulated: false,
      now: wallClock,
      monotonic: () => performance.now(),
    },
    timers: { sleep, every },
    random: { uuid: randomUUID, fraction: Math.random },
    network: realNetwork(),
    files: realFiles(),
    process: realProcess(),
  };
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });
}

/** Between the monotonic clock and the wall's since the process began; moved when the machine slept or its clock was set. */
let drift = 0;
const DRIFT_MS = 500;

/** To the microsecond, as the monotonic clock counts on from the wall's. */
function wallClock(): Instant {
  const counted = performance.timeOrigin + performance.now() + drift;
  const wall = Date.now();
  if (Math.abs(wall - counted) > DRIFT_MS) drift += wall - counted;
  return BigInt(Math.round((performance.timeOrigin + performance.now() + drift) * 1000));
}

function every(ms: number, action: () => void): () => void {
  const timer = setInterval(action, ms);
  timer.unref();
  return () => clearInterval(timer);
}

function realNetwork(): Network {
  // undici costs 50 ms to import: only a run that sends something over HTTP pays for it.
  let client: Promise<Pick<Network, 'request' | 'close'>> | undefined;
  return {
    async serve(address, answer) {
      const { serveHttp } = await import('./http-server.ts');
      return serveHttp(address, answer);
    },
    async request(request) {
      client ??= import('./http-client.ts').then((module) => module.openHttpClient(lookup));
      return (await client).request(request);
    },
    async close() {
      if (client) await (await client).close();
    },
  };
}

function realFiles(): Files {
  return {
    exists: existsSync,
    readText: async (path) =>
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await fs.readFile(path)),
    async writeText(path, text) {
      await fs.mkdir(dirname(path), { recursive: true });
      await fs.writeFile(path, text);
    },
    async makeFolder(path) {
      await fs.mkdir(path, { recursive: true });
    },
    async list(folder) {
      if (!existsSync(folder)) return [];
      const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => `${entry.parentPath}/${entry.name}`)
        .sort();
    },
    async folders(folder) {
      if (!existsSync(folder)) return [];
      const entries = await fs.readdir(folder, { withFileTypes: true });
      return entries
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name)
        .sort();
    },
    async openAppend(path) {
      await fs.mkdir(dirname(path), { recursive: true });
      const isNew = !existsSync(path);
      const handle = await fs.open(path, 'a');
      if (isNew) await syncFolder(dirname(path));
      return {
        async append(text) {
          await handle.appendFile(text);
          await handle.datasync();
        },
        close: () => handle.close(),
      };
    },
    replace,
    read: (path, from) => createReadStream(path, { start: from }),
    async size(path) {
      return existsSync(path) ? (await fs.stat(path)).size : undefined;
    },
    async modified(path) {
      if (!existsSync(path)) return undefined;
      const { mtimeNs } = await fs.stat(path, { bigint: true });
      return mtimeNs / 1000n;
    },
    moveNew,
    remove: (path) => fs.rm(path, { force: true }),
  };
}

/** A new file's name is safe from a power loss only once its folder is on disk too. Windows cannot do this. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await fs.open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** The name to write under is nobody else's: another process may be writing the same file. */
async function replace(path: string, content: string): Promise<void> {
  const folder = dirname(path);
  await makeFolderDurably(folder);
  const other = join(folder, `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    const handle = await fs.open(other, 'wx');
    try {
      await handle.writeFile(content);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await fs.rename(other, path);
  } catch (error) {
    await fs.rm(other, { force: true }).catch(() => {});
    throw error;
  }
  await syncFolder(folder);
}

async function makeFolderDurably(folder: string): Promise<void> {
  const first = await fs.mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = folder; made !== dirname(first); made = dirname(made)) await syncFolder(dirname(made));
}

/** A second name and then the removal of the first: a plain rename would overwrite what another process has put there. */
async function moveNew(from: string, to: string): Promise<boolean> {
  try {
    await fs.link(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  await fs.rm(from);
  return true;
}

/** Nothing is read before somebody is asked; the terminal itself edits the line. */
function realInput(): Input {
  let lines: AsyncIterator<string> | undefined;
  return {
    get isTerminal() {
      return process.stdin.isTTY === true;
    },
    async line() {
      const { createInterface } = await import('node:readline');
      lines ??= createInterface({ input: process.stdin, terminal: false })[Symbol.asyncIterator]();
      const { value, done } = await lines.next();
      return done ? undefined : value;
    },
  };
}

function realProcess(): Process {
  const output = (stream: NodeJS.WriteStream): Output => {
    let failure: string | undefined;
    // Without a listener, a reader that goes away would end the process with a stack trace.
    stream.on('error', (error: NodeJS.ErrnoException) => {
      failure ??= error.code ?? error.name;
    });
    return {
      write: (text) => void (failure === undefined && stream.write(text)),
      get isTerminal() {
        return stream.isTTY === true;
      },
      get columns() {
        return stream.columns || 80;
      },
      get failure() {
        return failure;
      },
    };
  };
  return {
    arguments: process.argv.slice(2),
    environment: process.env,
    workingFolder: process.cwd(),
    id: process.pid,
    version: process.versions.node,
    host: hostname(),
    stdin: realInput(),
    stdout: output(process.stdout),
    stderr: output(process.stderr),
    isAlive(id) {
      try {
        process.kill(id, 0);
        return true;
      } catch (error) {
        return (error as NodeJS.ErrnoException).code === 'EPERM';
      }
    },
    onSignal(action) {
      const interrupt = (): void => action('SIGINT');
      const terminate = (): void => action('SIGTERM');
      process.on('SIGINT', interrupt);
      process.on('SIGTERM', terminate);
      return () => {
        process.off('SIGINT', interrupt);
        process.off('SIGTERM', terminate);
      };
    },
    onHangup(action) {
      process.on('SIGHUP', action);
      return () => process.off('SIGHUP', action);
    },
    exit: (code) => process.exit(code),
  };
}
