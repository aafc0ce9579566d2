import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { World } from './world.ts';

/** This program's version, as its package states it. */
export async function readVersion(world: World): Promise<string> {
  const path = join(dirname(fileURLToPath(import.meta.url)), '..', 'package.json');
  const { version } = JSON.parse(await world.files.readText(path)) as { version: string };
  return version;
}
