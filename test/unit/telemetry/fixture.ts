/** A small project and a world whose monotonic clock a test moves. */
import { loadProject } from '../../../src/config/load.ts';
import type { Project } from '../../../src/config/project.ts';
import { parseInstant } from '../../../src/instant.ts';
import { realWorld, type World } from '../../../src/world.ts';
import { folderOf, SHOP } from '../../cli/segsync.ts';

const world = realWorld();

export const NOW = parseInstant('2026-03-01T12:00:00Z', 'UTC')!;

export interface MovedWorld extends World {
  /** Moves both clocks. */
  pass(ms: number): void;
}

/** The real network and files; the clock stands at `NOW` until it is moved. */
export function movedWorld(environment: Readonly<Record<string, string>> = {}): MovedWorld {
  let passed = 0;
  return {
    ...world,
    clock: {
      simulated: true,
      now: () => NOW + BigInt(Math.round(passed * 1000)),
      monotonic: () => passed,
    },
    process: { ...world.process, environment },
    pass: (ms) => {
      passed += ms;
    },
  };
}

/** The corner shop: `opted_in` (hourly) and `buyers` (daily) to files, `big_spenders` (daily) to nowhere. */
export async function shop(files: Readonly<Record<string, string>> = {}): Promise<Project> {
  await using folder = await folderOf({ ...SHOP, ...files });
  return (await loadProject(world, { projectDir: folder.path })).project;
}
