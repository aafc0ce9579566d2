/** `type: sql` on files of SQLite. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { batch, change, kindsOf, openDestination, receiptsOf } from './harness.ts';
import { tellOfDatabase } from './sql-story.ts';

tellOfDatabase('sql, SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'segsync-sqlite-'));
  const path = join(folder, 'app.db');
  return {
    url: `sqlite:${path}`,
    async query(sql) {
      const database = new Libsql(path);
      try {
        return database.prepare(sql).all() as Record<string, string>[];
      } finally {
        database.close();
      }
    },
    drop: () => rm(folder, { recursive: true }),
  };
});

describe('a file', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'segsync-sqlite-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  const one = () => batch([change('add', '1')]);
  const open = (options: Record<string, unknown> = {}) =>
    openDestination('sql', root, { url: 'sqlite:app.db', ...options });

  it('lies in the project’s folder, and is made only when something is sent', async () => {
    const session = await open();
    await session.check();
    expect(await session.ensureAudience({ name: 'vip', dryRun: true })).toBe('app.db/.segsync_members/vip');
    for await (const key of session.list!({ name: 'vip', ref: '' })) expect(key).toBeUndefined();
    expect(await readdir(root)).toEqual([]);
    await session.send(one(), {});
    await session.close();
    expect(await readdir(root)).toEqual(['app.db']);
  });

  it('that another writes to is waited for, and tried again later', async () => {
    const session = await open({ timeout: '1s' });
    await session.send(one(), {});
    const other = new Libsql(join(root, 'app.db'));
    other.exec('BEGIN IMMEDIATE');
    const [receipt] = receiptsOf(await session.send(one(), {}));
    expect(receipt).toMatchObject({ kind: 'retry', code: 'sql_SQLITE_BUSY' });
    other.exec('COMMIT');
    other.close();
    expect(kindsOf(await session.send(one(), {}))).toEqual(['delivered']);
    await session.close();
  });

  it.each([
    ['no database', 'app.db', 'this is a text, and not a short one, that is no database at all'.repeat(20)],
    ['in no folder', 'nowhere/app.db', undefined],
  ])('%s stops the sync', async (_, path, text) => {
    if (text) await writeFile(join(root, path), text);
    const session = await open({ url: `sqlite:${path}` });
    await expect(session.send(one(), {})).rejects.toMatchObject({ diagnostics: [{ code: 'E407' }] });
    await session.close();
  });

  it('has no schemas', async () => {
    await expect(open({ table: 'a.b' })).rejects.toThrow(/no schemas/);
  });
});
