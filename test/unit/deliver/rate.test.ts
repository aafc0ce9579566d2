import { describe, expect, test } from 'vitest';
import { Lane } from '../../../src/deliver/rate.ts';
import { realWorld, type World } from '../../../src/world.ts';

/** Made once: it listens to the process's own streams. */
const real = realWorld();

const FOREVER = new AbortController().signal;
const SLOW = 86_400_000;
const FAST = 2_000;

/** A clock that only sleeping moves. */
function clockedWorld(): World {
  const world = real;
  let now = 0;
  return {
    ...world,
    clock: { ...world.clock, monotonic: () => now },
    timers: {
      ...world.timers,
      sleep: async (ms, signal) => {
        await Promise.resolve();
        if (!signal?.aborted) now += ms;
      },
    },
  };
}

describe('a lane', () => {
  test('admits so many at once, and a faster tier before a slower that waited longer', async () => {
    const lane = new Lane(real, { concurrency: 2 });
    const order: string[] = [];
    const enter = async (name: string, priority: number): Promise<() => void> => {
      const leave = await lane.enter(priority, FOREVER);
      order.push(name);
      return leave!;
    };
    const first = await enter('daily 1', SLOW);
    await enter('daily 2', SLOW);
    const waiting = [enter('daily 3', SLOW), enter('realtime', FAST), enter('daily 4', SLOW)];
    await Promise.resolve();
    expect(order).toEqual(['daily 1', 'daily 2']);
    first();
    first();
    await waiting[1];
    expect(order).toEqual(['daily 1', 'daily 2', 'realtime']);
    (await waiting[1]!)();
    (await waiting[0]!)();
    await waiting[2];
    expect(order).toEqual(['daily 1', 'daily 2', 'realtime', 'daily 3', 'daily 4']);
  });

  test('keeps to so many requests a second, divided among processes', async () => {
    const world = clockedWorld();
    const lane = new Lane(world, { concurrency: 10, requestsPerSecond: 50 });
    const times: number[] = [];
    const request = async (): Promise<void> => {
      const leave = await lane.enter(FAST, FOREVER);
      times.push(world.clock.monotonic());
      leave!();
    };
    for (let i = 0; i < 3; i++) await request();
    expect(times).toEqual([0, 20, 40]);
    lane.shareAmong(5);
    for (let i = 0; i < 3; i++) await request();
    expect(times.slice(3)).toEqual([60, 160, 260]);
  });

  test('pauses when the other side asks for it', async () => {
    const world = clockedWorld();
    const lane = new Lane(world, { concurrency: 1 });
    lane.pause(3_000);
    (await lane.enter(FAST, FOREVER))!();
    expect(world.clock.monotonic()).toBe(3_000);
  });

  test('who gives up waiting takes no place', async () => {
    const lane = new Lane(real, { concurrency: 1 });
    const leave = await lane.enter(FAST, FOREVER);
    const stop = new AbortController();
    const waiting = lane.enter(FAST, stop.signal);
    const next = lane.enter(SLOW, FOREVER);
    stop.abort();
    expect(await waiting).toBeUndefined();
    leave!();
    expect(await next).toBeTypeOf('function');
    expect(await lane.enter(FAST, stop.signal)).toBeUndefined();
  });

  test('keeps to so many bytes a second', async () => {
    const world = clockedWorld();
    const lane = new Lane(world, { concurrency: 10, bytesPerSecond: 1000 });
    const times: number[] = [];
    for (const bytes of [500, 100, 100]) {
      const leave = await lane.enter(FAST, FOREVER, bytes);
      times.push(world.clock.monotonic());
      leave!();
    }
    expect(times).toEqual([0, 500, 600]);
  });

  test('sends one request at a time to what has failed five times, until one succeeds', async () => {
    const lane = new Lane(real, { concurrency: 3 });
    for (let i = 0; i < 5; i++) lane.note('failed');
    const leave = await lane.enter(FAST, FOREVER);
    let admitted = 0;
    const waiting = [1, 2].map(() => lane.enter(FAST, FOREVER).then(() => admitted++));
    await Promise.resolve();
    expect(admitted).toBe(0);
    lane.note('succeeded');
    await Promise.all(waiting);
    expect(admitted).toBe(2);
    leave!();
  });
});
