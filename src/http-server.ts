/** The real side of `Network.serve`: an HTTP server for a few small answers, whose connections hold up no end. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ListenAddress, ListenError, type Network, type Served } from './world.ts';

type Answer = Parameters<Network['serve']>[1];

/** What a slow client may take for its request. */
const REQUEST_MS = 10_000;

/** Listens on `address`. Throws `ListenError`. */
export async function serveHttp(address: ListenAddress, answer: Answer): Promise<Served> {
  const options = {
    requestTimeout: REQUEST_MS,
    headersTimeout: REQUEST_MS,
    connectionsCheckingInterval: 1_000,
  };
  const server = createServer(options, (request, response) => void respond(request, response, answer));
  server.maxRequestsPerSocket = 1;
  await listen(server, address);
  // A run that is over ends, whether or not somebody still looks.
  server.unref();
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

function listen(server: Server, { host, port }: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    const refused = (error: NodeJS.ErrnoException): void => reject(new ListenError(error.code ?? error.name));
    server.once('error', refused);
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', refused);
      server.on('error', () => {});
      resolve();
    });
  });
}

async function respond(request: IncomingMessage, response: ServerResponse, answer: Answer): Promise<void> {
  request.resume();
  response.on('error', () => {});
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)] as const);
  const { method = '', url: path = '' } = request;
  const { status, body, ...answered } = await answer({ method, path, headers: Object.fromEntries(headers) });
  const length = String(Buffer.byteLength(body));
  response.writeHead(status, { ...answered.headers, 'content-length': length, connection: 'close' });
  response.end(method === 'HEAD' ? undefined : body);
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
