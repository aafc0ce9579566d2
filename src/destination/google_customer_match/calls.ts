/** Calls of the Data Manager API, and what their errors mean for a sync, a batch and a job. */
import { fail } from '../../diagnostics/diagnostic.ts';
import { NetworkError, type World } from '../../world.ts';
import type { Api, ApiAnswer } from '../api.ts';
import type { Batch, JobState, Outcome } from '../destination.ts';
import { unreachable } from '../failures.ts';
import { isRecord } from '../json.ts';
import { retryAll } from '../receipts.ts';
import { retryAfterMs } from '../retry-after.ts';
import { ACCOUNT_HINTS, errorOf, type GoogleError, requestIdOf } from './answer.ts';
import { jobStateOf } from './job.ts';
import type { Ask } from './lists.ts';
import { memberOf, membersCall } from './members.ts';
import type { GoogleSettings } from './options.ts';

export interface Open {
  readonly world: World;
  readonly destination: string;
  readonly settings: GoogleSettings;
  /** With an access token. */
  readonly api: Api;
}

/** Calls about lists: of those a manager account is named in a header, not in the body. */
export function askerOf({ destination, settings, api }: Open): Ask {
  const { loginAccount } = settings;
  const headers: Record<string, string> =
    loginAccount === undefined ? {} : { 'login-account': `accountTypes/GOOGLE_ADS/accounts/${loginAccount}` };
  return async (request) => {
    const answer = await api({ ...request, headers }).catch((error: unknown) =>
      unreachable(destination, error),
    );
    const error = errorOf(answer);
    if (error) stop(destination, error);
    return isRecord(answer.json) ? answer.json : {};
  };
}

/** One request: its rows are a job's, or the whole of it is refused, for one record that is wrong fails it. */
export async function send(open: Open, batch: Batch, signal: AbortSignal | undefined): Promise<Outcome> {
  const { settings, api } = open;
  const members = batch.changes.flatMap((change) => memberOf(change, batch.kinds, settings) ?? []);
  if (members.length < batch.changes.length) {
    const message = 'an identifier is not of the form that Google takes';
    return { refused: { code: 'google_malformed', message } };
  }
  const answer = await api({ method: 'POST', ...membersCall(batch, members, settings), signal });
  return outcomeOf(open, batch, answer);
}

function outcomeOf({ world, destination }: Open, batch: Batch, answer: ApiAnswer): Outcome {
  const httpStatus = answer.status;
  const error = errorOf(answer);
  if (!error) {
    const job = requestIdOf(answer.json);
    if (job !== undefined)
      return { receipts: batch.changes.map(() => ({ kind: 'accepted', job })), httpStatus };
    return {
      receipts: retryAll(batch, 'no_answer', 'Google took a request and named no id of it'),
      httpStatus,
    };
  }
  const [code, message] = [`google_${error.reason || error.status}`.toLowerCase(), wording(error)];
  switch (error.kind) {
    case 'later': {
      const afterMs = retryAfterMs(answer.headers['retry-after'], world.clock.now()) ?? error.waitMs;
      return { receipts: retryAll(batch, code, message, afterMs), httpStatus };
    }
    case 'refused':
      return { refused: { code, message }, httpStatus };
    default:
      return stop(destination, error);
  }
}

/** Without an answer it may still run. An id that Google does not know any more is asked for anew, which is harmless. */
export async function poll({ destination, api }: Open, job: string): Promise<JobState> {
  const path = `/v1/requestStatus:retrieve?requestId=${encodeURIComponent(job)}`;
  const answer = await api({ method: 'GET', path }).catch((error: unknown) => {
    if (!(error instanceof NetworkError) || error.reason === 'private_address')
      return unreachable(destination, error);
    return undefined;
  });
  if (!answer) return { kind: 'running' };
  const error = errorOf(answer);
  if (!error) return jobStateOf(answer.json);
  if (error.kind === 'later') return { kind: 'running' };
  if (error.kind === 'credentials') return stop(destination, error);
  return { kind: 'failed', again: true, code: 'google_unknown_request', message: wording(error) };
}

function stop(destination: string, error: GoogleError): never {
  const detail = wording(error);
  switch (error.kind) {
    case 'credentials':
      return fail('E406', {
        destination,
        detail,
        hint: 'they need the scope `https://www.googleapis.com/auth/datamanager` and a user who may change this account, through `login_account_id` if it is a manager’s; the Cloud project needs the Data Manager API enabled',
      });
    case 'account':
      return fail('E407', { destination, detail, hint: ACCOUNT_HINTS[error.reason]! });
    case 'list':
      return fail('E407', {
        destination,
        detail,
        hint: 'the list or the account was removed, or is not reachable',
      });
    case 'later':
      return fail('E404', { destination, detail });
    default:
      return fail('E407', {
        destination,
        detail,
        hint: 'check `account_id`, `login_account_id` and `audience`',
      });
  }
}

/** Only a status and a word of Google's: its sentences may repeat what was sent. */
function wording({ status, reason }: GoogleError): string {
  return `Google answered HTTP ${status}${reason === '' ? '' : `, ${reason}`}`;
}
