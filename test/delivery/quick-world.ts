/** The real world with time that runs fast for waiting, and processes that can end. */
import { realWorld, type World } from '../../src/world.ts';

/** So many of its seconds are one of ours. */
const SPEED = 50;
const world = realWorld();
const alive = new Set<number>();

/**
 * Two worlds of process `id`: the quick one, and one whose time is ours (for leases, that a busy machine should not
 * lose). After `end()` other worlds see that the process is gone, and its timers are still.
 */
export function quickWorld(id: number): { world: World; slow: World; end: () => void } {
  const stops: (() => void)[] = [];
  alive.add(id);
  const slow: World = {
    ...world,
    timers: {
      ...world.timers,
      every(ms, action) {
        const stop = world.timers.every(ms, action);
        stops.push(stop);
        return stop;
      },
    },
    process: { ...world.process, id, isAlive: (other) => alive.has(other) },
  };
  const quick: World = {
    ...slow,
    clock: { ...world.clock, simulated: true, monotonic: () => world.clock.monotonic() * SPEED },
    timers: {
      sleep: (ms, signal) => world.timers.sleep(ms / SPEED, signal),
      every: (ms, action) => slow.timers.every(ms / SPEED, action),
    },
  };
  return {
    world: quick,
    slow,
    end() {
      alive.delete(id);
      for (const stop of stops) stop();
    },
  };
}
