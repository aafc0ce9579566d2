/** MySQL and MariaDB. */
import { codeOf, type Dialect, driver, type Failure, type Meaning, SILENT } from './dialect.ts';
import { connectionOf } from './mysql-address.ts';

export const mysql: Dialect = {
  async connect({ url, concurrency, timeoutMs }) {
    await driver('mysql2', () => import('mysql2'));
    const { default: knexPackage } = await import('knex');
    return knexPackage.knex({
      client: 'mysql2',
      connection: { ...connectionOf(url), connectTimeout: Math.min(timeoutMs, 10_000) },
      pool: { min: 0, max: concurrency, afterCreate: settled(timeoutMs) },
      acquireConnectionTimeout: timeoutMs,
      log: SILENT,
    });
  },
  /**
   * By the order of code points, in which a blank at the end counts: each of the two has a collation of its own for
   * that. JSON as text: MySQL's own type makes doubles of numbers.
   */
  async types(knex) {
    const [[{ version }]] = await knex.raw('SELECT version() AS version');
    const collation = /mariadb/i.test(String(version)) ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin';
    return {
      key: `varchar(${LONGEST_KEY}) character set utf8mb4 collate ${collation}`,
      json: 'longtext character set utf8mb4',
    };
  },
  statementRows: 5_000,
  failureOf(error): Failure {
    const [code, { errno, sqlState }] = [codeOf(error), error as { errno?: unknown; sqlState?: unknown }];
    if (code === undefined || typeof errno !== 'number' || typeof sqlState !== 'string')
      return { meaning: 'later' };
    return { meaning: meaningOf(errno, sqlState), ...(/^[A-Z0-9_]{3,60}$/.test(code) ? { code } : {}) };
  },
};

/** Two such columns make up the primary key, which may take 3,072 bytes. */
const LONGEST_KEY = 320;

/** A value that does not fit is an error, and not cut; whoever waits for a lock gives up in time. */
function settled(timeoutMs: number) {
  const seconds = Math.ceil(timeoutMs / 1_000);
  return (connection: Queryable, done: (error: unknown, connection: Queryable) => void): void => {
    connection.query(
      `SET SESSION sql_mode = 'STRICT_ALL_TABLES', SESSION innodb_lock_wait_timeout = ${seconds}, SESSION lock_wait_timeout = ${seconds}`,
      (error) => done(error, connection),
    );
  };
}

interface Queryable {
  query(sql: string, done: (error: unknown) => void): void;
}

/** Source: MySQL and MariaDB, server error reference. */
const CREDENTIALS = new Set([1044, 1045, 1049, 1251, 1698]);
/** A packet that is too large, a text in which a character cannot be. */
const ROWS = new Set([1153, 1366]);
/** Locks, too many connections, a full disk, a server that only reads. */
const LATER = new Set([
  1021, 1030, 1040, 1053, 1114, 1203, 1205, 1213, 1290, 1317, 1792, 1836, 1927, 1969, 3024,
]);

function meaningOf(errno: number, state: string): Meaning {
  if (CREDENTIALS.has(errno)) return 'credentials';
  if (ROWS.has(errno) || /^(22|23)/.test(state)) return 'rows';
  return LATER.has(errno) || /^(08|40)/.test(state) ? 'later' : 'table';
}
