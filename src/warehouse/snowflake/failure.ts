/** Snowflake's errors -> classified failures without values of rows. */
import { DiagnosedError } from '../../diagnostics/diagnostic.ts';
import { type Failure, WarehouseError } from '../warehouse.ts';

/** Code -> what kind of failure it is. Source: Snowflake's messages as its clients show them. */
const BY_CODE: Readonly<Record<string, Failure>> = {
  '000603': 'transient',
  '000604': 'transient',
  '000606': 'permission',
  '000625': 'locked',
  '000630': 'transient',
  '000707': 'transient',
  '002002': 'conflict',
  '002003': 'missing',
  '002043': 'missing',
  '003001': 'permission',
  '003540': 'permission',
  '390104': 'transient',
  '390111': 'transient',
  '390112': 'transient',
  '390114': 'transient',
};

/** SQLSTATE, or its class. */
const BY_STATE: Readonly<Record<string, Failure>> = {
  '08': 'transient',
  '28': 'credentials',
  '40': 'conflict',
  '42501': 'permission',
  '57014': 'transient',
};

/** Codes whose messages quote names only. */
const QUOTES_NAMES = /^(000604|000606|000625|000630|0009\d\d|002\d\d\d|003\d\d\d|39\d{4})$/;
/** Codes of what rows hold. */
const DATA = /^100\d{3}$/;
const QUOTED = /'(?:[^']|'')*'?|"[^"]*"?/g;

interface ClientError {
  readonly code?: unknown;
  readonly sqlState?: unknown;
  readonly response?: { readonly statusCode?: number; readonly status?: number } | undefined;
}

/** Any error of the client -> `WarehouseError`; one that is known already stays as it is. */
export function failureOf(error: unknown): Error {
  if (error instanceof WarehouseError || error instanceof DiagnosedError) return error;
  return new WarehouseError(failureKind(error), messageOf(error));
}

export function failureKind(error: unknown): Failure {
  if (error instanceof WarehouseError) return error.failure;
  const code = codeOf(error);
  const text = error instanceof Error ? error.message : String(error);
  if (/deadlock/i.test(text)) return 'conflict';
  if (/lock.*(timeout|timed out|not yet been released)/i.test(text)) return 'locked';
  if (BY_CODE[code]) return BY_CODE[code];
  if (/^39\d{4}$/.test(code)) return 'credentials';
  const { sqlState, response } = error as ClientError;
  const state = typeof sqlState === 'string' ? sqlState : '';
  const status = response?.statusCode ?? response?.status;
  if (status === 401 || (status === 403 && !isClients(code))) return 'credentials';
  // What the client itself says: no connection, no answer, the session is gone.
  if (isClients(code) || status !== undefined) return 'transient';
  return BY_STATE[state] ?? BY_STATE[state.slice(0, 2)] ?? (isNetwork(error) ? 'transient' : 'statement');
}

/** One line without values of rows: what a message quotes is left out unless it can be a name only. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const line = text
    .split(/\s*\n\s*/)
    .join(' ')
    .trim();
  if (line === '') return 'no answer';
  if (QUOTES_NAMES.test(codeOf(error)) || error instanceof WarehouseError) return line;
  // Of data that could not be read, the text may stand there without quotes.
  if (DATA.test(codeOf(error))) return line.replace(/(["'`:]|\bvalue\b).*$/s, '…');
  return line.replaceAll(QUOTED, '…');
}

/** Six digits, as the server counts. */
function codeOf(error: unknown): string {
  const { code } = error as ClientError;
  return typeof code === 'number' || typeof code === 'string' ? String(code).padStart(6, '0') : '';
}

/** The client numbers its own errors from 400,000 on. */
function isClients(code: string): boolean {
  return /^4\d{5}$/.test(code);
}

function isNetwork(error: unknown): boolean {
  const { code } = error as ClientError;
  const text = error instanceof Error ? error.message : '';
  return (
    (typeof code === 'string' && /^(ECONN|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|EHOST|ENET)/.test(code)) ||
    /socket hang up|network|timed? ?out|aborted/i.test(text)
  );
}
