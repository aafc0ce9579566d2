/** A target's options -> how the driver connects, and what each connection is set to. */
import type { ClientConfig } from 'pg';
import { Secret } from '../../config/project.ts';
import type { Options } from './index.ts';
import { exactText } from './values.ts';

const CONNECT_TIMEOUT_MS = 15_000;
/**
 * A process that stands still in the middle of a transaction (suspended, or its machine is) keeps rows locked that
 * others wait for, the leases among them: when its leases have run out, so has its transaction.
 */
const IDLE_TRANSACTION_TIMEOUT = '30s';
/** The server cuts longer names off. */
const LONGEST_LABEL = 63;

export function clientConfig(options: Options, label: string): ClientConfig {
  return {
    ...(options.url === undefined ? serverOf(options) : { connectionString: reveal(options.url) }),
    ...(options.ssl === undefined ? {} : { ssl: sslOf(options.ssl) }),
    application_name: label.slice(0, LONGEST_LABEL),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    types: exactText as ClientConfig['types'],
  };
}

/**
 * Statements for a new connection: UTC, exact texts of floats and dates, backslashes as themselves, and no just-in-time
 * compilation (it takes longer than most of our statements). A session that only reads says so to the server.
 */
export function sessionSettings(options: Options, access: 'read' | 'write'): string {
  const settings: Record<string, string> = {
    TimeZone: 'UTC',
    DateStyle: 'ISO, YMD',
    extra_float_digits: '1',
    standard_conforming_strings: 'on',
    client_min_messages: 'warning',
    jit: 'off',
    idle_in_transaction_session_timeout: IDLE_TRANSACTION_TIMEOUT,
    ...(options.statement_timeout === undefined
      ? {}
      : { statement_timeout: `${options.statement_timeout}s` }),
    ...(access === 'read' ? { default_transaction_read_only: 'on' } : {}),
  };
  return Object.entries(settings)
    .map(([name, value]) => `SET ${name} = '${value}'`)
    .join('; ');
}

function serverOf(options: Options): ClientConfig {
  return {
    host: options.host,
    port: options.port ?? 5432,
    user: options.user,
    password: options.password === undefined ? undefined : reveal(options.password),
    database: options.database,
  };
}

function sslOf(ssl: NonNullable<Options['ssl']>): ClientConfig['ssl'] {
  return ssl === 'no-verify' ? { rejectUnauthorized: false } : ssl;
}

function reveal(value: string | Secret): string {
  return value instanceof Secret ? value.reveal() : value;
}
