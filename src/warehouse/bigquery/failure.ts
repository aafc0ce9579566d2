/** BigQuery's errors -> classified failures without values of rows. */
import { DiagnosedError } from '../../diagnostics/diagnostic.ts';
import { type Failure, WarehouseError } from '../warehouse.ts';

/** Reason -> what kind of failure it is. Source: BigQuery, error messages. */
const BY_REASON: Readonly<Record<string, Failure>> = {
  accessDenied: 'permission',
  authError: 'credentials',
  backendError: 'transient',
  badGateway: 'transient',
  internalError: 'transient',
  jobBackendError: 'transient',
  jobInternalError: 'transient',
  jobRateLimitExceeded: 'transient',
  notFound: 'missing',
  rateLimitExceeded: 'transient',
  required: 'credentials',
  resourceInUse: 'conflict',
  stopped: 'transient',
  tableUnavailable: 'transient',
  timeout: 'transient',
};

/** Its messages, of which no other thing tells what they are. */
const CONCURRENT = /aborted due to concurrent|could not serialize|too many (dml|concurrent)/i;
const GONE = /^not found|was not found in location|^table .* not found/i;

/** Names stand in backquotes or bare. */
const QUOTED = /'[^']*'?|"[^"]*"?/g;

/** Messages that go on with a value of a row, or with what stood in its place in the statement. */
const QUOTES_VALUES =
  /^(bad |invalid |could not |cannot |failed to |error |value |out of range|json|array|query error: (bad|invalid|could not|cannot))/i;

interface ApiError {
  readonly code?: unknown;
  readonly errors?: readonly { readonly reason?: string }[];
}

/** Any error of the client -> `WarehouseError`; one that is known already stays as it is. */
export function failureOf(error: unknown): Error {
  if (error instanceof WarehouseError || error instanceof DiagnosedError) return error;
  return new WarehouseError(failureKind(error), messageOf(error));
}

export function failureKind(error: unknown): Failure {
  if (error instanceof WarehouseError) return error.failure;
  const text = error instanceof Error ? error.message : String(error);
  if (CONCURRENT.test(text)) return 'conflict';
  const reason = reasonOf(error);
  if (reason !== undefined && BY_REASON[reason]) return BY_REASON[reason];
  if (GONE.test(text)) return 'missing';
  const code = (error as ApiError).code;
  if (code === 401 || /invalid_grant|invalid_client|could not load the default credentials/i.test(text))
    return 'credentials';
  if (code === 403) return 'permission';
  if (code === 404) return 'missing';
  if (code === 429 || (typeof code === 'number' && code >= 500)) return 'transient';
  return isConnectionFailure(error, text) ? 'transient' : 'statement';
}

/** Refused before it ran, for there were too many. */
export function isRateLimit(error: unknown): boolean {
  return /^(job)?rateLimitExceeded$/i.test(reasonOf(error) ?? '');
}

/** One line without values of rows: a message that may quote one ends before it. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const lines = text.split('\n').map((each) => each.replace(/^\s*\d+\.\s*/, '').trim());
  const line = lines.find((each) => each !== '' && !each.startsWith('Multiple errors')) ?? 'no answer';
  return QUOTES_VALUES.test(line) ? line.replace(/(:|["'`]).*$/s, '…') : line.replaceAll(QUOTED, '…');
}

function reasonOf(error: unknown): string | undefined {
  const { errors } = error as ApiError;
  return Array.isArray(errors) ? errors[0]?.reason : undefined;
}

function isConnectionFailure(error: unknown, text: string): boolean {
  const code = (error as { code?: unknown }).code;
  return (
    (typeof code === 'string' && /^(ECONN|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|EHOST|ENET)/.test(code)) ||
    /socket hang up|network|timed? ?out|ECONNREFUSED|ECONNRESET|premature close/i.test(text)
  );
}
