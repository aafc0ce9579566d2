/** DuckDB: a database in a file, in this process. The driver is loaded when a connection is asked for. */
import { z } from 'zod';
import type { Warehouse } from '../warehouse.ts';
import { dialect } from './dialect.ts';
import { layout } from './layout.ts';
import { sample } from './sample.ts';

export const options = z.strictObject({
  path: z
    .string()
    .min(1)
    .meta({
      description: 'the database file, relative to the project; made when missing',
      examples: ['.segsync/shop.duckdb'],
    }),
  init: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'a file of SQL statements that fills a new database', examples: ['shop.sql'] }),
  memory_limit: z
    .string()
    .regex(/^\d+(\.\d+)?\s*([KMGT]i?B|%)$/i, 'a size such as 4GB')
    .optional()
    .meta({ description: 'most memory that it may take', examples: ['4GB'] }),
  threads: z
    .number()
    .int()
    .min(1)
    .max(1024)
    .optional()
    .meta({ description: 'most threads that it may use', examples: [4] }),
});

export type Options = z.infer<typeof options>;

export const warehouse: Warehouse = {
  name: 'duckdb',
  title: 'DuckDB',
  verified: 'verified',
  dialect,
  capabilities: {
    transactions: 'yes',
    transactionalDdl: 'yes',
    temporaryDdl: 'yes',
    uniqueKeys: 'yes',
    files: 'yes',
    lateral: 'no',
    singleProcess: 'yes',
    fullShare: 0.2,
    splitScansFrom: 20,
    shortestCadenceSeconds: 1,
  },
  layout,
  options,
  secrets: [],
  usual: { path: `\${env:DUCKDB_PATH}` },
  sample,
  inMemory: (name) => ({ path: `:memory:${name}` }),
  samePlace: (one, other) => one === other,
  async connect(request) {
    const { connect } = await import('./connect.ts');
    return connect(request, options.parse(request.options));
  },
};
