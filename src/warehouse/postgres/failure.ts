/** PostgreSQL's errors -> classified failures without values of rows. */
import { DiagnosedError } from '../../diagnostics/diagnostic.ts';
import { type Failure, WarehouseError } from '../warehouse.ts';

/** SQLSTATE, or its class (the first two characters) -> what kind of failure it is. */
const BY_STATE: Readonly<Record<string, Failure>> = {
  '08': 'transient',
  '23505': 'conflict',
  '25006': 'permission',
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

/** Classes whose messages quote values of rows, or what a trigger chose to say. */
const QUOTES_VALUES = /^(22|23|44|P0|XX)/;

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

/** One line without values of rows: the server's `detail` is dropped, quoted values are cut off. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  const line = QUOTES_VALUES.test(stateOf(error) ?? '') ? text.replace(/["'].*["']/s, '…') : text;
  const first = line.split('\n', 1)[0]!.trim();
  return first === '' ? (code ?? 'no answer') : first;
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
