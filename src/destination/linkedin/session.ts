/** An open LinkedIn destination. */
import { fail } from '../../diagnostics/diagnostic.ts';
import { isRefusedKey } from '../answers.ts';
import { type Api, type ApiAnswer, openApi } from '../api.ts';
import { limitsOf } from '../call.ts';
import type { Batch, DestinationSession, OpenContext } from '../destination.ts';
import { sent, unreachable } from '../failures.ts';
import { isRecord } from '../json.ts';
import { authorized, fixedToken, refreshedTokens, type Tokens } from '../tokens.ts';
import { outcomeOf } from './answer.ts';
import type { LinkedinSettings } from './options.ts';
import { type Ask, finderPath, findSegment, makeSegment } from './segments.ts';
import { identifierOf, usersBody } from './users.ts';

/** No limit is published; what 5,000 elements take is far below it. */
export const BATCH_BYTES = 2_000_000;

/** A session on one ad account. Opens no connection. */
export function openSession(context: OpenContext, settings: LinkedinSettings): DestinationSession {
  const { world, name: destination } = context;
  const api = authorized(openApi(world, settings, headersOf(settings)), tokensOf(context, settings));
  const ask = askerOf(api, destination);
  return {
    limits: limitsOf(settings, BATCH_BYTES),
    async check() {
      await ask({ method: 'GET', path: `${finderPath(settings)}&start=0&count=1` });
    },
    async ensureAudience({ name, dryRun }) {
      const found = await findSegment(ask, settings, name, destination);
      if (found !== undefined) return found;
      return dryRun ? `new:${name}` : makeSegment(ask, settings, name, destination);
    },
    identifier: (kind, value) => identifierOf(kind, value, settings.hashed),
    example: (batch) => ({ to: `POST ${settings.base}${usersPath(batch)}`, body: usersBody(batch) }),
    sizeOf: ({ identifiers }) =>
      Object.values(identifiers).reduce((sum, value) => sum + Buffer.byteLength(value) + 44, 40),
    async send(batch, { signal }) {
      return sent(destination, batch, async () => {
        const headers = { 'x-restli-method': 'BATCH_CREATE' };
        const request = { method: 'POST' as const, path: usersPath(batch), body: usersBody(batch), headers };
        const answer = await api({ ...request, signal });
        stopFor(destination, answer);
        return outcomeOf(batch, answer, world.clock.now());
      });
    },
    async close() {},
  };
}

function usersPath({ audience }: Batch): string {
  return `/rest/dmpSegments/${audience.ref}/users`;
}

function headersOf({ version }: LinkedinSettings): Record<string, string> {
  return { 'linkedin-version': version, 'x-restli-protocol-version': '2.0.0' };
}

function tokensOf({ world, name: destination }: OpenContext, settings: LinkedinSettings): Tokens {
  const { credentials, tokenUrl: url, timeoutMs, allowPrivateAddress } = settings;
  if ('accessToken' in credentials) return fixedToken(credentials.accessToken);
  return refreshedTokens({ world, destination, url, timeoutMs, allowPrivateAddress, ...credentials });
}

function askerOf(api: Api, destination: string): Ask {
  return async (request) => {
    const answer = await api(request).catch((error: unknown) => unreachable(destination, error));
    stopFor(destination, answer);
    const { status, json } = answer;
    // What was made is told by a header, without a body.
    if (status === 201 || (status === 200 && isRecord(json))) return answer;
    const detail = `it answers HTTP ${status}`;
    if (status < 400 || status === 408 || status === 429 || status >= 500)
      fail('E404', { destination, detail });
    return fail('E407', {
      destination,
      detail,
      hint: 'check `account_id`, `source_platform` and `audience`',
    });
  };
}

/** What stops the whole sync, whichever call it was. */
function stopFor(destination: string, { status }: Pick<ApiAnswer, 'status'>): void {
  if (isRefusedKey({ status })) {
    fail('E406', {
      destination,
      detail: `HTTP ${status}`,
      hint: 'the token needs `rw_dmp_segments`, and its owner a role above viewer on this ad account; tokens end after 60 days, refresh tokens after a year',
    });
  }
  if (status !== 426) return;
  fail('E407', {
    destination,
    detail: 'this version of LinkedIn’s API has ended',
    hint: 'raise `linkedin_version`',
  });
}
