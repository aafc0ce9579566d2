/** What is owed to readers: by sync and audience, each part once, in its order. */
import { describe, expect, it } from 'vitest';
import {
  nextPlace,
  type PartRow,
  readUntold,
  removeParts,
  writeManifest,
  writeParts,
} from '../../../src/state/parts.ts';
import { stateTables } from '../../../src/state/sql.ts';
import { SCHEMA_VERSION } from '../../../src/state/tables.ts';
import { engines } from '../../engines.ts';

const part = (letter: string, place: number): PartRow => ({
  ...{ batchId: letter.repeat(32), place, op: 'add', rows: 2, at: 1_700_000_000_123_456n },
  part: `{"path":"it's ${letter}","bytes":1}`,
});

describe.each(engines)('on $name', ({ open, warehouse }) => {
  it('is kept apart, and read in its order', async () => {
    const opened = await open();
    try {
      const { session } = opened;
      await session.execute('CREATE SCHEMA segsync');
      await session.execute('CREATE TABLE segsync.meta (name TEXT PRIMARY KEY, value TEXT)');
      const tables = stateTables(warehouse, 'segsync', SCHEMA_VERSION);
      const own = { sync: 'a.b', audienceRef: 's3://x/🎈 %_/' };
      const others = [
        { sync: 'a.b', audienceRef: 's3://x/' },
        { sync: 'aa.b', audienceRef: own.audienceRef },
        { sync: 'a_b', audienceRef: own.audienceRef },
      ];
      for (const each of others) await writeParts(session, tables, each, [part('c', 0)]);
      await writeParts(session, tables, own, [part('b', 11), part('a', 2)]);
      // As where it is not known whether a transaction was committed.
      await writeParts(session, tables, own, [part('b', 11)]);
      const { parts, manifest } = await readUntold(session, tables, own);
      expect(parts).toEqual([part('a', 2), part('b', 11)]);
      expect(manifest).toBeUndefined();
      expect([nextPlace(parts), nextPlace([])]).toEqual([12, 0]);
      const last = { id: '2', runId: 'r', at: 5n, previous: '1', open: true };
      await writeManifest(session, tables, own, { ...last, id: '1' });
      await writeManifest(session, tables, own, last);
      await removeParts(session, tables, own);
      expect(await readUntold(session, tables, own)).toEqual({ parts: [], manifest: last });
      for (const each of others) expect((await readUntold(session, tables, each)).parts).toHaveLength(1);
    } finally {
      await opened.drop();
    }
  });
});
