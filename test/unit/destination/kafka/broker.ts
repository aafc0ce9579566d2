/**
 * As much of a broker as it takes to log in by SASL PLAIN: framing and the requests ApiVersions, SaslHandshake and
 * SaslAuthenticate. Source: Apache Kafka, protocol guide.
 */

import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';

export interface LoginBroker {
  readonly address: string;
  /** What came as credentials, in order: user and password. */
  readonly logins: string[];
  close(): Promise<void>;
}

export interface LoginOptions {
  readonly password: string;
  readonly mechanism?: string;
  /** The connection is cut instead of answering a login. */
  readonly cuts?: boolean;
}

const API = { handshake: 17, versions: 18, authenticate: 36 };
const FAILED = { mechanism: 33, authentication: 58 };

export async function startLoginBroker(options: LoginOptions): Promise<LoginBroker> {
  const logins: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    let pending = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 4 && pending.length >= 4 + pending.readInt32BE(0)) {
        const size = pending.readInt32BE(0);
        const request = pending.subarray(4, 4 + size);
        const parts = partsFor(request, options, logins);
        if (parts) socket.write(framed(request, parts));
        else socket.destroy();
        pending = pending.subarray(4 + size);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    logins,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A request's header: api key, version, correlation id, client id; an answer's: the correlation id. */
function framed(request: Buffer, parts: readonly Buffer[]): Buffer {
  const whole = Buffer.concat([request.subarray(4, 8), ...parts]);
  return Buffer.concat([int32(whole.length), whole]);
}

/** Undefined: the connection is cut. */
function partsFor(request: Buffer, options: LoginOptions, logins: string[]): Buffer[] | undefined {
  const api = request.readInt16BE(0);
  const body = request.subarray(10 + Math.max(0, request.readInt16BE(8)));
  if (api === API.versions) {
    const known = [API.handshake, API.versions, API.authenticate].map((key) => [key, 0, 1]);
    return [int16(0), int32(known.length), ...known.flat().map(int16), int32(0)];
  }
  if (api === API.handshake) {
    const mechanism = options.mechanism ?? 'PLAIN';
    const asked = body.subarray(2, 2 + body.readInt16BE(0)).toString();
    return [int16(asked === mechanism ? 0 : FAILED.mechanism), int32(1), text(mechanism)];
  }
  if (api !== API.authenticate || options.cuts) return undefined;
  const [, user, password] = body.subarray(4).toString().split('\0');
  logins.push(`${user} ${password}`);
  const isIn = password === options.password;
  const said = isIn ? '' : `no user with ${password}`;
  return [int16(isIn ? 0 : FAILED.authentication), text(said), int32(0), Buffer.alloc(8)];
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function text(value: string): Buffer {
  return Buffer.concat([int16(Buffer.byteLength(value)), Buffer.from(value)]);
}
