/** Calls of a vendor's API: JSON in, JSON out. */
import { NetworkError, type World } from '../world.ts';

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the base, with its query; or a whole address, as some APIs give for the next page. */
  readonly path: string;
  readonly body?: unknown;
  /** A body that is written already, instead. */
  readonly text?: { readonly body: string; readonly type: string };
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

export interface ApiAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined for what is no JSON: an HTML page of something in between, say. */
  readonly json: unknown;
}

export interface ApiOptions {
  /** With the scheme, without a slash at the end. */
  readonly base: string;
  readonly timeoutMs: number;
  readonly allowPrivateAddress: boolean;
}

/** How much of an answer is read: a page of a list is far below. */
const MOST_BYTES = 16 * 1024 * 1024;

export type Api = (request: ApiRequest) => Promise<ApiAnswer>;

/** Opens no connection. A call throws `NetworkError` where there is no whole answer. */
export function openApi(
  world: World,
  { base, timeoutMs, allowPrivateAddress }: ApiOptions,
  headers: Readonly<Record<string, string>> = {},
): Api {
  return async ({ method, path, signal, ...request }) => {
    const { body, text = body === undefined ? undefined : jsonText(body) } = request;
    const url = path.startsWith('/') ? `${base}${path}` : path;
    // `..` in the place of an id would make another call of it.
    if (/\/\.{1,2}(?=[/?#]|$)/.test(url.replace(/%2e/gi, '.').replace(/^\w+:\/\//, '')))
      throw new NetworkError('other', false, 'an id is no part of an address');
    // A page's address comes from the other side: the credentials go nowhere else.
    if (new URL(url).origin !== new URL(base).origin)
      throw new NetworkError('other', false, 'the other side names an address of somebody else');
    const answer = await world.network.request({
      method,
      url,
      headers: {
        'user-agent': 'segsync',
        accept: 'application/json',
        ...(text === undefined ? {} : { 'content-type': text.type }),
        ...headers,
        ...request.headers,
      },
      ...(text === undefined ? {} : { body: text.body }),
      ...{ timeoutMs, allowPrivateAddress, maxBytes: MOST_BYTES },
      ...(signal ? { signal } : {}),
    });
    return { status: answer.status, headers: answer.headers, json: parsed(answer.body) };
  };
}

function jsonText(body: unknown): { body: string; type: string } {
  return { body: JSON.stringify(body), type: 'application/json' };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
