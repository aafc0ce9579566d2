/** An open Meta destination. */
import { createHmac } from 'node:crypto';
import { fail } from '../../diagnostics/diagnostic.ts';
import { type ApiAnswer, type ApiRequest, openApi } from '../api.ts';
import { limitsOf } from '../call.ts';
import type { Batch, DestinationSession, OpenContext, Outcome } from '../destination.ts';
import { sent, severalCalled, unreachable } from '../failures.ts';
import { isRecord } from '../json.ts';
import { retryAll } from '../receipts.ts';
import { errorOf, invalidRows, type MetaError, regainMs } from './answer.ts';
import { findAudiences, makeAudience } from './audiences.ts';
import type { MetaSettings } from './options.ts';
import { identifierOf, peopleOf } from './people.ts';

/** No limit is published; far above what 10,000 rows take. */
export const BATCH_BYTES = 4_000_000;

/** A session on one ad account. Opens no connection. */
export function openSession(context: OpenContext, settings: MetaSettings): DestinationSession {
  const { world, name: destination } = context;
  const api = openApi(world, settings, { authorization: `Bearer ${settings.token}` });
  const call = (request: ApiRequest): Promise<ApiAnswer> =>
    api({ ...request, path: proven(request.path, settings) });
  const ask = async (request: ApiRequest): Promise<Record<string, unknown>> => {
    const answer = await call(request).catch((error: unknown) => unreachable(destination, error));
    const error = errorOf(answer);
    if (error) stop(destination, error);
    return isRecord(answer.json) ? answer.json : {};
  };
  return {
    limits: limitsOf(settings, BATCH_BYTES),
    async check() {
      await ask({ method: 'GET', path: `/${settings.account}?fields=id` });
    },
    async ensureAudience({ name, dryRun }) {
      const [id, other] = await findAudiences(ask, settings, name, destination);
      if (other !== undefined) severalCalled(destination, 'audiences', name);
      if (id !== undefined) return id;
      return dryRun ? `new:${name}` : makeAudience(ask, settings, name, destination);
    },
    identifier: (kind, value, { defaultCountry }) =>
      identifierOf(kind, value, {
        hashed: settings.hashed,
        ...(defaultCountry === undefined ? {} : { defaultCountry }),
      }),
    example(batch) {
      const { method, path, body } = usersCall(batch);
      return { to: `${method} ${settings.base}${path}`, body };
    },
    sizeOf: ({ identifiers }) =>
      Object.values(identifiers).reduce((sum, value) => sum + Buffer.byteLength(value) + 8, 4),
    async send(batch, { signal }) {
      const request = { ...usersCall(batch), signal };
      return sent(destination, batch, async () => outcomeOf(destination, batch, await call(request)));
    },
    async close() {},
  };
}

function usersCall(batch: Batch): ApiRequest {
  return {
    method: batch.op === 'remove' ? 'DELETE' : 'POST',
    path: `/${batch.audience.ref}/users`,
    body: { payload: peopleOf(batch) },
  };
}

/** With the proof that the caller knows the app's secret, where there is one. Source: Graph API, securing requests. */
function proven(path: string, { token, appSecret }: MetaSettings): string {
  if (appSecret === undefined) return path;
  const proof = createHmac('sha256', appSecret).update(token).digest('hex');
  return `${path}${path.includes('?') ? '&' : '?'}appsecret_proof=${proof}`;
}

/** Adding who is there, and removing who is not, is no error: the answer counts what it got. */
function outcomeOf(destination: string, batch: Batch, answer: ApiAnswer): Outcome {
  const httpStatus = answer.status;
  const error = errorOf(answer);
  if (!error) {
    const invalid = invalidRows(answer.json);
    const kind = invalid === 0 ? 'delivered' : 'unknown';
    return { receipts: batch.changes.map(() => ({ kind })), httpStatus, ...(invalid > 0 ? { invalid } : {}) };
  }
  const [code, message] = [`meta_${error.code || error.status}`, wording(error)];
  switch (error.kind) {
    case 'later':
      return { receipts: retryAll(batch, code, message, regainMs(answer.headers)), httpStatus };
    case 'row':
      return { receipts: batch.changes.map(() => ({ kind: 'rejected', code, message })), httpStatus };
    case 'refused':
      return { refused: { code, message }, httpStatus };
    default:
      return stop(destination, error);
  }
}

function stop(destination: string, error: MetaError): never {
  const detail = wording(error);
  switch (error.kind) {
    case 'credentials':
      return fail('E406', {
        destination,
        detail,
        hint: 'make a new `access_token`; a system user’s does not expire',
      });
    case 'permission':
      return fail('E406', {
        destination,
        detail,
        hint: 'the token needs `ads_management` on this ad account, and the account the Custom Audience terms accepted',
      });
    case 'audience':
      return fail('E407', {
        destination,
        detail,
        hint: 'the audience was deleted, blocked, or is not shared with the account any more',
      });
    case 'later':
      return fail('E404', { destination, detail });
    default:
      return fail('E407', { destination, detail, hint: 'check `account_id` and `api_version`' });
  }
}

/** Only numbers: Meta's own words repeat what was sent. */
function wording({ code, subcode, status }: MetaError): string {
  if (code === 0) return `it answered HTTP ${status}, and nothing of its API`;
  return `Meta's error ${code}${subcode ? `, subcode ${subcode}` : ''}`;
}
