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
  },
  rows: (count) => `range(1, ${count} + 1) AS numbers (i)`,
  instant: (micros) => `make_timestamptz(${micros})`,
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
    target: { type: 'duckdb', path: FILE },
    place: join(folder, FILE),
    describe: `DuckDB ${version}`,
    settings: 'a file without indexes, opened anew for every run, default settings',
    kept: join(folder, FILE),
    close: async () => {},
  };
}

/** Runs statements one after the other. */
export async function execute(place, statements) {
  const instance = await DuckDBInstance.create(place);
  const connection = await instance.connect();
  try {
    for (const statement of statements) await connection.run(statement);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Rows as arrays of texts. */
export async function query(place, statement) {
  const instance = await DuckDBInstance.create(place);
  const connection = await instance.connect();
  try {
    const reader = await connection.runAndReadAll(statement);
    return reader.getRows().map((row) => row.map(String));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** What follows the load: nothing here. */
export const afterLoad = [];
/** What the engine would do by itself some time after a large write. */
export const settle = ['CHECKPOINT'];
