/**
 * The real network: HTTP requests over kept-alive connections. A proxy named by the environment (`HTTPS_PROXY`,
 * `HTTP_PROXY`, `NO_PROXY`) is used, except to reach this machine itself.
 */
import type { lookup as dnsLookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { Agent, type Dispatcher, EnvHttpProxyAgent, request as send } from 'undici';
import { networkError, PrivateAddressError } from './http-errors.ts';
import { isLoopbackHost, isPrivateAddress, isPrivateHost } from './private-address.ts';
import type { HttpRequest, HttpResponse, Network } from './world.ts';

/** How much of an answer is read unless the request says otherwise; the rest is dropped. */
export const MAX_RESPONSE_BYTES = 256 * 1024;

const CONNECT_TIMEOUT_MS = 10_000;

type Lookup = typeof dnsLookup;

/**
 * The network as it is; `lookup` resolves names, `connectMs` is how long a connection, TLS included, may take to be
 * made. Throws nothing but `NetworkError`, when a request fails.
 */
export function openHttpClient(
  lookup: Lookup,
  connectMs = CONNECT_TIMEOUT_MS,
): Pick<Network, 'request' | 'close'> {
  const routes = openRoutes(lookup, connectMs);
  return {
    async request(request) {
      const deadline = startDeadline(request);
      try {
        return await exchange(routes(request), request, deadline.signal);
      } catch (error) {
        throw networkError(error, { timedOut: deadline.timedOut(), timeoutMs: request.timeoutMs });
      } finally {
        deadline.end();
      }
    },
    async close() {
      await routes.close();
    },
  };
}

interface Routes {
  (request: HttpRequest): Dispatcher;
  close(): Promise<void>;
}

/** Chooses the connections a request may use; each kind is opened when first needed. */
function openRoutes(lookup: Lookup, connectMs: number): Routes {
  const opened = new Map<string, Dispatcher>();
  const open = (kind: string, make: () => Dispatcher): Dispatcher => {
    const dispatcher = opened.get(kind) ?? make();
    opened.set(kind, dispatcher);
    return dispatcher;
  };
  const choose = (request: HttpRequest): Dispatcher => {
    const { hostname } = new URL(request.url);
    if (request.allowPrivateAddress) {
      if (isLoopbackHost(hostname)) return open('loopback', () => new Agent(connection(connectMs)));
      return open('any', () => new EnvHttpProxyAgent(connection(connectMs)));
    }
    // Node resolves no literal address, so `publicOnly` would never see it.
    if (isPrivateHost(hostname)) throw new PrivateAddressError();
    return open('public', () => new EnvHttpProxyAgent(connection(connectMs, publicOnly(lookup))));
  };
  return Object.assign(choose, {
    async close() {
      await Promise.all([...opened.values()].map((dispatcher) => dispatcher.destroy()));
      opened.clear();
    },
  });
}

/** Behind a proxy it is the proxy that resolves names: `lookup` is for connections of our own. */
function connection(connectMs: number, lookup?: LookupFunction): EnvHttpProxyAgent.Options {
  // Said each time, for Node lets a variable of the environment (NODE_TLS_REJECT_UNAUTHORIZED) turn it off.
  const verified = { timeout: connectMs, rejectUnauthorized: true };
  return {
    connect: { ...verified, ...(lookup ? { lookup } : {}) },
    requestTls: verified,
    proxyTls: verified,
    // The whole request has one deadline of its own, which is that of the first byte, too.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
}

/**
 * Resolves a name for a connection about to be made and refuses private addresses. Checking the very addresses
 * that are then connected to leaves no gap in which the name could come to mean another one.
 */
function publicOnly(lookup: Lookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }).then(
      (found) => {
        if (found.some(({ address }) => isPrivateAddress(address)))
          callback(new PrivateAddressError(), '', 0);
        else if (options.all) callback(null, found);
        else callback(null, found[0]!.address, found[0]!.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    );
  };
}

async function exchange(
  dispatcher: Dispatcher,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const answer = await send(request.url, {
    dispatcher,
    method: request.method,
    headers: { 'accept-encoding': 'identity', ...request.headers },
    body: request.body ?? null,
    signal,
  });
  return {
    status: answer.statusCode,
    headers: flatten(answer.headers),
    ...(await readStart(answer.body, request.maxBytes ?? MAX_RESPONSE_BYTES)),
  };
}

async function readStart(
  body: AsyncIterable<Uint8Array>,
  most: number,
): Promise<Pick<HttpResponse, 'body' | 'cut'>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes > most) break;
  }
  const start = Buffer.concat(chunks).subarray(0, most).toString('utf8');
  return { body: start, ...(bytes > most ? { cut: true } : {}) };
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}

/** One signal for the request's own time limit and its caller's wish to stop. */
function startDeadline(request: HttpRequest): {
  signal: AbortSignal;
  timedOut: () => boolean;
  end: () => void;
} {
  const controller = new AbortController();
  let late = false;
  const abort = (): void => controller.abort();
  const timer = setTimeout(() => {
    late = true;
    abort();
  }, request.timeoutMs);
  if (request.signal?.aborted) abort();
  request.signal?.addEventListener('abort', abort);
  return {
    signal: controller.signal,
    timedOut: () => late,
    end: () => {
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', abort);
    },
  };
}
