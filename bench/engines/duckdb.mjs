/** DuckDB: a file in the project's folder, opened only while nobody else in this process has it open. */
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

const FILE = 'warehouse.duckdb';

export const dialect = {
  types: {
    integer: 'BIGINT',
    text: 'VARCHAR',
    boolean: 'BOOLEAN',
    float: 'DOUBLE',
    money: 'DECIMAL(10, 2)',
    instant: 'TIMESTAMPTZ',
    timestamp: 'TIMESTAMP',
  },
  rows: (count) => `range(1, ${count} + 1) AS numbers (i)`,
  instant: (micros) => `make_timestamptz(${micros})`,
  timestamp: (micros) => `make_timestamp(${micros})`,
  indexed: false,
  unlogged: '',
  serial: '',
  primaryKey: () => '',
  writesInExpressions: false,
  text: (of) => `CAST(${of} AS VARCHAR)`,
};

/** Nothing to start. `{target, describe, close}`; `target` is the project's target, `place` what `execute` needs. */
export async function start({ folder }) {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  const [[version]] = await (await connection.runAndReadAll('SELECT version()')).getRows();
  connection.closeSync();
  instance.closeSync();
  return {
    target: { type: 'duckdb', path: join(folder, FILE) },
    place: join(folder, FILE),
    describe: `DuckDB ${version}`,
    settings: 'a file, opened anew for every run, default settings',
    kept: join(folder, FILE),
    close: async () => {},
  };
}

/** A connection as a client has it, from opening the file to closing it: `run(sql)`, `rows(sql)` as arrays of texts. */
export async function connect(place) {
  const instance = await DuckDBInstance.create(place);
  const connection = await instance.connect();
  return {
    run: async (sql) => void (await connection.run(sql)),
    rows: async (sql) => {
      const reader = await connection.runAndReadAll(sql);
      return reader.getRows().map((row) => row.map(String));
    },
    async close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** What follows the load: nothing here. */
export const afterLoad = [];
/** What the engine would do by itself some time after a large write. */
export const settle = ['CHECKPOINT'];
