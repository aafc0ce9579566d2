/** `type: sql` on a real PostgreSQL: what stands in the table, and what errors mean. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DestinationSession } from '../../../src/destination/destination.ts';
import type { Row } from '../../../src/warehouse/warehouse.ts';
import { openRig, type ProjectFiles } from '../../chaos/rig.ts';
import { engines, type Opened } from '../../engines.ts';
import { batch, change, kindsOf, openDestination } from './harness.ts';

const postgres = engines.find(({ name }) => name === 'postgres')!;

let opened: Opened;
let session: DestinationSession;

beforeEach(async () => {
  opened = await postgres.open();
  session = await open();
});
afterEach(async () => {
  await session.close();
  await opened.drop();
});

function open(options: Record<string, unknown> = {}): Promise<DestinationSession> {
  return openDestination('sql', '/', { url: String(opened.target.url), ...options });
}

function rows(table = 'segsync_members'): Promise<Row[]> {
  return opened.session.query(
    `SELECT audience, entity_key, identifiers::text AS identifiers, fields::text AS fields FROM ${table} ORDER BY audience, entity_key`,
  );
}

const keys = async (audience = 'vip'): Promise<string[]> =>
  (await rows()).filter((row) => row.audience === audience).map((row) => row.entity_key!);

describe('members', () => {
  it('are added, updated and removed, each audience apart', async () => {
    const added = batch([
      change(
        'add',
        '1',
        { email: 'a@x.test' },
        { name: 'O\'Neill \\ "Zoë" 👩‍👩‍👧', n: { number: '12345678901234567890.50' } },
      ),
      change('add', '2'),
    ]);
    expect(kindsOf(await session.send(added, {}))).toEqual(['delivered', 'delivered']);
    await session.send(batch([change('add', '1')], "o'ther"), {});
    await session.send(batch([change('update', '2', { email: 'b@x.test' }, { vip: true, since: null })]), {});
    expect(await rows()).toEqual([
      { audience: "o'ther", entity_key: '1', identifiers: '{}', fields: '{}' },
      {
        audience: 'vip',
        entity_key: '1',
        identifiers: '{"email": "a@x.test"}',
        fields: '{"n": 12345678901234567890.50, "name": "O\'Neill \\\\ \\"Zoë\\" 👩‍👩‍👧"}',
      },
      {
        audience: 'vip',
        entity_key: '2',
        identifiers: '{"email": "b@x.test"}',
        fields: '{"vip": true, "since": null}',
      },
    ]);
    await session.send(batch([change('remove', '1'), change('remove', 'nobody')]), {});
    expect(await keys()).toEqual(['2']);
    expect(await keys("o'ther")).toEqual(['1']);
  });

  it('are there once when a batch comes twice, and by thousands', async () => {
    const many = batch(
      Array.from({ length: 5_000 }, (_, n) => change('add', `k${n}`, { email: `${n}@x.test` })),
    );
    await session.send(many, {});
    await session.send(many, {});
    expect(await keys()).toHaveLength(5_000);
  });

  it('stand in the table that is named, which is made only when something is sent', async () => {
    await opened.session.execute('CREATE SCHEMA app');
    const own = await open({ table: 'app.Members' });
    await own.check();
    const ref = await own.ensureAudience({ name: 'vip', dryRun: true });
    expect(await own.ensureAudience({ name: 'vip', dryRun: false })).toBe(ref);
    expect(ref).not.toContain('postgres:postgres');
    expect(await opened.session.query("SELECT 1 AS x FROM pg_tables WHERE schemaname = 'app'")).toEqual([]);
    await own.send(batch([change('add', '1')]), {});
    expect(await rows('app."Members"')).toHaveLength(1);
    await own.close();
  });

  it('of two processes that begin at once', async () => {
    const other = await open();
    await Promise.all([
      session.send(batch([change('add', '1')]), {}),
      other.send(batch([change('add', '2')]), {}),
    ]);
    await other.close();
    // Who came second may have to try again.
    await session.send(batch([change('add', '1'), change('add', '2')]), {});
    expect(await keys()).toEqual(['1', '2']);
  });
});

describe('an error', () => {
  it('of one value refuses the batch, and leaves none of it', async () => {
    const outcome = await session.send(batch([change('add', '1'), change('add', 'nul\0')]), {});
    expect(outcome).toMatchObject({ refused: { code: 'sql_22021' } });
    expect(await keys()).toEqual([]);
  });

  it('of a lock is one for later', async () => {
    await session.send(batch([change('add', '1')]), {});
    const slow = await open({ timeout: '1s' });
    await opened.session.transaction(async (transaction) => {
      await transaction.execute('LOCK TABLE segsync_members');
      expect(kindsOf(await slow.send(batch([change('add', '2')]), {}))).toEqual(['retry']);
    });
    expect(kindsOf(await slow.send(batch([change('add', '2')]), {}))).toEqual(['delivered']);
    await slow.close();
  });

  it('of a cut connection, too', async () => {
    await session.send(batch([change('add', '1')]), {});
    await opened.session.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'segsync' AND datname = current_database()",
    );
    const kinds: string[] = [];
    while (kinds.at(-1) !== 'delivered' && kinds.length < 4) {
      kinds.push(...kindsOf(await session.send(batch([change('add', '2')]), {})));
    }
    expect(await keys(), kinds.join()).toEqual(['1', '2']);
  });

  it('of a server that is not there is one for later; a check says so', async () => {
    const nowhere = await open({ url: 'postgres://u:p@127.0.0.1:1/x', timeout: '2s' });
    expect(kindsOf(await nowhere.send(batch([change('add', '1')]), {}))).toEqual(['retry']);
    await expect(nowhere.check()).rejects.toThrow(/cannot be reached/);
    await nowhere.close();
  });

  it('of the password stops the sync, and does not tell it', async () => {
    const url = new URL(String(opened.target.url));
    url.password = 'a-wrong-password';
    url.username = 'nobody_here';
    const wrong = await open({ url: url.toString() });
    const failure = wrong.send(batch([change('add', '1')]), {});
    await expect(failure).rejects.toThrow(/refuses the credentials/);
    await expect(failure).rejects.not.toThrow(/a-wrong-password/);
    await wrong.close();
  });

  it('of the table stops the sync', async () => {
    const missing = await open({ create_table: false });
    await expect(missing.send(batch([change('add', '1')]), {})).rejects.toThrow(/SQLSTATE 42P01/);
    await missing.close();
  });
});

describe('a run', () => {
  const files =
    (adopt: boolean, guards = '{}'): ProjectFiles =>
    ({ target }) => ({
      'segsync.yaml': `version: 1
project: adopting
default_target: test
targets: {test: ${JSON.stringify(target)}}
entities: {customer: {table: shop.customers, key: id, cursor: updated_at}}
guards: ${guards}
`,
      'segments/vip.yaml': `entity: customer\nwhere: {trait: vip, eq: true}\nsync: [{to: app${adopt ? ', adopt: true' : ''}}]\n`,
      'destinations/app.yaml': `type: sql\ntargets: [test]\nurl: "\${env:APP_URL}"\n`,
    });

  async function run(adopt: boolean, exit: number, guards?: string): Promise<string[]> {
    const rig = await openRig(postgres, files(adopt, guards));
    try {
      await rig.change([
        'CREATE SCHEMA shop',
        'CREATE TABLE shop.customers (id TEXT, vip BOOLEAN, updated_at TIMESTAMPTZ)',
        `INSERT INTO shop.customers SELECT CAST(n AS TEXT), n > 2, now() FROM generate_series(1, 6) AS s (n)`,
      ]);
      for (let times = 0; times < 2; times += 1) {
        const ended = await rig.call(['run', '--all', '--json'], { APP_URL: String(opened.target.url) });
        expect(ended.exit, ended.stdout + ended.stderr).toBe(exit);
        expect(ended.stdout + ended.stderr).not.toContain(String(opened.target.url));
      }
      return await keys();
    } finally {
      await rig.drop();
    }
  }

  beforeEach(async () => {
    await session.send(batch(['2', '3', 'stranger'].map((key) => change('add', key))), {});
    await session.send(batch([change('add', '1')], 'another'), {});
  });

  it('leaves whom others have added', async () => {
    expect(await run(false, 0)).toEqual(['2', '3', '4', '5', '6', 'stranger']);
    expect(await keys('another')).toEqual(['1']);
  });

  it('that adopts them makes the audience the segment', async () => {
    expect(await run(true, 0)).toEqual(['3', '4', '5', '6']);
    expect(await keys('another')).toEqual(['1']);
  });

  it('is held where that would remove too many', async () => {
    expect(await run(true, 3, '{min_guarded_size: 1}')).toEqual(['2', '3', 'stranger']);
  });
});
