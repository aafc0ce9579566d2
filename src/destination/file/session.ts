/** An open file destination. */
import { join, relative, resolve, sep } from 'node:path';
import { fail } from '../../diagnostics/diagnostic.ts';
import type { AppendFile } from '../../world.ts';
import { audienceName } from '../audience-name.ts';
import type { DestinationSession, OpenContext, Receipt } from '../destination.ts';
import { lineOf, linesOf } from '../lines.ts';
import { openAudienceFile } from './audience-file.ts';
import type { FileSettings } from './options.ts';
import { systemReason } from './system-error.ts';

export const BATCH_ROWS = 5_000;
export const BATCH_BYTES = 8_000_000;

const DELIVERED: Receipt = { kind: 'delivered' };

/** A session that appends to files in `settings.directory`. Touches nothing before the first `send`. */
export function openSession(context: OpenContext, settings: FileSettings): DestinationSession {
  const { format } = settings;
  const folder = resolve(context.root, settings.directory);
  const pathOf = (audience: string): string => join(folder, audienceName(audience, `.${format}`));
  const shown = (path: string): string => relative(context.root, path).split(sep).join('/') || '.';
  const current = openCurrent(context, format, shown);

  return {
    limits: { batchRows: BATCH_ROWS, batchBytes: BATCH_BYTES, concurrency: 1 },
    async check() {
      try {
        if (context.world.files.exists(folder)) await context.world.files.folders(folder);
      } catch (error) {
        const reason = systemReason(error);
        if (!reason) throw error;
        fail('E412', { destination: context.name, path: shown(folder), reason }, undefined, error);
      }
    },
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
      const reason = systemReason(error);
      if (!reason) throw error;
      fail('E411', { destination, path: shown(path), reason }, undefined, error);
    }
  };
  const inTurn = (action: () => Promise<void>): Promise<void> => {
    const turn = queue.then(action);
    queue = turn.catch(() => {});
    return turn;
  };
  return { append: (path, lines) => inTurn(() => write(path, lines)), close: () => inTurn(close) };
}
