/** `run --after X --wait 10m`: looks again and again, and holds nothing open meanwhile: the one who writes X may need it. */

import type { Project } from '../config/project.ts';
import { DiagnosedError } from '../diagnostics/diagnostic.ts';
import { EXIT } from '../diagnostics/exit.ts';
import type { RunOptions } from '../pipeline.ts';
import type { World } from '../world.ts';
import { isIdle, look, prepareAll } from './look.ts';
import { openTarget } from './open.ts';
import { Results } from './results.ts';

/** How often it is looked. */
const POLL_MS = 2_000;

/** Resolves once something need not wait any more, or the time is over. Throws what looking fails with. */
export async function awaitNews(world: World, project: Project, options: RunOptions): Promise<void> {
  const until = world.clock.monotonic() + options.waitMs;
  while (!options.signal.aborted && (await waits(world, project, options))) {
    const left = until - world.clock.monotonic();
    if (left <= 0) return;
    await world.timers.sleep(Math.min(POLL_MS, left), options.signal);
  }
}

/** Another process that has the warehouse's file is waited for as well. */
async function waits(world: World, project: Project, options: RunOptions): Promise<boolean> {
  try {
    return await onlyWaits(world, project, options);
  } catch (error) {
    if (error instanceof DiagnosedError && error.exit === EXIT.tryLater) return true;
    throw error;
  }
}

async function onlyWaits(world: World, project: Project, options: RunOptions): Promise<boolean> {
  const opened = await openTarget(world, project, options.target, 'read');
  try {
    const prepared = prepareAll(project, options);
    const looked = await look({ world, project, options, opened }, prepared, new Results(() => {}));
    return looked.due.waiting.segments.length > 0 && isIdle(looked);
  } finally {
    await opened.session.close();
  }
}
