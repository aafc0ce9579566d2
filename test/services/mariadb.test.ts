/** `type: sql` on a real MariaDB. */
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DestinationSession } from '../../src/destination/destination.ts';
import { batch, change, kindsOf, openDestination, receiptsOf } from '../conformance/destination/harness.ts';
import { tellOfDatabase } from '../conformance/destination/sql-story.ts';
import { type MariadbServer, startMariadb } from './mariadb-server.ts';

let server: MariadbServer;
let databases = 0;

beforeAll(async () => {
  server = await startMariadb();
  await server.query("CREATE USER app IDENTIFIED BY 'p@ss/word'");
});
afterAll(() => server.stop());

async function begin() {
  databases += 1;
  const name = `app_${databases}`;
  // Its own collation tells no case apart: the table must not take it.
  await server.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`);
  await server.query(`GRANT ALL ON ${name}.* TO app`);
  return {
    name,
    url: `mysql://app:p%40ss%2Fword@127.0.0.1:${server.port}/${name}`,
    query: (sql: string) => server.query(sql, name),
    drop: async () => void (await server.query(`DROP DATABASE ${name}`)),
  };
}

tellOfDatabase('sql, MariaDB', begin);

describe('an error', () => {
  let database: Awaited<ReturnType<typeof begin>>;
  let session: DestinationSession;
  const one = (key = '1') => batch([change('add', key)]);
  const open = (options: Record<string, unknown> = {}) =>
    openDestination('sql', '/', { url: database.url, ...options });

  beforeEach(async () => {
    database = await begin();
    session = await open();
    return async () => {
      await session.close();
      await database.drop();
    };
  });

  it('of a key that is too long refuses the batch, and leaves none of it', async () => {
    const outcome = await session.send(batch([change('add', '1'), change('add', 'x'.repeat(400))]), {});
    expect(outcome).toMatchObject({ refused: { code: 'sql_ER_DATA_TOO_LONG' } });
    expect(await database.query('SELECT * FROM segsync_members')).toEqual([]);
  });

  it('of a lock is one for later', async () => {
    await session.send(one(), {});
    const slow = await open({ timeout: '1s' });
    const holder = await createConnection({
      ...{ host: '127.0.0.1', port: server.port, user: 'root', database: database.name },
    });
    await holder.query('LOCK TABLES segsync_members WRITE');
    expect(receiptsOf(await slow.send(one('2'), {}))).toMatchObject([
      { kind: 'retry', code: 'sql_ER_LOCK_WAIT_TIMEOUT' },
    ]);
    await holder.query('UNLOCK TABLES');
    await holder.end();
    expect(kindsOf(await slow.send(one('2'), {}))).toEqual(['delivered']);
    await slow.close();
  });

  it('of a cut connection is gone with one of the next', async () => {
    await session.send(one(), {});
    const ours = await server.query("SELECT id FROM information_schema.processlist WHERE user = 'app'");
    for (const { id } of ours) await server.query(`KILL ${id}`);
    const kinds: string[] = [];
    while (kinds.at(-1) !== 'delivered' && kinds.length < 5)
      kinds.push(...kindsOf(await session.send(one(), {})));
    expect(kinds.at(-1)).toBe('delivered');
  });

  it('of nobody listening is one for later; a check says so', async () => {
    const nowhere = await open({ url: 'mariadb://u:p@127.0.0.1:1/x', timeout: '2s' });
    expect(kindsOf(await nowhere.send(one(), {}))).toEqual(['retry']);
    await expect(nowhere.check()).rejects.toMatchObject({ diagnostics: [{ code: 'E404' }] });
    await nowhere.close();
  });

  it.each([
    ['password', (url: string) => url.replace('p%40ss', 'a-wrong-one')],
    ['database', (url: string) => `${url}_not_there`],
  ])('of the %s stops the sync, and tells no secret', async (_, wrong) => {
    const other = await open({ url: wrong(database.url) });
    const failure = other.send(one(), {});
    await expect(failure).rejects.toMatchObject({ exit: 77, diagnostics: [{ code: 'E406' }] });
    await expect(failure).rejects.not.toThrow(/wrong-one|p@ss/);
    await other.close();
  });

  it('of what the user may not do stops it, too', async () => {
    await session.send(one(), {});
    await server.query(`REVOKE ALL ON ${database.name}.* FROM app`);
    await server.query(`GRANT SELECT ON ${database.name}.* TO app`);
    const reader = await open();
    await expect(reader.send(one(), {})).rejects.toMatchObject({ diagnostics: [{ code: 'E407' }] });
    await reader.close();
  });
});
