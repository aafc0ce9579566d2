/** One loop of a resident process: a connection that is entered anew when its project changed or it failed, and turns in it. */
import { DiagnosedError } from '../diagnostics/diagnostic.ts';
import { EXIT } from '../diagnostics/exit.ts';
import { WarehouseError } from '../warehouse/warehouse.ts';
import { Connection } from './connection.ts';
import type { ResidentContext, Watched } from './context.ts';

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;

/** Known, and nothing that would stay wrong for ever: a newer program has the state (exit 79). */
function mayPass(error: unknown): boolean {
  if (error instanceof DiagnosedError) return error.exit !== EXIT.newerState;
  return error instanceof WarehouseError;
}

export interface LoopOptions {
  readonly context: ResidentContext;
  readonly tier: string;
  readonly destination?: string;
  /** False: this loop has nothing to do any more. */
  readonly isWanted: (watched: Watched) => boolean;
  /** Waits for its time and does what there is. `connect` gives the connection, which may be another one each time. */
  readonly turn: (connect: () => Promise<Connection>) => Promise<void>;
}

/** Resolves when the process is to end, or the loop is not wanted any more. A failure that is known is told and survived. */
export async function repeat({ context, tier, destination, isWanted, turn }: LoopOptions): Promise<void> {
  const { signal, observer, world, watched } = context;
  let connection: Connection | undefined;
  let failures = 0;
  const close = async (): Promise<void> => {
    const closed = connection;
    connection = undefined;
    await closed?.close().catch(() => undefined);
  };
  const connect = async (): Promise<Connection> => {
    if (connection && connection.watched !== watched()) await close();
    connection ??= await Connection.connect(context, watched(), tier);
    return connection;
  };
  while (!signal.aborted && isWanted(watched())) {
    try {
      await turn(connect);
      if (connection && !connection.isKept) await close();
      failures = 0;
    } catch (error) {
      await close();
      if (signal.aborted) break;
      if (!mayPass(error)) throw error;
      const retryMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures++);
      observer.onFailure(error, { tier, ...(destination === undefined ? {} : { destination }), retryMs });
      await world.timers.sleep(retryMs * (0.5 + world.random.fraction() / 2), signal);
    }
  }
  await close();
}
