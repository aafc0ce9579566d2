/** A limit in time for clients that have none of their own. */
import type { World } from '../world.ts';

/** What `work` gives; throws once `ms` are over, or `signal` is aborted. What comes later is nobody's. */
export async function withinLimit<T>(
  { timers }: Pick<World, 'timers'>,
  ms: number,
  work: Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const done = new AbortController();
  const end = (): void => done.abort();
  signal?.addEventListener('abort', end);
  if (signal?.aborted) end();
  try {
    const late = timers.sleep(ms, done.signal).then((): never => {
      throw new Error('no answer in time');
    });
    return await Promise.race([work, late]);
  } finally {
    signal?.removeEventListener('abort', end);
    end();
    work.catch(() => {});
  }
}
