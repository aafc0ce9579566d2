/** One harness for every destination type there is. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWebhookReceiver } from '../../webhook-receiver.ts';
import { parseCsv } from './csv.ts';
import { type ConsumedMember, type Harness, openDestination } from './harness.ts';
import { openFileRuns, openS3Runs } from './run-harness.ts';

export const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes, no!').toString('base64')}`;

export const HARNESSES: Record<string, Record<string, () => Promise<Harness>>> = {
  webhook: {
    signed: () => openWebhook({ secret: SECRET }),
    unsigned: () => openWebhook({}),
  },
  file: {
    ndjson: () => openFile('ndjson'),
    csv: () => openFile('csv'),
    'runs of ndjson': () => openFileRuns('ndjson'),
    'runs of csv': () => openFileRuns('csv'),
  },
  s3: {
    ndjson: () => openS3Runs({}),
    'compressed csv': () => openS3Runs({ format: 'csv', gzip: true }),
  },
};

async function openWebhook(options: { secret?: string }): Promise<Harness> {
  const receiver = await startWebhookReceiver(options);
  const session = await openDestination('webhook', '/', {
    url: receiver.url,
    allow_private_address: true,
    ...options,
  });
  return {
    session,
    members: async (audience) => receiver.audiences.get(audience) ?? new Map(),
    raw: async () => receiver.requests.map((request) => request.body).join('\n'),
    async close() {
      await session.close();
      await receiver.close();
    },
  };
}

async function openFile(format: 'ndjson' | 'csv'): Promise<Harness> {
  const root = await mkdtemp(join(tmpdir(), 'segsync-file-'));
  const session = await openDestination('file', root, { directory: 'out', format });
  const read = async (): Promise<string[]> => {
    const names = await readdir(join(root, 'out')).catch(() => []);
    return Promise.all(names.sort().map((name) => readFile(join(root, 'out', name), 'utf8')));
  };
  return {
    session,
    async members(audience) {
      const ref = await session.ensureAudience({ name: audience, dryRun: true });
      const text = await readFile(join(root, ref), 'utf8').catch(() => '');
      return replay(format === 'csv' ? csvRows(text) : ndjsonRows(text));
    },
    raw: async () => (await read()).join('\n'),
    async close() {
      await session.close();
      await rm(root, { recursive: true });
    },
  };
}

interface Row extends ConsumedMember {
  readonly op: string;
  readonly key: string;
}

function replay(rows: readonly Row[]): Map<string, ConsumedMember> {
  const members = new Map<string, ConsumedMember>();
  for (const { op, key, identifiers, fields } of rows) {
    if (op === 'remove') members.delete(key);
    else members.set(key, { identifiers, fields });
  }
  return members;
}

function ndjsonRows(text: string): Row[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
}

function csvRows(text: string): Row[] {
  if (text === '') return [];
  const [header, ...rows] = parseCsv(text);
  if (header?.join() !== 'op,key,segment,caused_at,identifiers,fields') throw new Error('no header');
  return rows.map((row) => ({
    op: row[0]!,
    key: row[1]!,
    identifiers: JSON.parse(row[4]!) as Record<string, string>,
    fields: JSON.parse(row[5]!) as Record<string, unknown>,
  }));
}
