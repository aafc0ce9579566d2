/** An open file destination of `layout: append`: one file for each audience. */
import type { AppendFile } from '../../world.ts';
import { audienceName } from '../audience-name.ts';
import type { DestinationSession, OpenContext, Receipt } from '../destination.ts';
import { lineOf, linesOf } from '../lines.ts';
import { openAudienceFile } from './audience-file.ts';
import { cannotWrite, LIMITS, openFolder } from './folder.ts';
import type { FileSettings } from './options.ts';

const DELIVERED: Receipt = { kind: 'delivered' };

/** A session that appends to files in `settings.directory`. Touches nothing before the first `send`. */
export function openAppending(context: OpenContext, settings: FileSettings): DestinationSession {
  const { format } = settings;
  const { shown, check, ...folder } = openFolder(context, settings);
  const pathOf = (audience: string): string => folder.pathOf(audienceName(audience, `.${format}`));
  const current = openCurrent(context, format, shown);

  return {
    ...{ limits: LIMITS, check },
    ensureAudience: async ({ name }) => shown(pathOf(name)),
    identifier: (_kind, value) => value,
    example: (batch) => ({
      to: `append ${shown(pathOf(batch.audience.name))}`,
      body: linesOf(batch, format),
    }),
    sizeOf: (change, { segment }) => Buffer.byteLength(lineOf(change, segment, format)),
    async send(batch) {
      await current.append(pathOf(batch.audience.name), linesOf(batch, format));
      return { receipts: batch.changes.map(() => DELIVERED) };
    },
    close: () => current.close(),
  };
}

/** Writes to one file at a time and keeps the last one open: a run sends an audience's batches in a row. */
function openCurrent(
  { world, name: destination }: OpenContext,
  format: FileSettings['format'],
  shown: (path: string) => string,
): { append(path: string, lines: string): Promise<void>; close(): Promise<void> } {
  let current: { readonly path: string; readonly file: AppendFile } | undefined;
  let queue: Promise<void> = Promise.resolve();

  const close = async (): Promise<void> => {
    const file = current?.file;
    current = undefined;
    await file?.close();
  };
  const write = async (path: string, lines: string): Promise<void> => {
    try {
      if (current?.path !== path) {
        await close();
        current = { path, file: await openAudienceFile(world.files, path, format) };
      }
      await current.file.append(lines);
    } catch (error) {
      // What a failed write left behind is looked at when the file is opened again.
      await close().catch(() => {});
      cannotWrite(destination, shown(path), error);
    }
  };
  const inTurn = (action: () => Promise<void>): Promise<void> => {
    const turn = queue.then(action);
    queue = turn.catch(() => {});
    return turn;
  };
  return { append: (path, lines) => inTurn(() => write(path, lines)), close: () => inTurn(close) };
}
