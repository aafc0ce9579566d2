/** PostgreSQL's errors -> classified failures without values of rows. */
import { DiagnosedError } from '../../diagnostics/diagnostic.ts';
import { type Failure, WarehouseError } from '../warehouse.ts';

/** SQLSTATE, or its class (the first two characters) -> what kind of failure it is. */
const BY_STATE: Readonly<Record<string, Failure>> = {
  '08': 'transient',
  '23505': 'conflict',
  '25006': 'permission',
  '25P03': 'transient',
  '25P04': 'transient',
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

/** Classes of the server's own whose messages quote no values of rows. */
const QUOTES_NAMES = /^(0.|2[5-9BDF]|3[BDF]|4[02]|5[3-8]|72|F0)/;

/** Classes whose messages quote values of rows, in whichever quotes the server's language has. */
const QUOTES_VALUES = /^(2[0-4]|3[489]|44|HV|XX)/;
const QUOTED = /["'`´‘’‚“”„‟«»‹›「」『』].*/s;

/** Any error of the driver -> `WarehouseError`; one that is known already stays as it is. */
export function failureOf(error: unknown): Error {
  if (error instanceof WarehouseError || error instanceof DiagnosedError) return error;
  return new WarehouseError(failureKind(error), messageOf(error));
}

/** What kind of failure an error of the driver or of its connection is. */
export function failureKind(error: unknown): Failure {
  const state = stateOf(error);
  if (state !== undefined) return BY_STATE[state] ?? BY_STATE[state.slice(0, 2)] ?? 'statement';
  return isConnectionFailure(error) ? 'transient' : 'statement';
}

/**
 * One line without values of rows: the server's `detail` is dropped, and a message is cut off before the first value
 * that it quotes. What a function or trigger says with a code of its own choice is dropped as a whole.
 */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const state = stateOf(error);
  if (state !== undefined && (isRaised(error) || !(QUOTES_NAMES.test(state) || QUOTES_VALUES.test(state)))) {
    return `a function or trigger of the database raised an error (${state})`;
  }
  const line = QUOTES_VALUES.test(state ?? '') ? text.replace(QUOTED, '…') : text;
  const first = line.split('\n', 1)[0]!.trim();
  return first === '' ? (codeOf(error) ?? 'no answer') : first;
}

/** RAISE of PL/pgSQL, whatever SQLSTATE it was given. */
function isRaised(error: unknown): boolean {
  return (error as { routine?: unknown }).routine === 'exec_stmt_raise';
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
  const text = error instanceof Error ? error.message : String(error);
  return (
    /^(ECONN|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|EHOST|ENET)/.test(codeOf(error) ?? '') ||
    /Connection terminated|Connection ended|not queryable|timeout|aborted/i.test(text)
  );
}
