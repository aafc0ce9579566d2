/** The options of `type: sql`. */
import { z } from 'zod';
import type { Secret } from '../../config/project.ts';
import { reveal, timeoutMs, timeoutOption } from '../options.ts';
import { isMysqlAddress } from './mysql-address.ts';

const DEFAULTS = {
  table: 'segsync_members',
  create_table: true,
  batch_size: 1_000,
  concurrency: 2,
  timeout: '30s',
};

/** Rows a transaction. */
export const MOST_ROWS = 5_000;

/** Schema of the options as the YAML gives them. */
export const sqlOptions = z
  .strictObject({
    url: z
      .string()
      .refine(
        isAddress,
        'expected an address such as `postgres://user:password@host/database`, `mysql://...`, `mariadb://...` or `sqlite:FILE`',
      )
      .describe('the database, with user and password'),
    table: z
      .string()
      .regex(/^[^\s."]+(\.[^\s."]+)?$/, 'expected `table` or `schema.table`')
      .default(DEFAULTS.table)
      .describe('the table of members, of all audiences'),
    create_table: z
      .boolean()
      .default(DEFAULTS.create_table)
      .describe('whether the table is made if it is missing'),
    batch_size: z
      .number()
      .int()
      .min(1)
      .max(MOST_ROWS)
      .default(DEFAULTS.batch_size)
      .describe('most members of one transaction'),
    concurrency: z.number().int().min(1).max(16).default(DEFAULTS.concurrency).describe('connections'),
    timeout: timeoutOption.default(DEFAULTS.timeout).describe('how long a statement may take'),
  })
  .superRefine(({ url, table }, context) => {
    if (url.startsWith('sqlite:') && table.includes('.'))
      context.addIssue({ code: 'custom', path: ['table'], message: 'a file of SQLite has no schemas' });
  });

/** Of MySQL's, the parts are read here; PostgreSQL's driver reads its own, SQLite has a path. */
function isAddress(text: string): boolean {
  if (/^(mysql|mariadb):/.test(text)) return isMysqlAddress(text);
  return /^postgres(ql)?:\/\/[^\s]+$|^sqlite:[^\s?#\0][^?#\0]*$/.test(text);
}

/** The options as the adapter uses them. */
export interface SqlSettings {
  readonly url: string;
  readonly schema?: string;
  readonly table: string;
  readonly createTable: boolean;
  readonly batchRows: number;
  readonly concurrency: number;
  readonly timeoutMs: number;
}

interface Checked extends Omit<z.output<typeof sqlOptions>, 'url'> {
  readonly url: Secret | string;
}

/** Options -> settings; also without defaults, as they are where a reference has no value and nothing is sent. */
export function sqlSettings(options: Readonly<Record<string, unknown>>): SqlSettings {
  const checked = { ...DEFAULTS, ...options } as unknown as Checked;
  const [first, second] = checked.table.split('.');
  return {
    url: reveal(checked.url),
    ...(second === undefined ? {} : { schema: first! }),
    table: second ?? first!,
    createTable: checked.create_table,
    batchRows: checked.batch_size,
    // A file has one writer at a time.
    concurrency: reveal(checked.url).startsWith('sqlite:') ? 1 : checked.concurrency,
    timeoutMs: timeoutMs(checked.timeout),
  };
}
