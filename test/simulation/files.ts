/** Files in memory. What is appended is a step: a process can be killed before it, in its midst, and after it. */
import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { AppendFile, Files } from '../../src/world.ts';
import { readRuns, type Shelf } from '../run-reader.ts';
import type { SentChange } from './endpoint.ts';
import type { SimulatedProcess } from './process.ts';

/** Path -> content. */
export type Disk = Map<string, string>;

/** The program's own files, which it reads but for its version. */
const own = new Map<string, string>();

/** `onWrite` is called when a file has grown. */
export function filesOn(disk: Disk, process: SimulatedProcess, onWrite: () => void): Files {
  const step = <T>(label: string, effect: () => T): Promise<T> => process.step(label, 1, effect);
  const refuse = (): never => {
    throw new Error('no run does this');
  };
  return {
    exists: (path) => disk.has(path),
    readText: async (path) => ownText(path),
    writeText: refuse,
    makeFolder: async () => {},
    list: async () => [],
    folders: async () => [],
    openAppend: (path) =>
      step(`open ${path}`, () => {
        disk.set(path, disk.get(path) ?? '');
        return appending(disk, path, process, onWrite);
      }),
    async replace(path, content) {
      await step(`write ${path}.tmp`, () => disk.set(`${path}.tmp`, content));
      await step(`rename ${path}.tmp`, () => {
        disk.delete(`${path}.tmp`);
        disk.set(path, content);
        onWrite();
      });
    },
    async *read(path, from) {
      yield await step(`read ${path}`, () => Buffer.from(disk.get(path)!).subarray(from));
    },
    size: (path) =>
      step(`size of ${path}`, () => {
        const text = disk.get(path);
        return text === undefined ? undefined : Buffer.byteLength(text);
      }),
    modified: refuse,
    moveNew: refuse,
    remove: refuse,
  };
}

function appending(disk: Disk, path: string, process: SimulatedProcess, onWrite: () => void): AppendFile {
  const write = (text: string): void => {
    disk.set(path, disk.get(path)! + text);
    onWrite();
  };
  return {
    // Two steps: half of it may be on disk when a process is killed.
    async append(text) {
      const half = Math.ceil(text.length / 2);
      await process.step(`append to ${path} ${JSON.stringify(text.slice(0, half))}`, 1, () =>
        write(text.slice(0, half)),
      );
      await process.step(`append to ${path} ${JSON.stringify(text.slice(half))}`, 1, () =>
        write(text.slice(half)),
      );
    },
    close: () => process.step(`close ${path}`, 1, () => {}),
  };
}

/** What manifests list, of every audience, read as whoever uses them should. */
export function* toldOf(disk: Disk): Generator<{ audience: string; change: SentChange }> {
  const folders = [...disk.keys()].flatMap((path) => /^(.*)\/manifests\//.exec(path)?.[1] ?? []);
  const shelf: Shelf = {
    list: (folder) =>
      [...disk.keys()].filter((path) => path.startsWith(`${folder}/`) && path.endsWith('.json')),
    read: (path) => {
      const text = disk.get(path) ?? disk.get(`${dirname(folders[0]!)}/${path}`);
      return text === undefined ? undefined : Buffer.from(text);
    },
  };
  for (const folder of new Set(folders)) {
    const { lines } = readRuns(shelf, folder);
    for (const line of lines) yield { audience: basename(folder), change: line as unknown as SentChange };
  }
}

/** Whether whole runs are written there, and not a file that grows. */
export function hasRuns(disk: Disk): boolean {
  return [...disk.keys()].some((path) => path.includes('/parts/'));
}

/** The lines that are whole and can be read, of every audience's file: a torn one was never acknowledged. */
export function* linesOf(disk: Disk): Generator<{ audience: string; change: SentChange }> {
  for (const [path, text] of disk) {
    const audience = basename(path, '.ndjson');
    for (const line of text.split('\n').slice(0, -1)) {
      const change = parsed(line);
      if (change) yield { audience, change };
    }
  }
}

function parsed(line: string): SentChange | undefined {
  try {
    return JSON.parse(line) as SentChange;
  } catch {
    return undefined;
  }
}

function ownText(path: string): string {
  const text = own.get(path) ?? readFileSync(path, 'utf8');
  own.set(path, text);
  return text;
}
