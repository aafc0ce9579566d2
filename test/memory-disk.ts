import { statfsSync } from 'node:fs';

const MEMORY = '/dev/shm';
/** What all the tests together have open at once, several times. */
const ROOM = 4 * 2 ** 30;

/**
 * Temporary files of this process and all that it starts go to memory, where there is a disk of it with room: databases
 * that live for a second need not be written down. `TMPDIR`, where it is set, says otherwise.
 */
export function useMemoryDisk(): void {
  if (process.env.TMPDIR === undefined && room() >= ROOM) process.env.TMPDIR = MEMORY;
}

/** Bytes. */
function room(): number {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize;
  } catch {
    return 0;
  }
}
