/** Access tokens: one that is given, or one that is got for a refresh token and got anew when it has expired. */
import { fail } from '../diagnostics/diagnostic.ts';
import type { Instant } from '../instant.ts';
import { NetworkError, type World } from '../world.ts';
import type { Api, ApiRequest } from './api.ts';
import { isRecord } from './json.ts';

export interface Tokens {
  /** The token to send. Throws E406 when none is to be had, `NetworkError` when nobody answers. */
  get(): Promise<string>;
  /** The other side refused this one: another is got next time. Absent where there can be no other. */
  drop?(token: string): void;
}

/** A token that the user gave. */
export function fixedToken(token: string): Tokens {
  return { get: async () => token };
}

/** Got ahead of its end, so that none expires on the way. */
const SPARE = 60n;

export interface Grant {
  readonly token: string;
  /** How long it lasts. */
  readonly seconds: number;
}

/** Tokens that `grant` gives, each used until shortly before its end; at most one is asked for at a time. */
export function grantedTokens(world: World, grant: () => Promise<Grant>): Tokens {
  let known: { readonly token: string; readonly until: Instant } | undefined;
  let asked: Promise<string> | undefined;
  const ask = async (): Promise<string> => {
    const { token, seconds } = await grant();
    const lasts = BigInt(Math.max(0, Math.floor(seconds))) - SPARE;
    known = { token, until: world.clock.now() + (lasts > 0n ? lasts : 1n) * 1_000_000n };
    return token;
  };
  return {
    async get() {
      if (known && world.clock.now() < known.until) return known.token;
      asked ??= ask().finally(() => {
        asked = undefined;
      });
      return asked;
    },
    drop(token) {
      if (known?.token === token) known = undefined;
    },
  };
}

export interface TokenEndpoint {
  readonly world: World;
  /** The destination's name, for messages. */
  readonly destination: string;
  /** The whole address of the token endpoint. */
  readonly url: string;
  readonly timeoutMs: number;
  readonly allowPrivateAddress: boolean;
}

export interface ClientOptions extends TokenEndpoint {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface RefreshOptions extends ClientOptions {
  readonly refreshToken: string;
}

/** `grant_type=refresh_token`. Source: RFC 6749, sections 5.2 and 6. */
export function refreshedTokens({ refreshToken, ...options }: RefreshOptions): Tokens {
  const form = { grant_type: 'refresh_token', refresh_token: refreshToken, ...clientForm(options) };
  return grantedTokens(options.world, () => exchange(options, form));
}

/** `grant_type=client_credentials`. Source: RFC 6749, section 4.4. */
export function clientTokens({ scope, ...options }: ClientOptions & { readonly scope?: string }): Tokens {
  const form: Record<string, string> = { grant_type: 'client_credentials', ...clientForm(options) };
  if (scope !== undefined) form.scope = scope;
  return grantedTokens(options.world, () => exchange(options, form));
}

function clientForm({ clientId, clientSecret }: ClientOptions): Record<string, string> {
  return { client_id: clientId, client_secret: clientSecret };
}

/** Asks a token endpoint for an access token. Throws E406 when it refuses, `NetworkError` when it may give one later. */
export async function exchange(
  { world, destination, url, timeoutMs, allowPrivateAddress }: TokenEndpoint,
  form: Readonly<Record<string, string>>,
): Promise<Grant> {
  const answer = await world.network.request({
    method: 'POST',
    url,
    headers: {
      'user-agent': 'segsync',
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams(form).toString(),
    ...{ timeoutMs, allowPrivateAddress },
  });
  const json = parsed(answer.body);
  if (answer.status === 200 && typeof json.access_token === 'string')
    return { token: json.access_token, seconds: lifeOf(json.expires_in) };
  const { status } = answer;
  if (status === 429 || status >= 500 || status < 400)
    throw new NetworkError('token', false, `the token endpoint answers HTTP ${status}`);
  const reason = typeof json.error === 'string' && /^[a-z_]{1,40}$/.test(json.error) ? `, ${json.error}` : '';
  return fail('E406', {
    destination,
    detail: `it gives no access token: HTTP ${status}${reason}`,
    hint: 'the grant was taken back or has expired, or the client is another: authorise it anew',
  });
}

/** Recommended, not required: an hour is what vendors give. Source: RFC 6749, section 5.1. */
function lifeOf(expires: unknown): number {
  const seconds = Number(expires);
  return Number.isFinite(seconds) && seconds > 0 ? seconds : 3600;
}

function parsed(text: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(text);
    return isRecord(json) ? json : {};
  } catch {
    return {};
  }
}

/** Calls with a bearer token; one that is refused with 401 is got anew once, and the call made again. */
export function authorized(api: Api, tokens: Tokens): Api {
  const call = (request: ApiRequest, token: string) =>
    api({ ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } });
  return async (request) => {
    const token = await tokens.get();
    const answer = await call(request, token);
    if (answer.status !== 401 || !tokens.drop) return answer;
    tokens.drop(token);
    return call(request, await tokens.get());
  };
}
