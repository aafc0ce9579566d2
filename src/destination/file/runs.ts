/** An open file destination of `layout: runs`: a file for each batch, and a manifest for each run, written last. */
import { audienceName } from '../audience-name.ts';
import type { Batch, DestinationSession, OpenContext } from '../destination.ts';
import { HEADER, lineOf, linesOf } from '../lines.ts';
import { manifestPath, manifestText, type Placed, partPath } from '../run-layout.ts';
import { cannotWrite, LIMITS, openFolder } from './folder.ts';
import type { FileSettings } from './options.ts';

/** A session that writes to folders in `settings.directory`. Touches nothing before the first `send`. */
export function openRuns(context: OpenContext, settings: FileSettings): DestinationSession {
  const { format } = settings;
  const { pathOf, shown, check } = openFolder(context, settings);
  const textOf = (batch: Batch): string => HEADER[format] + linesOf(batch, format);
  const write = async (path: string, text: string, what = ''): Promise<void> => {
    const file = pathOf(path);
    await context.world.files
      .replace(file, text)
      .catch((error: unknown) => cannotWrite(context.name, what + shown(file), error));
  };

  return {
    ...{ limits: LIMITS, check },
    ensureAudience: async ({ name }) => `${shown(pathOf(audienceName(name)))}/`,
    identifier: (_kind, value) => value,
    example: (batch) => ({ to: `write ${shown(pathOf(partPath(batch, format)))}`, body: textOf(batch) }),
    sizeOf: (change, { segment }) => Buffer.byteLength(lineOf(change, segment, format)),
    async send(batch) {
      const text = textOf(batch);
      const placed: Placed = { path: partPath(batch, format), bytes: Buffer.byteLength(text) };
      await write(placed.path, text);
      return { receipts: batch.changes.map(() => ({ kind: 'delivered' })), part: JSON.stringify(placed) };
    },
    finish: (run) =>
      write(manifestPath(run), manifestText(run), 'the manifest of this run, which the next one writes, '),
    async close() {},
  };
}
