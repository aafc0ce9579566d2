/** An open bucket. */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { fail } from '../../diagnostics/diagnostic.ts';
import { audienceName } from '../audience-name.ts';
import { limitsOf } from '../call.ts';
import type { Batch, DestinationSession, OpenContext } from '../destination.ts';
import { sent, unreachable } from '../failures.ts';
import { HEADER, lineOf, linesOf } from '../lines.ts';
import { manifestPath, manifestText, type Placed, partPath } from '../run-layout.ts';
import { expectDone, isStored, NO_STORE, outcomeOf } from './answer.ts';
import type { S3Settings } from './options.ts';
import { type Content, openStore } from './store.ts';

export const BATCH_ROWS = 5_000;
export const BATCH_BYTES = 8_000_000;
export const CONCURRENCY = 4;

/** Begins the message of a manifest that is owed. */
const UNTOLD = 'the manifest of this run, which the next one writes: ';

const compressed = promisify(gzip);

/** A session on one bucket. Opens no connection. */
export function openSession(context: OpenContext, settings: S3Settings): DestinationSession {
  const { world, name: destination } = context;
  const { place, prefix, format } = settings;
  const store = openStore(world, settings);
  const keyOf = (batch: Batch): string => prefix + partPath(batch, settings.gzip ? `${format}.gz` : format);
  return {
    limits: limitsOf(settings, BATCH_BYTES),
    async check() {
      const answer = await store.look().catch((error: unknown) => unreachable(destination, error));
      expectDone(destination, answer);
      if (!answer.body.includes('<ListBucketResult')) fail('E404', { destination, detail: NO_STORE });
    },
    ensureAudience: async ({ name }) => `${place}${prefix}${audienceName(name)}/`,
    identifier: (_kind, value) => value,
    example: (batch) => ({ to: `PUT ${place}${keyOf(batch)}`, body: textOf(batch, settings) }),
    sizeOf: (change, { segment }) => Buffer.byteLength(lineOf(change, segment, format)),
    send(batch, { signal }) {
      return sent(destination, batch, async () => {
        const content = await contentOf(batch, settings);
        const placed: Placed = { path: keyOf(batch), bytes: Buffer.byteLength(content.body) };
        const answer = await store.put(placed.path, content, signal);
        const now = world.clock.now();
        return outcomeOf(destination, batch, answer, { now, part: JSON.stringify(placed) });
      });
    },
    async finish(run, { signal }) {
      const content = { body: manifestText(run), type: 'application/json' };
      const answer = await store
        .put(prefix + manifestPath(run), content, signal)
        .catch((error: unknown) => unreachable(destination, error, UNTOLD));
      expectDone(destination, answer, UNTOLD);
      if (!isStored(answer)) fail('E404', { destination, detail: UNTOLD + NO_STORE });
    },
    async close() {},
  };
}

function textOf(batch: Batch, { format }: S3Settings): string {
  return HEADER[format] + linesOf(batch, format);
}

async function contentOf(batch: Batch, settings: S3Settings): Promise<Content> {
  const text = textOf(batch, settings);
  if (settings.gzip) return { body: await compressed(text), type: 'application/gzip' };
  return { body: text, type: settings.format === 'csv' ? 'text/csv' : 'application/x-ndjson' };
}
