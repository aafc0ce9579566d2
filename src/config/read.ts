/** Reads one file of a project as text; what cannot be text is refused with a reason. */
import { relative } from 'node:path';
import type { World } from '../world.ts';
import type { Problems } from './problems.ts';

const MOST_BYTES = 1_000_000;

const NOT_TEXT = 'it is not UTF-8 text';

const REASONS: Record<string, string> = {
  ERR_ENCODING_INVALID_ENCODED_DATA: NOT_TEXT,
  EACCES: 'no permission',
  EPERM: 'no permission',
  EISDIR: 'it is a folder',
  ENOENT: 'it does not exist',
  ENOTDIR: 'it is no folder',
  ELOOP: 'its links lead in a circle',
};

/** The text of `file` (absolute); undefined after reporting E102. `root` shortens its name in messages. */
export async function readProjectText(
  world: World,
  file: string,
  root: string,
  problems: Problems,
): Promise<string | undefined> {
  const refuse = (reason: string): undefined =>
    problems.report('E102', { file: relative(root, file), reason }, { file, line: 1, column: 1 });
  try {
    if (((await world.files.size(file)) ?? 0) > MOST_BYTES) return refuse('it is larger than 1 MB');
    const text = await world.files.readText(file);
    if (text.includes('\0')) return refuse(NOT_TEXT);
    return text;
  } catch (error) {
    return refuse(reasonOf(error));
  }
}

/** Why the system refused a file, in words; its own short word (`EIO`) where there are none. */
export function reasonOf(error: unknown): string {
  const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? code;
}
