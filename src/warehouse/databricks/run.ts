/** One statement in one session. */
import type { World } from '../../world.ts';
import type { Operation, Session } from './client.ts';
import { isNetwork, statusOf } from './failure.ts';

/** Rows of a page of an answer: two of them are in memory. */
export const PAGE_ROWS = 10_000;
const ATTEMPTS = 8;
/** Where nobody answers, more of the same is no help. */
const SILENT_ATTEMPTS = 3;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 20_000;
/** Characters of a query tag's value. */
const LONGEST_TAG = 128;

export interface RunOptions {
  /** Shown in the query history, and in the bill's detail. */
  readonly tags?: Readonly<Record<string, string>>;
  /** The value of the statement's question mark. */
  readonly text?: string;
  /** It changes nothing, so that it may be asked again when no answer came. */
  readonly reads?: boolean;
}

/** Statements that run or are read at the moment, so that they can be stopped. */
export type Running = Set<Operation>;

/** Resolves once its rows can be read. Whoever asks closes it. */
export async function run(
  world: World,
  session: Session,
  running: Running,
  sql: string,
  { tags = {}, text, reads = false }: RunOptions = {},
  stopped?: AbortSignal,
): Promise<Operation> {
  const operation = await patiently(world, reads, () =>
    session.executeStatement(sql, {
      runAsync: true,
      maxRows: PAGE_ROWS,
      // Only the workspace is asked for rows, not a store of files beside it.
      useCloudFetch: false,
      ...(Object.keys(tags).length === 0 ? {} : { queryTags: tags }),
      ...(text === undefined ? {} : { ordinalParameters: [text] }),
    }),
  );
  running.add(operation);
  const stop = (): void => void operation.cancel().catch(() => undefined);
  if (stopped?.aborted) stop();
  stopped?.addEventListener('abort', stop);
  try {
    await operation.finished();
    return operation;
  } catch (error) {
    await end(running, operation);
    throw error;
  } finally {
    stopped?.removeEventListener('abort', stop);
  }
}

/** Frees it on the other side; one that failed or was stopped has ended there anyway. */
export async function end(running: Running, operation: Operation): Promise<void> {
  running.delete(operation);
  await operation.close().catch(() => undefined);
}

/**
 * Asks again after an answer that says it was not done: there is too much to do, or the warehouse is starting. The client
 * leaves this to its user. `anyway`: after no answer, too.
 */
export async function patiently<T>(world: World, anyway: boolean, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const status = statusOf(error);
      const isRefused = status === 429 || status === 503;
      const mayAgain = isRefused
        ? attempt < ATTEMPTS
        : anyway && isNetwork(error) && attempt < SILENT_ATTEMPTS;
      if (!mayAgain) throw error;
      await world.timers.sleep(waitOf(error, attempt, world));
    }
  }
}

function waitOf(error: unknown, attempt: number, world: World): number {
  const { response } = error as { response?: { headers?: { get(name: string): string | null } } };
  const asked = Number(response?.headers?.get('retry-after') ?? 0) * 1000;
  const own = FIRST_WAIT_MS * 2 ** attempt * (0.5 + world.random.fraction() / 2);
  return Math.min(Math.max(own, Number.isFinite(asked) ? asked : 0), LONGEST_WAIT_MS);
}

/** `segsync command=run tier=frequent` -> `{segsync_command: 'run', segsync_tier: 'frequent'}`. */
export function tagsOf(label: string): Record<string, string> {
  const pairs = label.split(' ').flatMap((word) => {
    const [, key, value] = /^([a-z]+)=(.+)$/.exec(word) ?? [];
    return key === undefined ? [] : [[`segsync_${key}`, value!.slice(0, LONGEST_TAG)]];
  });
  return Object.fromEntries(pairs);
}
