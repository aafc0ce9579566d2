/** An open TikTok destination. */
import { fail } from '../../diagnostics/diagnostic.ts';
import { type Api, type ApiAnswer, openApi } from '../api.ts';
import { limitsOf } from '../call.ts';
import type { Batch, DestinationSession, OpenContext, Outcome } from '../destination.ts';
import { sent, severalCalled, unreachable } from '../failures.ts';
import { isRecord } from '../json.ts';
import { retryAll } from '../receipts.ts';
import { retryAfterMs } from '../retry-after.ts';
import { errorOf, type TiktokError, wording } from './answer.ts';
import { type Ask, checkName, findAudiences, listPath, makeAudience, usableAudience } from './audiences.ts';
import type { TiktokSettings } from './options.ts';
import { identifierOf, mappingBody } from './people.ts';

/** Unconfirmed: the figure that other senders keep to. */
export const BATCH_BYTES = 1_000_000;

const MAPPING = '/segment/mapping/';

/** A session on one ad account. Opens no connection. */
export function openSession(context: OpenContext, settings: TiktokSettings): DestinationSession {
  const { world, name: destination } = context;
  const { base, advertiser, token, hashed } = settings;
  const api = openApi(world, settings, { 'access-token': token });
  const ask = askerOf(api, destination);
  return {
    limits: limitsOf(settings, BATCH_BYTES),
    async check() {
      await ask({ method: 'GET', path: listPath(advertiser, 1) });
    },
    async ensureAudience({ name, dryRun }) {
      checkName(name, destination);
      const [audience, other] = await findAudiences(ask, advertiser, name, destination);
      if (other !== undefined) severalCalled(destination, 'audiences', name);
      if (audience !== undefined) return usableAudience(audience, destination, world.clock.now());
      return dryRun ? `new:${name}` : makeAudience(ask, advertiser, name, destination);
    },
    identifier: (kind, value, { defaultCountry }) =>
      identifierOf(kind, value, { hashed, ...(defaultCountry === undefined ? {} : { defaultCountry }) }),
    example: (batch) => ({ to: `POST ${base}${MAPPING}`, body: mappingBody(batch, advertiser) }),
    // Each identifier stands beside the audience's id, which is shorter than this leaves room for.
    sizeOf: ({ identifiers }) =>
      Object.values(identifiers).reduce((sum, value) => sum + Buffer.byteLength(value) + 60, 10),
    async send(batch, { signal }) {
      const request = {
        method: 'POST' as const,
        path: MAPPING,
        body: mappingBody(batch, advertiser),
        signal,
      };
      return sent(destination, batch, async () =>
        outcomeOf(destination, batch, await api(request), world.clock.now()),
      );
    },
    async close() {},
  };
}

function askerOf(api: Api, destination: string): Ask {
  return async (request) => {
    const answer = await api(request).catch((error: unknown) => unreachable(destination, error));
    const error = errorOf(answer);
    if (error) stop(destination, error);
    const { data } = answer.json as Record<string, unknown>;
    return isRecord(data) ? data : {};
  };
}

/** It says the same of all rows. Adding who is there, and removing who is not, is no error. */
function outcomeOf(destination: string, batch: Batch, answer: ApiAnswer, now: bigint): Outcome {
  const { status: httpStatus, headers } = answer;
  const error = errorOf(answer);
  if (!error) return { receipts: batch.changes.map(() => ({ kind: 'delivered' })), httpStatus };
  const [code, message] = [`tiktok_${error.code ?? error.status}`, wording(error)];
  switch (error.kind) {
    case 'later':
      return {
        receipts: retryAll(batch, code, message, retryAfterMs(headers['retry-after'], now)),
        httpStatus,
      };
    case 'refused':
      return { refused: { code, message }, httpStatus };
    default:
      return stop(destination, error);
  }
}

function stop(destination: string, error: TiktokError): never {
  const detail = wording(error);
  if (error.kind === 'credentials') {
    fail('E406', {
      destination,
      detail,
      hint: 'the token has to be of an app with audience management that this ad account has authorised',
    });
  }
  if (error.kind === 'later') fail('E404', { destination, detail });
  return fail('E407', { destination, detail, hint: 'check `advertiser_id`, `api_version` and `audience`' });
}
