/** Addresses of each dialect, what errors mean there, and a driver that is not installed. */
import { describe, expect, it } from 'vitest';
import { driver, MissingDriver } from '../../../../src/destination/sql/dialect.ts';
import { dialectOf } from '../../../../src/destination/sql/dialects.ts';
import { outcomeOf } from '../../../../src/destination/sql/failure.ts';
import { refOf } from '../../../../src/destination/sql/location.ts';
import { connectionOf } from '../../../../src/destination/sql/mysql-address.ts';
import { sqlOptions, sqlSettings } from '../../../../src/destination/sql/options.ts';
import { fileOf } from '../../../../src/destination/sql/sqlite.ts';
import { batch, change } from '../../../conformance/destination/harness.ts';

describe('an address', () => {
  it.each([
    ['postgres://u:p@h:5432/d', true],
    ['postgresql://h/d?sslmode=require', true],
    ['mysql://u:p%40@h:3307/d', true],
    ['mariadb://h/d?ssl=true', true],
    ['mysql://h/d?multipleStatements=true', false],
    ['mysql://h', false],
    ['mysql://u:%@h/d', false],
    ['sqlite:app.db', true],
    ['sqlite:/var/lib/app.db', true],
    ['sqlite:', false],
    ['sqlite:a.db?mode=memory', false],
    ['mssql://h/d', false],
  ])('%s', (url, good) => {
    expect(sqlOptions.safeParse({ url }).success).toBe(good);
  });

  it('of MySQL has its parts decoded', () => {
    expect(connectionOf('mysql://u:p%40%2F@[::1]/d%20b?ssl=true')).toEqual({
      ...{ host: '::1', port: 3306, user: 'u', password: 'p@/', database: 'd b' },
      ...{ charset: 'utf8mb4', ssl: {} },
    });
  });

  it('of SQLite is a path, from the project’s folder', () => {
    expect(fileOf('sqlite:data/app.db', '/project')).toBe('/project/data/app.db');
    expect(fileOf('sqlite:/data/app.db', '/project')).toBe('/data/app.db');
  });

  it('is told without its secrets, and where a reference has no value', () => {
    const ref = (url: string) => refOf('vip', { url, table: 't' });
    expect(ref('mysql://u:p@h:3307/d')).toBe('h:3307/d/.t/vip');
    expect(ref('sqlite:app.db')).toBe('app.db/.t/vip');
    expect(ref('$' + '{env:URL}')).toContain('/vip');
  });

  it('of SQLite has one connection', () => {
    expect(sqlSettings({ url: 'sqlite:a.db', concurrency: 8 }).concurrency).toBe(1);
    expect(sqlSettings({ url: 'mysql://h/d', concurrency: 8 }).concurrency).toBe(8);
  });
});

const failure = (fields: object) => Object.assign(new Error('of Ada'), fields);

describe('an error', () => {
  it.each([
    ['postgres://h/d', { code: '28P01' }, 'credentials'],
    ['postgres://h/d', { code: '22021' }, 'rows'],
    ['postgres://h/d', { code: '40001' }, 'later'],
    ['postgres://h/d', { code: '42P01' }, 'table'],
    ['postgres://h/d', { code: 'ECONNREFUSED' }, 'later'],
    ['mysql://h/d', { code: 'ER_ACCESS_DENIED_ERROR', errno: 1045, sqlState: '28000' }, 'credentials'],
    ['mysql://h/d', { code: 'ER_BAD_DB_ERROR', errno: 1049, sqlState: '42000' }, 'credentials'],
    ['mysql://h/d', { code: 'ER_DATA_TOO_LONG', errno: 1406, sqlState: '22001' }, 'rows'],
    ['mysql://h/d', { code: 'ER_TRUNCATED_WRONG_VALUE_FOR_FIELD', errno: 1366, sqlState: 'HY000' }, 'rows'],
    ['mysql://h/d', { code: 'ER_NET_PACKET_TOO_LARGE', errno: 1153, sqlState: '08S01' }, 'rows'],
    ['mysql://h/d', { code: 'ER_LOCK_DEADLOCK', errno: 1213, sqlState: '40001' }, 'later'],
    ['mysql://h/d', { code: 'ER_LOCK_WAIT_TIMEOUT', errno: 1205, sqlState: 'HY000' }, 'later'],
    ['mysql://h/d', { code: 'ER_CON_COUNT_ERROR', errno: 1040, sqlState: '08004' }, 'later'],
    ['mysql://h/d', { code: 'ER_OPTION_PREVENTS_STATEMENT', errno: 1290, sqlState: 'HY000' }, 'later'],
    ['mysql://h/d', { code: 'ER_NO_SUCH_TABLE', errno: 1146, sqlState: '42S02' }, 'table'],
    ['mysql://h/d', { code: 'ER_TABLEACCESS_DENIED_ERROR', errno: 1142, sqlState: '42000' }, 'table'],
    ['mysql://h/d', { code: 'PROTOCOL_CONNECTION_LOST' }, 'later'],
    ['mysql://h/d', { code: 'ECONNREFUSED', errno: -111 }, 'later'],
    ['sqlite:a', { code: 'SQLITE_BUSY' }, 'later'],
    ['sqlite:a', { code: 'SQLITE_FULL' }, 'later'],
    ['sqlite:a', { code: 'SQLITE_CONSTRAINT_NOTNULL' }, 'rows'],
    ['sqlite:a', { code: 'SQLITE_TOOBIG' }, 'rows'],
    ['sqlite:a', { code: 'SQLITE_READONLY' }, 'table'],
    ['sqlite:a', { code: 'SQLITE_NOTADB' }, 'table'],
    ['sqlite:a', {}, 'later'],
  ])('of %s: %j', (url, fields, meaning) => {
    expect(dialectOf(url).failureOf(failure(fields)).meaning).toBe(meaning);
  });

  it('never tells what the database said', () => {
    const error = failure({ code: 'ER_DUP_ENTRY', errno: 1062, sqlState: '23000' });
    const outcome = outcomeOf('app', dialectOf('mysql://h/d'), batch([change('add', '1')]), error);
    expect(outcome).toEqual({
      refused: { code: 'sql_ER_DUP_ENTRY', message: 'the database answered with ER_DUP_ENTRY' },
    });
  });
});

describe('a driver', () => {
  it('that is not installed stops the sync, and says how to get it', async () => {
    const missing = driver('libsql', () => import(`${'no-such'}-package`));
    await expect(missing).rejects.toThrow(MissingDriver);
    const error = await missing.catch((each: unknown) => each);
    const one = batch([change('add', '1')]);
    expect(() => outcomeOf('app', dialectOf('sqlite:a'), one, error)).toThrow(/libsql is not installed/);
  });

  it('that fails otherwise is no missing one', async () => {
    const failing = driver('libsql', () => Promise.reject(new Error('broken')));
    await expect(failing).rejects.toThrow('broken');
  });
});
