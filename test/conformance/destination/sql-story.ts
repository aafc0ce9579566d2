/** `type: sql`: what every database must do, whatever its dialect. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DestinationSession } from '../../../src/destination/destination.ts';
import { openRig } from '../../chaos/rig.ts';
import { engines } from '../../engines.ts';
import { batch, change, kindsOf, openDestination } from './harness.ts';

export interface Database {
  /** With the secret in it. */
  readonly url: string;
  /** As somebody else sees it. */
  query(sql: string): Promise<Record<string, string>[]>;
  drop(): Promise<void>;
}

const HOSTILE = [
  ...['1', "o'4", 'a', 'A', 'ä', 'a ', ' a', 'Straße', 'STRASSE', '👩‍👩‍👧 Zoë 李雷', ''],
  ...[
    '%',
    '_',
    '\\',
    '\\0',
    '"',
    '`',
    "'); DROP TABLE segsync_members;--",
    'two\nlines',
    '?',
    ':x',
    '$1',
    '007',
  ],
];

/** Tells it of the databases that `begin` gives, each empty. */
export function tellOfDatabase(name: string, begin: () => Promise<Database>): void {
  describe(name, () => {
    let database: Database;
    let session: DestinationSession;
    const opened: DestinationSession[] = [];

    beforeEach(async () => {
      database = await begin();
      session = await open();
    });
    afterEach(async () => {
      for (const each of opened.splice(0)) await each.close();
      await database.drop();
    });

    async function open(options: Record<string, unknown> = {}): Promise<DestinationSession> {
      const session = await openDestination('sql', '/', { url: database.url, ...options });
      opened.push(session);
      return session;
    }

    const rows = (table = 'segsync_members') =>
      database.query(
        `SELECT audience, entity_key, identifiers, fields FROM ${table} ORDER BY audience, entity_key`,
      );
    const keys = async (audience = 'vip'): Promise<string[]> =>
      (await rows()).filter((row) => row.audience === audience).map((row) => row.entity_key!);

    it('has a row for each member of each audience, exactly as they are', async () => {
      const fields = { name: 'O\'Neill \\ "Zoë" 👩‍👩‍👧', n: { number: '12345678901234567890.50' } };
      await session.send(batch([change('add', '1', { email: 'a@x.test' }, fields), change('add', '2')]), {});
      await session.send(batch([change('add', '1')], "o'ther"), {});
      await session.send(batch([change('update', '2', { email: 'b' }, { vip: true, since: null })]), {});
      expect(await rows()).toEqual([
        { audience: "o'ther", entity_key: '1', identifiers: '{}', fields: '{}' },
        {
          ...{ audience: 'vip', entity_key: '1', identifiers: '{"email":"a@x.test"}' },
          fields: '{"name":"O\'Neill \\\\ \\"Zoë\\" 👩‍👩‍👧","n":12345678901234567890.50}',
        },
        {
          ...{ audience: 'vip', entity_key: '2', identifiers: '{"email":"b"}' },
          fields: '{"vip":true,"since":null}',
        },
      ]);
      await session.send(batch([change('remove', '1'), change('remove', 'nobody')]), {});
      expect(await keys()).toEqual(['2']);
      expect(await keys("o'ther")).toEqual(['1']);
    });

    it('tells keys apart that differ in case, accents or blanks alone, and lists them', async () => {
      const all = batch(HOSTILE.map((key) => change('add', key, {}, { key })));
      expect(kindsOf(await session.send(all, {}))).toEqual(HOSTILE.map(() => 'delivered'));
      for (const row of await rows()) expect(JSON.parse(row.fields!)).toEqual({ key: row.entity_key });
      const listed: string[] = [];
      for await (const key of session.list!({ name: 'vip', ref: '' })) listed.push(key);
      expect(listed.sort()).toEqual(HOSTILE.toSorted());
      await session.send(batch(['A', 'a ', ''].map((key) => change('remove', key))), {});
      expect((await keys()).sort()).toEqual(HOSTILE.filter((key) => !['A', 'a ', ''].includes(key)).sort());
    });

    it('has each once when a batch comes twice, and by thousands, in pages', async () => {
      const many = batch(Array.from({ length: 5_000 }, (_, n) => change('add', `k${n}`, { id: `${n}` })));
      await session.send(many, {});
      expect(new Set(kindsOf(await session.send(many, {})))).toEqual(new Set(['delivered']));
      await session.send(batch([change('add', 'last')]), {});
      let listed = 0;
      for await (const _ of session.list!({ name: 'vip', ref: '' })) listed += 1;
      expect(listed).toBe(5_001);
      await session.send(batch(many.changes.map(({ key }) => change('remove', key))), {});
      expect(await keys()).toEqual(['last']);
    });

    it('makes the table only when something is sent, and twice at once', async () => {
      await session.check();
      for await (const key of session.list!({ name: 'vip', ref: '' })) expect(key).toBeUndefined();
      const ref = await session.ensureAudience({ name: 'vip', dryRun: true });
      expect(await session.ensureAudience({ name: 'vip', dryRun: false })).toBe(ref);
      await expect(rows()).rejects.toThrow();
      const other = await open();
      await Promise.all([session, other].map((each, n) => each.send(batch([change('add', `${n}`)]), {})));
      // Who came second may have to try again.
      await session.send(batch([change('add', '0'), change('add', '1')]), {});
      expect(await keys()).toEqual(['0', '1']);
    });

    it('stops where the table is missing and is not to be made', async () => {
      const strict = await open({ create_table: false, table: 'nobody_made_it' });
      await session.send(batch([change('add', '1')]), {});
      await expect(strict.send(batch([change('add', '1')]), {})).rejects.toMatchObject({
        diagnostics: [{ code: 'E407' }],
      });
    });

    it('is kept equal to a segment by runs, and adopts whom others have added', async () => {
      await session.send(batch(['2', '3', 'stranger'].map((key) => change('add', key))), {});
      const rig = await openRig(engines.find((each) => each.name === 'duckdb')!, ({ target }) => ({
        'segsync.yaml': `version: 1
project: databases
default_target: test
targets: {test: ${JSON.stringify(target)}}
entities: {customer: {table: shop.customers, key: id, cursor: updated_at}}
`,
        'segments/vip.yaml':
          'entity: customer\nwhere: {trait: vip, eq: true}\nsync: [{to: app, adopt: true}]\n',
        'destinations/app.yaml': `type: sql\ntargets: [test]\nurl: "\${env:APP_URL}"\n`,
      }));
      const run = async (...statements: string[]): Promise<string[]> => {
        await rig.change(statements);
        const ended = await rig.call(['run', '--all', '--json'], { APP_URL: database.url });
        expect(ended.exit, ended.stdout + ended.stderr).toBe(0);
        expect(ended.stdout + ended.stderr).not.toContain(database.url);
        return keys();
      };
      try {
        const first = await run(
          'CREATE SCHEMA shop',
          'CREATE TABLE shop.customers (id TEXT, vip BOOLEAN, updated_at TIMESTAMPTZ)',
          'INSERT INTO shop.customers SELECT CAST(n AS TEXT), n > 2, now() FROM generate_series(1, 6) AS s (n)',
        );
        expect(first).toEqual(['3', '4', '5', '6']);
        const left = "UPDATE shop.customers SET vip = FALSE, updated_at = now() WHERE id = '3'";
        expect(await run(left)).toEqual(['4', '5', '6']);
      } finally {
        await rig.drop();
      }
    });
  });
}
