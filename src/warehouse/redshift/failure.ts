/** Redshift's errors -> classified failures without values of rows. */
import { DiagnosedError } from '../../diagnostics/diagnostic.ts';
import { type Failure, WarehouseError } from '../warehouse.ts';

/** SQLSTATE, or its class (the first two characters) -> what kind of failure it is. */
const BY_STATE: Readonly<Record<string, Failure>> = {
  '08': 'transient',
  '28': 'credentials',
  '3D': 'credentials',
  '3F': 'missing',
  '40': 'conflict',
  '42501': 'permission',
  '42P01': 'missing',
  '53': 'transient',
  '55006': 'locked',
  '55P03': 'locked',
  '57': 'transient',
  '58': 'transient',
};

/** Under which it says most of what is its own: only the words tell what it is. */
const INTERNAL = /^(XX|0A)/;
/** 1023: a serializable isolation violation; 1018: a table was made anew by somebody else since this one began. */
const CONFLICT = /^\s*(1023|1018)\b|serializable isolation violation|could not serialize|deadlock/i;
const PASSING =
  /cancel+ed|abort action|disk full|out of memory|connection|restart|resuming|paused|unavailable|try again/i;

/** Classes whose messages name tables, columns and functions, and quote no values of rows. */
const QUOTES_NAMES = /^(0[18]|2[58]|3[DF]|40|42|5[3578])/;

/** What a message goes on with that quotes one. */
const VALUE = /(["'`]|, Value\b|\bvalue:?\s|:\s).*$/is;

/** Any error of the driver -> `WarehouseError`; one that is known already stays as it is. */
export function failureOf(error: unknown): Error {
  if (error instanceof WarehouseError || error instanceof DiagnosedError) return error;
  return new WarehouseError(failureKind(error), messageOf(error));
}

export function failureKind(error: unknown): Failure {
  const state = stateOf(error);
  const said = textOf(error);
  if (CONFLICT.test(said)) return 'conflict';
  if (state === undefined) return isConnectionFailure(error) ? 'transient' : 'statement';
  if (INTERNAL.test(state)) return PASSING.test(said) ? 'transient' : 'statement';
  return BY_STATE[state] ?? BY_STATE[state.slice(0, 2)] ?? 'statement';
}

/** One line without values of rows: the server's `detail` is dropped, a message ends before what it may quote. */
export function messageOf(error: unknown): string {
  const state = stateOf(error);
  const said = (error instanceof Error ? error.message : String(error)).trim();
  if (/^1023\b/.test(said)) return 'serializable isolation violation (1023)';
  if (/^1018\b/.test(said)) return 'a table was made anew meanwhile (1018)';
  const line = said.split('\n', 1)[0]!;
  const safe = state === undefined || QUOTES_NAMES.test(state) ? line : line.replace(VALUE, '…');
  return safe === '' ? (codeOf(error) ?? 'no answer') : safe;
}

/** Both parts: an internal error's message may be a number, which `detail` explains. */
function textOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const { detail } = error as { detail?: unknown };
  return typeof detail === 'string' ? `${message}\n${detail.split('\n', 1)[0]}` : message;
}

/** Five characters that the server sends; Node's own errors have codes such as ECONNREFUSED. */
function stateOf(error: unknown): string | undefined {
  const code = codeOf(error);
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code) ? code : undefined;
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

function isConnectionFailure(error: unknown): boolean {
  return (
    /^(ECONN|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|EHOST|ENET)/.test(codeOf(error) ?? '') ||
    /Connection terminated|Connection ended|not queryable|timeout|aborted/i.test(textOf(error))
  );
}
