/** The one HTTP client, over real sockets. */

import { lookup } from 'node:dns/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { MAX_RESPONSE_BYTES, openHttpClient } from '../../../src/http-client.ts';
import type { HttpRequest } from '../../../src/world.ts';

type Lookup = Parameters<typeof openHttpClient>[0];

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

function client(resolve: Lookup = lookup): ReturnType<typeof openHttpClient> {
  const network = openHttpClient(resolve);
  closers.push(() => network.close());
  return network;
}

/** A resolver that gives the next of these addresses at each call. */
function resolving(...addresses: string[]): Lookup & { calls: number } {
  const resolve = Object.assign(
    async () => {
      const address = addresses[Math.min(resolve.calls, addresses.length - 1)]!;
      resolve.calls += 1;
      return [{ address, family: address.includes(':') ? 6 : 4 }];
    },
    { calls: 0 },
  );
  return resolve as unknown as Lookup & { calls: number };
}

async function serve(listener: RequestListener): Promise<{ url: string; port: number; server: Server }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, port, server };
}

function post(url: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return {
    method: 'POST',
    url,
    headers: {},
    body: 'hello',
    timeoutMs: 5_000,
    allowPrivateAddress: true,
    ...more,
  };
}

describe('a request', () => {
  it('carries method, headers and body, and brings back status, headers and body', async () => {
    const { url } = await serve((request, response) => {
      request.on('data', (chunk) => {
        response.writeHead(207, { 'X-Answer': 'yes' });
        response.end(`${request.method} ${request.headers['x-ask']} ${chunk}`);
      });
    });
    const answer = await client().request(post(url, { headers: { 'x-ask': 'please' } }));
    expect(answer).toMatchObject({ status: 207, body: 'POST please hello' });
    expect(answer.headers['x-answer']).toBe('yes');
  });

  it('keeps its connection for the next ones', async () => {
    const ports = new Set<number | undefined>();
    const { url } = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      request.resume().on('end', () => response.end());
    });
    const network = client();
    for (let index = 0; index < 20; index += 1) await network.request(post(url));
    // A second one may open while the first is just being freed.
    expect(ports.size).toBeLessThanOrEqual(2);
  });

  it('reads an answer only up to its limit', async () => {
    const { url } = await serve((_, response) => response.end('ä'.repeat(MAX_RESPONSE_BYTES)));
    const { body, cut } = await client().request(post(url));
    expect(Buffer.byteLength(body)).toBe(MAX_RESPONSE_BYTES);
    expect(cut).toBe(true);
  });

  it('reads an answer of just that length whole', async () => {
    const { url } = await serve((_, response) => response.end('x'.repeat(MAX_RESPONSE_BYTES)));
    const { body, cut } = await client().request(post(url));
    expect({ bytes: body.length, cut }).toEqual({ bytes: MAX_RESPONSE_BYTES, cut: undefined });
  });

  it('does not wait for the rest of an answer beyond its limit', async () => {
    const { url } = await serve((_, response) => response.write('x'.repeat(MAX_RESPONSE_BYTES * 2)));
    expect((await client().request(post(url))).body.length).toBe(MAX_RESPONSE_BYTES);
  });

  it('follows no redirect', async () => {
    let asked = 0;
    const { url } = await serve((_, response) => {
      asked += 1;
      response.writeHead(302, { location: '/other' }).end();
    });
    expect((await client().request(post(url))).status).toBe(302);
    expect(asked).toBe(1);
  });
});

describe('a failure', () => {
  it('to connect was surely not sent', async () => {
    const { url, server } = await serve(() => {});
    await new Promise((resolve) => server.close(resolve));
    await expect(client().request(post(url))).rejects.toMatchObject({ reason: 'refused', sent: false });
  });

  it('to find the host was surely not sent', async () => {
    const missing = (async () => {
      throw Object.assign(new Error('getaddrinfo ENOTFOUND no.test'), { code: 'ENOTFOUND' });
    }) as unknown as Lookup;
    await expect(
      client(missing).request(post('http://no.test/', { allowPrivateAddress: false })),
    ).rejects.toMatchObject({ name: 'NetworkError', reason: 'dns', sent: false });
  });

  it('of a connection cut before the answer may have been applied', async () => {
    const { url } = await serve((request) => request.resume().on('end', () => request.socket.destroy()));
    await expect(client().request(post(url))).rejects.toMatchObject({ reason: 'reset', sent: true });
  });

  it('of a connection cut in the middle of the answer may have been applied', async () => {
    const { url } = await serve((request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
      setTimeout(() => request.socket.destroy(), 50);
    });
    await expect(client().request(post(url))).rejects.toMatchObject({ reason: 'reset', sent: true });
  });

  it('to answer in time is a timeout, also when bytes keep trickling', async () => {
    const { url } = await serve((_, response) => {
      const timer = setInterval(() => response.write('.'), 50);
      response.on('close', () => clearInterval(timer));
    });
    const failed = client().request(post(url, { timeoutMs: 300 }));
    await expect(failed).rejects.toMatchObject({ reason: 'timeout', sent: true });
  });

  it('by the caller’s signal is no timeout', async () => {
    const { url } = await serve(() => {});
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    await expect(client().request(post(url, { signal: controller.signal }))).rejects.toMatchObject({
      reason: 'aborted',
    });
    await expect(client().request(post(url, { signal: AbortSignal.abort() }))).rejects.toMatchObject({
      reason: 'aborted',
    });
  });

  it('of TLS is told as such', async () => {
    const { port } = await serve((_, response) => response.end());
    await expect(client().request(post(`https://127.0.0.1:${port}/`))).rejects.toMatchObject({
      reason: 'tls',
      sent: false,
    });
  });

  it('to speak HTTP shows nothing of what came', async () => {
    const server = createTcpServer((socket: Socket) => socket.end('SSH-2.0-secret\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const failed = client().request(post(`http://127.0.0.1:${port}/`));
    await expect(failed).rejects.toMatchObject({ name: 'NetworkError', reason: 'other' });
    await expect(failed).rejects.not.toThrow(/secret/);
  });

  it('of an address that is no URL is a NetworkError too', async () => {
    await expect(client().request(post('not a url'))).rejects.toMatchObject({
      name: 'NetworkError',
      sent: false,
    });
  });
});

describe('a private address', () => {
  it.each([
    'http://127.0.0.1:1/',
    'http://localhost:1/',
    'http://a.localhost:1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://10.0.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[fd00::1]/',
    'http://[64:ff9b::10.0.0.1]/',
    'http://[::ffff:0:10.0.0.1]/',
    'http://[2001::1]/',
    'http://0177.0.0.1/',
    'http://LOCALHOST./',
  ])('is refused: %s', async (url) => {
    await expect(client().request(post(url, { allowPrivateAddress: false }))).rejects.toMatchObject({
      reason: 'private_address',
      sent: false,
    });
  });

  it('is refused when a public name comes to mean it at the moment of connecting', async () => {
    let asked = 0;
    const { port } = await serve((_, response) => {
      asked += 1;
      response.end();
    });
    const resolve = resolving('127.0.0.1');
    const failed = client(resolve).request(
      post(`http://rebound.test:${port}/`, { allowPrivateAddress: false }),
    );
    await expect(failed).rejects.toMatchObject({ reason: 'private_address', sent: false });
    expect(resolve.calls).toBe(1);
    expect(asked).toBe(0);
  });

  it.each([['10.0.0.1'], ['::ffff:10.0.0.1'], ['::ffff:a00:1'], ['::1'], ['192.0.2.1', 'fe80::1']])(
    'is refused behind a name: %s %s',
    async (...addresses) => {
      const resolve = (async () => addresses.map((address) => ({ address }))) as unknown as Lookup;
      await expect(
        client(resolve).request(post('http://inside.test/', { allowPrivateAddress: false })),
      ).rejects.toMatchObject({ reason: 'private_address', sent: false });
    },
  );

  it('is resolved once for a connection: the address that was checked is the one connected to', async () => {
    // 192.0.2.1 is for documentation: public by rule, and nobody answers there.
    const resolve = resolving('192.0.2.1', '127.0.0.1');
    const { port } = await serve((_, response) => response.end());
    const failed = client(resolve).request(
      post(`http://rebound.test:${port}/`, { allowPrivateAddress: false, timeoutMs: 500 }),
    );
    await expect(failed).rejects.toMatchObject({ name: 'NetworkError' });
    expect(resolve.calls).toBe(1);
  });
});

describe('a proxy of the environment', () => {
  const names = ['http_proxy', 'HTTP_PROXY', 'no_proxy', 'NO_PROXY'] as const;

  it('is used for other hosts, and never to reach this machine', async () => {
    const before = names.map((name) => [name, process.env[name]] as const);
    closers.push(() => {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    });
    const tunnels: (string | undefined)[] = [];
    const { server, port } = await serve(() => {});
    server.on('connect', (request, socket) => {
      tunnels.push(request.url);
      socket.end('HTTP/1.1 502 No\r\n\r\n');
    });
    const { url } = await serve((_, response) => response.end('direct'));
    for (const name of names) delete process.env[name];
    process.env.HTTP_PROXY = `http://127.0.0.1:${port}`;
    const network = client();
    expect((await network.request(post(url))).body).toBe('direct');
    await expect(
      network.request(post('http://api.example.com/', { allowPrivateAddress: false })),
    ).rejects.toMatchObject({ name: 'NetworkError' });
    expect(tunnels).toEqual(['api.example.com:80']);
  });
});
