/** The folder that a file destination writes to, whatever its layout. */
import { join, relative, resolve, sep } from 'node:path';
import { fail } from '../../diagnostics/diagnostic.ts';
import type { DestinationSession, Limits, OpenContext } from '../destination.ts';
import type { FileSettings } from './options.ts';
import { systemReason } from './system-error.ts';

export const BATCH_ROWS = 5_000;
export const BATCH_BYTES = 8_000_000;
export const LIMITS: Limits = { batchRows: BATCH_ROWS, batchBytes: BATCH_BYTES, concurrency: 1 };

export interface Folder {
  /** Absolute. */
  pathOf(relativePath: string): string;
  /** As people see it: relative to the project. */
  shown(path: string): string;
  readonly check: DestinationSession['check'];
}

export function openFolder({ world, root, name }: OpenContext, { directory }: FileSettings): Folder {
  const folder = resolve(root, directory);
  const shown = (path: string): string => relative(root, path).split(sep).join('/') || '.';
  return {
    pathOf: (path) => join(folder, path),
    shown,
    async check() {
      try {
        if (world.files.exists(folder)) await world.files.folders(folder);
      } catch (error) {
        const reason = systemReason(error);
        if (!reason) throw error;
        fail('E412', { destination: name, path: shown(folder), reason }, undefined, error);
      }
    },
  };
}

/** Throws E411 for what the file system refused, and `error` for anything else. */
export function cannotWrite(destination: string, path: string, error: unknown): never {
  const reason = systemReason(error);
  if (!reason) throw error;
  return fail('E411', { destination, path, reason }, undefined, error);
}
