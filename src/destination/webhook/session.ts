/** An open webhook destination. */
import { createHash } from 'node:crypto';
import { fail } from '../../diagnostics/diagnostic.ts';
import { SECOND } from '../../instant.ts';
import type { HttpResponse } from '../../world.ts';
import { limitsOf } from '../call.ts';
import type { DestinationSession, OpenContext } from '../destination.ts';
import { sent, unreachable } from '../failures.ts';
import { rememberedJson } from '../json.ts';
import { isNoEndpoint, outcomeOf } from './answer.ts';
import { bodyOf, checkBody } from './body.ts';
import type { WebhookSettings } from './options.ts';
import { sign } from './signature.ts';

/** Common servers refuse bodies above 1 MiB; the rest is room for what stands around the changes. */
export const BATCH_BYTES = 1_000_000;

/** Stands for a `url` whose references have no value on this target. */
const NOWHERE = new URL('http://unset.invalid');

/** A session that sends to `settings.url`. Opens no connection. */
export function openSession(context: OpenContext, settings: WebhookSettings): DestinationSession {
  const { world, name: destination } = context;
  const secrets = secretsOf(settings);
  const textOf = rememberedJson();
  const post = (id: string, body: string, signal?: AbortSignal): Promise<HttpResponse> =>
    world.network.request({
      method: 'POST',
      url: settings.url,
      headers: headersOf(settings, id, (world.clock.now() / SECOND).toString(), body),
      body,
      timeoutMs: settings.timeoutMs,
      allowPrivateAddress: settings.allowPrivateAddress,
      signal,
    });

  return {
    limits: limitsOf(settings, BATCH_BYTES),
    async check() {
      const { status } = await post(`check_${world.random.uuid()}`, checkBody(world.clock.now())).catch(
        (error: unknown) => unreachable(destination, error),
      );
      judgeCheck(destination, status);
    },
    async ensureAudience({ name }) {
      return `${name}@${addressRef(settings.url)}`;
    },
    identifier: (_kind, value) => value,
    example: (batch) => ({
      to: `POST ${endpointOf(settings.url)}`,
      body: JSON.parse(bodyOf(batch, world.clock.now())) as unknown,
    }),
    sizeOf: (change) => Buffer.byteLength(textOf(change)) + 1,
    async send(batch, { signal }) {
      return sent(destination, batch, async () => {
        const answer = await post(batch.id, bodyOf(batch, world.clock.now(), textOf), signal);
        return outcomeOf({ name: destination, secrets }, batch, answer, world.clock.now());
      });
    },
    async close() {},
  };
}

/** Without its path and query, which may hold a token. */
function endpointOf(url: string): string {
  return (URL.canParse(url) ? new URL(url) : NOWHERE).origin;
}

function headersOf(
  settings: WebhookSettings,
  id: string,
  timestamp: string,
  body: string,
): Record<string, string> {
  return {
    'user-agent': 'segsync',
    ...settings.headers,
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    ...(settings.secret ? { 'webhook-signature': sign(settings.secret, id, timestamp, body) } : {}),
  };
}

/** An endpoint that answers, but does not know this kind of message, is there. */
function judgeCheck(destination: string, status: number): void {
  if (status === 401 || status === 403) fail('E401', { destination, status });
  if (status >= 300 && status < 400) fail('E403', { destination, status });
  if (isNoEndpoint(status)) fail('E405', { destination, status });
  if (status >= 500) fail('E404', { destination, detail: `it answers HTTP ${status}` });
}

/** What the other side may know of us and repeat: header values, the signing secret, tokens in the address. */
function secretsOf({ headers, secret, url }: WebhookSettings): string[] {
  const { pathname, search } = URL.canParse(url) ? new URL(url) : NOWHERE;
  const tokens = `${pathname}${search}`.split(/[/?&=]/).filter((part) => TOKEN_LOOK.test(part));
  return [...Object.values(headers), secret?.toString('base64') ?? '', ...tokens];
}

/** A part of an address that is hardly a word. */
const TOKEN_LOOK = /^(?=.*\d).{6,}$|^.{16,}$/;

/** Names the endpoint without its path and query, which may hold a token: host, and a hash of all but the query. */
function addressRef(url: string): string {
  const { protocol, host, pathname } = URL.canParse(url) ? new URL(url) : NOWHERE;
  const hash = createHash('sha256').update(`${protocol}//${host}${pathname}`).digest('hex');
  return `${host}/${hash.slice(0, 16)}`;
}
