/** A target's options -> how the driver connects, and what each connection is set to. */
import type { ClientConfig } from 'pg';
import { Secret } from '../../config/project.ts';
import type { Options } from './index.ts';
import { exactText } from './values.ts';

const CONNECT_TIMEOUT_MS = 30_000;
/** Of an application's name. */
const LONGEST_LABEL = 63;

export function clientConfig(options: Options, label: string): ClientConfig {
  const { ssl = true } = options;
  return {
    ...(options.url === undefined ? serverOf(options) : { connectionString: addressOf(options.url) }),
    ssl: ssl === 'no-verify' ? { rejectUnauthorized: false } : ssl,
    application_name: label.slice(0, LONGEST_LABEL),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    types: exactText as ClientConfig['types'],
  };
}

/**
 * For a new connection, in one message, whose last answer is the number to cancel by: UTC, all digits of floats, names in
 * the case that they are asked in (it would fold quoted ones, too), and a group by which queues know segsync.
 */
export function sessionSettings(options: Options): string {
  const settings: Record<string, string> = {
    timezone: "'UTC'",
    datestyle: "'ISO, YMD'",
    extra_float_digits: '2',
    enable_case_sensitive_identifier: 'true',
    query_group: "'segsync'",
    ...(options.statement_timeout === undefined
      ? {}
      : { statement_timeout: String(options.statement_timeout * 1000) }),
  };
  const set = Object.entries(settings).map(([name, value]) => `SET ${name} TO ${value}`);
  return [...set, 'SELECT pg_backend_pid() AS pid'].join('; ');
}

function serverOf(options: Options): ClientConfig {
  return {
    host: options.host,
    port: options.port ?? 5439,
    user: options.user,
    password: options.password === undefined ? undefined : reveal(options.password),
    database: options.database,
  };
}

/** The driver would take the port of another server for what is not said. */
function addressOf(url: string | Secret): string {
  return reveal(url).replace(
    /^(\w+:\/\/[^/?#]*?)(:\d+)?(?=[/?#]|$)/,
    (_, place, port = ':5439') => place + port,
  );
}

function reveal(value: string | Secret): string {
  return value instanceof Secret ? value.reveal() : value;
}
