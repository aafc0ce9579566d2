/** Writes several files, all of them or none. */
import { dirname, join } from 'node:path';
import { reasonOf } from '../config/read.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import type { World } from '../world.ts';

/** Path from the folder -> text. */
export type FileTexts = ReadonlyMap<string, string>;

/** Replaces files that are there. Throws E681. */
export async function writeFiles(world: World, folder: string, files: FileTexts): Promise<void> {
  for (const [path, text] of files) await attempt(path, () => world.files.replace(join(folder, path), text));
}

/**
 * Writes files where none is. Throws E684 when some are there already, before anything is written, and E681 when one
 * cannot be written, after taking away those that could.
 */
export async function writeNewFiles(world: World, folder: string, files: FileTexts): Promise<void> {
  const taken = [...files.keys()].filter((path) => world.files.exists(join(folder, path)));
  if (taken.length > 0) fail('E684', { files: taken });
  const written: string[] = [];
  try {
    for (const [path, text] of files) {
      await attempt(path, () => writeNew(world, join(folder, path), text));
      written.push(path);
    }
  } catch (error) {
    for (const path of written) await world.files.remove(join(folder, path));
    throw error;
  }
}

/** Under another name first: a file that somebody else makes meanwhile is not overwritten (EEXIST). */
export async function writeNew(world: World, path: string, text: string): Promise<void> {
  const other = join(dirname(path), `.segsync-init.${world.random.uuid()}.tmp`);
  await world.files.replace(other, text);
  if (await world.files.moveNew(other, path)) return;
  await world.files.remove(other);
  throw Object.assign(new Error('taken'), { code: 'EEXIST' });
}

async function attempt(file: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    fail('E681', { file, reason: reasonOf(error) }, undefined, error);
  }
}
