/** Servers, clients and an environment for tests of the HTTP client; all gone after each test. */
import { lookup } from 'node:dns/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Server as TcpServer } from 'node:net';
import { afterEach } from 'vitest';
import { openHttpClient } from '../../../src/http-client.ts';
import type { HttpRequest } from '../../../src/world.ts';

export type Lookup = Parameters<typeof openHttpClient>[0];

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

export function client(resolve: Lookup = lookup, connectMs?: number): ReturnType<typeof openHttpClient> {
  const network = openHttpClient(resolve, connectMs);
  closers.push(() => network.close());
  return network;
}

/** A resolver that gives all of these addresses at each call. */
export function resolving(...addresses: string[]): Lookup & { calls: number } {
  const resolve = Object.assign(
    async () => {
      resolve.calls += 1;
      return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    },
    { calls: 0 },
  );
  return resolve as unknown as Lookup & { calls: number };
}

/** Listens on a free port of 127.0.0.1. */
export async function listening<S extends TcpServer>(server: S): Promise<{ server: S; port: number }> {
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { server, port: (server.address() as AddressInfo).port };
}

export function serve(listener: RequestListener): Promise<{ server: Server; port: number }> {
  return listening(createServer(listener));
}

const PROXIES = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY'];

/** Sets variables until the test ends; those that name proxies and are not given are unset. */
export function environment(values: Readonly<Record<string, string>>): void {
  for (const name of new Set([...PROXIES, ...Object.keys(values)])) {
    const before = process.env[name];
    closers.push(() => {
      if (before === undefined) delete process.env[name];
      else process.env[name] = before;
    });
    delete process.env[name];
    if (values[name] !== undefined) process.env[name] = values[name];
  }
}

/** A request to a public address, unless it says otherwise. */
export function post(url: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return { method: 'POST', url, headers: {}, body: 'hello', timeoutMs: 5_000, ...more };
}
