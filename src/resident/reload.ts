/** Notices that a project's files changed, by looking at them every few seconds: no watcher tells of every file system. */
import { join } from 'node:path';
import { Bell } from '../bell.ts';
import { PROJECT_FILE } from '../config/find.ts';
import type { World } from '../world.ts';

const LOOK_MS = 5_000;

export interface ReloadOptions {
  readonly world: World;
  /** The project's folder. */
  readonly root: string;
  readonly signal: AbortSignal;
  /** Reads the project again. Throws nothing. */
  readonly reload: () => Promise<void>;
}

/** Resolves when the signal is aborted. A change is read once it has stood still for one look: an editor may be writing. */
export async function reloadOnChange({ world, root, signal, reload }: ReloadOptions): Promise<void> {
  const bell = new Bell(world.timers);
  const release = world.process.onHangup(() => bell.ring());
  signal.addEventListener('abort', () => bell.ring(), { once: true });
  let loaded = await stampOf(world, root);
  let seen = loaded;
  try {
    for (;;) {
      const isAsked = await bell.wait(LOOK_MS);
      if (signal.aborted) return;
      const stamp = await stampOf(world, root);
      const isChanged = stamp !== loaded && stamp === seen;
      seen = stamp;
      if (!isChanged && !isAsked) continue;
      loaded = stamp;
      await reload();
    }
  } finally {
    release();
  }
}

/** Another text when a file of the project was written, added or removed. */
async function stampOf(world: World, root: string): Promise<string> {
  const paths = [join(root, PROJECT_FILE), join(root, '.env')];
  for (const folder of ['segments', 'destinations'])
    paths.push(
      ...(await world.files.list(join(root, folder)).catch(() => [])).filter((path) => /\.ya?ml$/.test(path)),
    );
  const stamps = await Promise.all(
    paths.map(async (path) => {
      const [size, at] = await Promise.all([world.files.size(path), world.files.modified(path)]).catch(
        () => [],
      );
      return `${path} ${size} ${at}`;
    }),
  );
  return stamps.join('\n');
}
