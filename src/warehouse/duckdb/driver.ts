/**
 * The driver, loaded as the CommonJS that it is: `import` first reads all of its files for the names that they export,
 * which takes longer than the loading itself, at every start.
 */
import { createRequire } from 'node:module';
import type * as Driver from '@duckdb/node-api';

const require = createRequire(import.meta.url);

export const {
  DuckDBDataChunk,
  DuckDBInstance,
  DuckDBTimestampTZValue,
  DuckDBTypeId,
  StatementType,
  VARCHAR,
} = require('@duckdb/node-api') as typeof Driver;

export type DuckDBInstance = Driver.DuckDBInstance;
export type DuckDBTypeId = Driver.DuckDBTypeId;

/** How the driver itself reads and writes the bytes of vectors. */
export const accessors =
  require('@duckdb/node-api/lib/vectors/dataAccessors.js') as typeof import('@duckdb/node-api/lib/vectors/dataAccessors.js');
