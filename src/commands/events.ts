import { fail } from '../diagnostics/diagnostic.ts';
import { formatInstant } from '../instant.ts';
import type { RunEvent } from '../report/results.ts';
import type { AppendFile, World } from '../world.ts';

export interface EventLog {
  append(event: RunEvent): void;
  /** Resolves when all is written. Throws E621 if something could not be. */
  close(): Promise<void>;
}

/** `--events FILE`: every event with its instant `at`, one JSON object a line; without a file, nothing. Throws E621. */
export async function openEventLog(world: World, path: string | undefined): Promise<EventLog> {
  if (path === undefined) return { append: () => {}, close: async () => {} };
  const file = await world.files.openAppend(path).catch((error) => refused(path, error));
  return writer(world, path, file);
}

function writer(world: World, path: string, file: AppendFile): EventLog {
  // Each append waits for the disk: what comes meanwhile is gathered and written together.
  let gathered = '';
  let writing: Promise<void> | undefined;
  let failure: unknown;
  const flush = async (): Promise<void> => {
    while (gathered !== '' && failure === undefined) {
      const text = gathered;
      gathered = '';
      await file.append(text).catch((error: unknown) => {
        failure = error;
      });
    }
    writing = undefined;
  };
  return {
    append(event) {
      // It is told at the end; until then nothing is gathered for a file that takes nothing.
      if (failure !== undefined) return;
      gathered += `${JSON.stringify({ at: formatInstant(world.clock.now()), ...event })}\n`;
      writing ??= flush();
    },
    async close() {
      await writing;
      await file.close();
      if (failure !== undefined) refused(path, failure);
    },
  };
}

function refused(file: string, error: unknown): never {
  const reason = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
  fail('E621', { file, reason });
}
