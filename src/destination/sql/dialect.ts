/** What differs from database to database: the driver, the types of columns, and what errors mean. */
import type { Knex } from 'knex';
import type { SqlSettings } from './options.ts';

export type Meaning = 'credentials' | 'later' | 'table' | 'rows';

export interface Failure {
  readonly meaning: Meaning;
  /** The database's code for it, which holds nothing of a person; undefined where the connection failed. */
  readonly code?: string;
}

export interface Dialect {
  /** The driver is loaded only now. */
  connect(settings: SqlSettings, root: string): Promise<Knex>;
  /** Types of the columns that make up the primary key, and of those with JSON, where they are not knex's own. */
  types(knex: Knex): Promise<{ readonly key: string; readonly json: string }>;
  /** Most rows that one statement adds. */
  readonly statementRows: number;
  failureOf(error: unknown): Failure;
}

/** Of every database: otherwise knex writes to the console. */
export const SILENT: Knex.Config['log'] = { warn() {}, error() {}, debug() {}, deprecate() {} };

/** A driver's own code of an error, as it is. */
export function codeOf(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** Thrown where an optional driver is not installed. */
export class MissingDriver extends Error {
  readonly driver: string;
  constructor(driver: string) {
    super(`the package ${driver} is not installed`);
    this.driver = driver;
  }
}

/** The package that `load` imports. */
export async function driver<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (/^(ERR_)?MODULE_NOT_FOUND$/.test(codeOf(error) ?? '')) throw new MissingDriver(name);
    throw error;
  }
}
