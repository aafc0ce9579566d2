/** Databricks' errors -> classified failures without values of rows. */
import { DiagnosedError } from '../../diagnostics/diagnostic.ts';
import { type Failure, WarehouseError } from '../warehouse.ts';

/** What an error's class begins with -> what kind of failure it is. Source: Databricks, error classes. */
const BY_CLASS: readonly (readonly [RegExp, Failure])[] = [
  [/CONCURRENT|CONFLICT|^DELTA_(METADATA|PROTOCOL)_CHANGED|^TRANSACTION_ABORTED/, 'conflict'],
  [
    /^(TABLE_OR_VIEW|SCHEMA|CATALOG|DELTA_TABLE|ROUTINE)_NOT_FOUND|^NO_SUCH_(TABLE|SCHEMA|CATALOG)/,
    'missing',
  ],
  [/PERMISSION|PRIVILEGE|^UNAUTHORIZED|ACCESS_DENIED/, 'permission'],
  [
    /^(QUERY_EXECUTION_TIMEOUT|OPERATION_CANCELED|INVALID_HANDLE|QUERY_WATCHDOG|TEMPORARILY|RESOURCE_EXHAUSTED)/,
    'transient',
  ],
];

/** SQLSTATE, or its class. */
const BY_STATE: Readonly<Record<string, Failure>> = {
  '08': 'transient',
  '28': 'credentials',
  '40': 'conflict',
  '42501': 'permission',
  '42P01': 'missing',
  '42704': 'missing',
  '57': 'transient',
  '2D521': 'conflict',
};

/** Classes whose messages quote names only; of all others nothing is shown that could be a value. */
const QUOTES_NAMES =
  /^(TABLE_OR_VIEW|SCHEMA|CATALOG|UNRESOLVED|INSUFFICIENT|PERMISSION|PARSE|TRANSACTION|MULTI_STATEMENT|NO_ACTIVE|INVALID_HANDLE|MISSING_AGGREGATION|AMBIGUOUS|DATATYPE_MISMATCH|UNSUPPORTED|DELTA_CONCURRENT)/;
const QUOTED = /'(?:[^'\\]|\\.)*'?|"[^"]*"?/g;
const CLASS = /\[([A-Z][A-Z0-9_]*(?:\.[A-Z0-9_]+)*)\]/;
const SESSION_GONE =
  /session ?handle|session.{0,40}(not found|expired|closed|does not exist)|^INVALID_HANDLE/i;

interface ClientError {
  readonly errorCode?: unknown;
  readonly statusCode?: unknown;
  readonly response?: { readonly sqlState?: unknown; readonly errorMessage?: unknown } | undefined;
}

/** Any error of the client -> `WarehouseError`; one that is known already stays as it is. */
export function failureOf(error: unknown): Error {
  if (error instanceof WarehouseError || error instanceof DiagnosedError) return error;
  return new WarehouseError(failureKind(error), messageOf(error));
}

/** Errors of the client and of the server; whatever else is thrown is a mistake of the program's. */
export function isClientError(error: unknown): boolean {
  const { name } = (error ?? {}) as { name?: unknown };
  return !(error instanceof WarehouseError || error instanceof DiagnosedError) && name !== 'TypeError';
}

export function failureKind(error: unknown): Failure {
  if (error instanceof WarehouseError) return error.failure;
  const status = statusOf(error);
  if (status === 401 || status === 403) return 'credentials';
  if (status !== undefined) return status >= 500 || status === 429 ? 'transient' : 'statement';
  const { errorCode, response } = error as ClientError;
  // Stopped, or asked for so often that the client gave up.
  if (/^(CANCELED|TIMEOUT|CLOSED|.*_EXCEEDED)$/.test(String(errorCode))) return 'transient';
  const text = textOf(error);
  if (isSessionGone(error)) return 'transient';
  const of = CLASS.exec(text)?.[1];
  const known = of === undefined ? undefined : BY_CLASS.find(([pattern]) => pattern.test(of))?.[1];
  if (known) return known;
  if (/oauth|authenticat|invalid_client|unauthorized_client|access token expired/i.test(text) && !of)
    return 'credentials';
  const state = stateOf(response?.sqlState, text);
  return BY_STATE[state] ?? BY_STATE[state.slice(0, 2)] ?? (isNetwork(error) ? 'transient' : 'statement');
}

/** The session has ended on the other side, of itself mostly. */
export function isSessionGone(error: unknown): boolean {
  const text = textOf(error);
  const of = CLASS.exec(text)?.[1];
  return of === undefined ? SESSION_GONE.test(text) : /^(INVALID_HANDLE|SESSION_)/.test(of);
}

/** The HTTP status that an answer had instead of content. */
export function statusOf(error: unknown): number | undefined {
  const { statusCode } = (error ?? {}) as ClientError;
  return typeof statusCode === 'number' ? statusCode : undefined;
}

/** No answer came. Whether the other side has done what it was asked is unknown. */
export function isNetwork(error: unknown): boolean {
  const { code, type } = (error ?? {}) as { code?: unknown; type?: unknown };
  // A certificate that is not trusted stays so.
  if (typeof code === 'string' && /CERT|SIGNATURE|^ERR_TLS/.test(code)) return false;
  return (
    (typeof code === 'string' && /^(ECONN|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|EHOST|ENET)/.test(code)) ||
    type === 'system' ||
    /socket hang up|premature close|timed? ?out|aborted/i.test(error instanceof Error ? error.message : '')
  );
}

/** One line without values of rows: what a message quotes is left out unless it can be a name only. */
export function messageOf(error: unknown): string {
  const line = textOf(error)
    .replace(/\s*== SQL.*$/s, '')
    .split(/\s*\n\s*/)
    .join(' ')
    .trim();
  if (line === '') return 'no answer';
  if (error instanceof WarehouseError) return line;
  const of = CLASS.exec(line)?.[1];
  if (of === undefined || QUOTES_NAMES.test(of)) return line.replaceAll(QUOTED, '…');
  // The rest may be what a row holds.
  return `[${of}] …`;
}

function textOf(error: unknown): string {
  const { message } = (error ?? {}) as { message?: unknown };
  const { response } = (error ?? {}) as ClientError;
  const text = typeof message === 'string' ? message : String(error);
  const own = response?.errorMessage;
  // What is shown to people may lack the class.
  return typeof own === 'string' && !CLASS.test(text) && CLASS.test(own) ? own : text;
}

function stateOf(own: unknown, text: string): string {
  return typeof own === 'string' ? own : (/SQLSTATE: ?([0-9A-Z]{5})/.exec(text)?.[1] ?? '');
}
