/** Harnesses of destinations that tell whole runs: a run is told whenever somebody looks, and only then. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { audienceName } from '../../../src/destination/audience-name.ts';
import type { Batch, DestinationSession, Part } from '../../../src/destination/destination.ts';
import { BUCKET, KEY_ID, REGION, SECRET, shelfOf, startS3 } from '../../destinations/s3.ts';
import { readRuns, type Shelf } from '../../run-reader.ts';
import { CAUSED_AT, type Harness, openDestination } from './harness.ts';

/** All files below a folder, as a reader of whole runs wants them. */
export function shelfIn(root: string): Shelf {
  return {
    list(folder) {
      if (!existsSync(join(root, folder))) return [];
      return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(root, join(entry.parentPath, entry.name)));
    },
    read: (path) => (existsSync(join(root, path)) ? readFileSync(join(root, path)) : undefined),
  };
}

export async function openFileRuns(format: 'ndjson' | 'csv'): Promise<Harness> {
  const root = mkdtempSync(join(tmpdir(), 'segsync-runs-'));
  const session = await openDestination('file', root, { directory: 'out', format, layout: 'runs' });
  const folder = join(root, 'out');
  return harnessOf(session, shelfIn(folder), () => rmSync(root, { recursive: true }));
}

export async function openS3Runs(options: Record<string, unknown>): Promise<Harness> {
  const simulator = await startS3();
  const session = await openDestination('s3', '/', {
    ...{ bucket: BUCKET, region: REGION, endpoint: simulator.url, allow_private_address: true },
    ...{ access_key_id: KEY_ID, secret_access_key: SECRET },
    ...options,
  });
  return harnessOf(session, shelfOf(simulator), () => simulator.close());
}

function harnessOf(session: DestinationSession, shelf: Shelf, close: () => unknown): Harness {
  const sent = new Map<string, { batch: Batch; part: Part }>();
  const told = new Map<string, string>();
  /** A batch that the ledger knows is not sent again; where it is, nothing is to be told of it. */
  const over = new Set<string>();
  let runs = 0;
  const tell = async (audience: string): Promise<void> => {
    const own = [...sent].filter(([, { batch }]) => batch.audience.name === audience);
    for (const [id] of own) {
      sent.delete(id);
      over.add(id);
    }
    const [first] = own.map(([, each]) => each);
    if (!first) return;
    const previous = told.get(audience);
    runs += 1;
    const id = `run-${String(runs).padStart(9, '0')}`;
    await session.finish!(
      {
        ...{ id, runId: id, at: CAUSED_AT, sync: 'vip.hook', segment: 'vip', audience: first.batch.audience },
        parts: own.map(([, { part }]) => part),
        ...(previous === undefined ? {} : { previous }),
      },
      {},
    );
    told.set(audience, id);
  };
  return {
    session: {
      ...session,
      async send(batch, options) {
        const outcome = await session.send(batch, options);
        if ('receipts' in outcome && outcome.part !== undefined && !over.has(batch.id)) {
          const part = { op: batch.op, rows: batch.changes.length, at: CAUSED_AT, part: outcome.part };
          sent.set(batch.id, { batch, part });
        }
        return outcome;
      },
    },
    async members(audience) {
      await tell(audience);
      return readRuns(shelf, audienceName(audience)).members as Awaited<ReturnType<Harness['members']>>;
    },
    async raw() {
      return shelf
        .list('')
        .filter((path) => path.includes('/parts/'))
        .map((path) => ({ path, body: shelf.read(path)! }))
        .map(({ path, body }) => (path.endsWith('.gz') ? gunzipSync(body) : body).toString('utf8'))
        .join('\n');
    },
    async close() {
      await session.close();
      await close();
    },
  };
}
