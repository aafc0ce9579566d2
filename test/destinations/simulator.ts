/**
 * What the simulators of vendors' APIs share: a real HTTP server on loopback that answers as the vendor documents,
 * refuses what is not documented, and takes scripted faults first.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  /** Exactly as it came. */
  readonly body: string;
  readonly bytes: Buffer;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object becomes JSON. */
  readonly body?: unknown;
}

/** Taken by the next call that changes members, instead of or around the vendor's own answer. */
export interface Fault {
  readonly reply?: Reply;
  /** The call is applied all the same. */
  readonly applied?: boolean;
  /** The connection is cut instead of answering. */
  readonly drop?: boolean;
  /** It answers only then. */
  readonly held?: Promise<void>;
}

export interface Simulator {
  readonly url: string;
  readonly calls: readonly Call[];
  /** Queued for the calls that change members. */
  readonly faults: Fault[];
  /** True for a call that changes members, or is meant to. */
  readonly isChange: (call: Call) => boolean;
  close(): Promise<void>;
}

/** Serves `answer`; faults are for the calls that `isChange` tells. */
export async function startSimulator(
  answer: (call: Call) => Reply,
  isChange: (call: Call) => boolean,
): Promise<Simulator> {
  const calls: Call[] = [];
  const faults: Fault[] = [];
  const server = createServer((request, response) => {
    void read(request).then(async (call) => {
      const fault = isChange(call) ? faults.shift() : undefined;
      const usual = !fault || fault.applied ? answer(call) : undefined;
      calls.push(call);
      await fault?.held;
      if (fault?.drop) request.socket.destroy();
      else write(response, fault?.reply ?? usual ?? { status: 500 });
    });
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    faults,
    isChange,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function read(request: IncomingMessage): Promise<Call> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const { pathname, searchParams } = new URL(request.url!, 'http://simulator');
  return {
    method: request.method!,
    path: pathname,
    query: searchParams,
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    ),
    ...{ body: bytes.toString('utf8'), bytes },
  };
}

function write(response: ServerResponse, { status, headers, body }: Reply): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? {});
  response.writeHead(status, {
    'content-type': typeof body === 'string' ? 'text/html' : 'application/json',
    ...headers,
  });
  response.end(text);
}
