/** TLS: certificates are always verified, whatever the environment says. */
import { createServer } from 'node:https';
import { connect, createServer as createTcpServer } from 'node:net';
import { beforeEach, describe, expect, it } from 'vitest';
import { client, environment, listening, post, serve } from './http-setting.ts';
import { cert, key } from './self-signed.ts';

let asked = 0;
beforeEach(() => {
  asked = 0;
});

function selfSigned() {
  return listening(
    createServer({ cert, key }, (_, response) => {
      asked += 1;
      response.end();
    }),
  );
}

describe.each([
  ['as it is', {}],
  ['that turns verification off', { NODE_TLS_REJECT_UNAUTHORIZED: '0' }],
])('a certificate that nobody vouches for, in an environment %s', (_, values: Record<string, string>) => {
  it('is refused', async () => {
    environment(values);
    const { port } = await selfSigned();
    const failed = client().request(post(`https://127.0.0.1:${port}/`, { allowPrivateAddress: true }));
    await expect(failed).rejects.toMatchObject({ reason: 'tls', sent: false });
    expect(asked).toBe(0);
  });

  it('is refused through a proxy', async () => {
    const { port } = await selfSigned();
    const { server, port: proxy } = await serve(() => {});
    server.on('connect', (_request, socket) => {
      const far = connect(port, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
      socket.on('error', () => far.destroy());
      far.on('error', () => socket.destroy());
      far.pipe(socket).pipe(far);
    });
    environment({ ...values, HTTPS_PROXY: `http://127.0.0.1:${proxy}` });
    const failed = client().request(post('https://api.example.com/'));
    await expect(failed).rejects.toMatchObject({ reason: 'tls', sent: false });
    expect(asked).toBe(0);
  });

  it('is refused of a proxy', async () => {
    const { port } = await selfSigned();
    environment({ ...values, HTTP_PROXY: `https://127.0.0.1:${port}` });
    const failed = client().request(post('http://api.example.com/'));
    await expect(failed).rejects.toMatchObject({ reason: 'tls', sent: false });
  });
});

describe('a connection', () => {
  it('that is not made in time, TLS included, was surely not sent', async () => {
    const { port } = await listening(createTcpServer(() => {}));
    const began = performance.now();
    const failed = client(undefined, 200).request(
      post(`https://127.0.0.1:${port}/`, { allowPrivateAddress: true, timeoutMs: 30_000 }),
    );
    await expect(failed).rejects.toMatchObject({ reason: 'timeout', sent: false });
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('that is made and brings no first byte ends with the request’s own limit', async () => {
    const { port } = await listening(createTcpServer((socket) => socket.resume()));
    const failed = client(undefined, 100).request(
      post(`http://127.0.0.1:${port}/`, { allowPrivateAddress: true, timeoutMs: 400 }),
    );
    await expect(failed).rejects.toMatchObject({ reason: 'timeout', sent: true });
  });
});

it.each([301, 302, 303, 307, 308])(
  'a redirect is not followed, nor are credentials carried on: %i',
  async (status) => {
    const other = await serve((_, response) => {
      asked += 1;
      response.end();
    });
    const { port } = await serve((_, response) =>
      response.writeHead(status, { location: `http://127.0.0.1:${other.port}/` }).end(),
    );
    const answer = await client().request(
      post(`http://127.0.0.1:${port}/`, {
        allowPrivateAddress: true,
        headers: { authorization: 'Bearer mine' },
      }),
    );
    expect(answer.status).toBe(status);
    expect(asked).toBe(0);
  },
);
