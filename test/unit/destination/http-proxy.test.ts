/** Proxies of the environment: which requests go through one, and what it is told. */
import { type AddressInfo, connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { client, environment, post, resolving, serve } from './http-setting.ts';

/** A proxy that leads every tunnel to `port`, or answers `status` instead. */
async function proxy(answer: { port: number } | { status: number }) {
  const asked: { to?: string; authorization?: string }[] = [];
  const { server } = await serve(() => {});
  server.on('connect', (request, socket) => {
    asked.push({ to: request.url, authorization: request.headers['proxy-authorization'] });
    if ('status' in answer) return void socket.end(`HTTP/1.1 ${answer.status} No\r\n\r\n`);
    const far = connect(answer.port, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
    far.on('error', () => socket.destroy());
    socket.on('error', () => far.destroy());
    far.pipe(socket).pipe(far);
  });
  return { asked, host: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** A server that answers with the headers it got. */
function echo() {
  return serve((request, response) => response.end(JSON.stringify(request.headers)));
}

describe('a proxy', () => {
  it.each(['HTTP_PROXY', 'http_proxy'])(
    'of %s gets the request, its password and nothing else',
    async (name) => {
      const { port } = await echo();
      const { asked, host } = await proxy({ port });
      environment({ [name]: `http://shop:hunter2@${host}` });
      const resolve = resolving('192.0.2.1');
      const { body } = await client(resolve).request(
        post('http://api.example.com/', { headers: { authorization: 'Bearer mine' } }),
      );
      expect(asked).toEqual([
        {
          to: 'api.example.com:80',
          authorization: `Basic ${Buffer.from('shop:hunter2').toString('base64')}`,
        },
      ]);
      expect(JSON.parse(body)).toMatchObject({ host: 'api.example.com', authorization: 'Bearer mine' });
      expect(JSON.parse(body)).not.toHaveProperty('proxy-authorization');
      // The proxy resolves names: this machine may not know those of outside.
      expect(resolve.calls).toBe(0);
    },
  );

  it('of HTTPS_PROXY is for https addresses', async () => {
    const { asked, host } = await proxy({ status: 502 });
    environment({ HTTPS_PROXY: `http://${host}` });
    const resolve = resolving('127.0.0.1');
    const network = client(resolve);
    await expect(network.request(post('https://api.example.com/'))).rejects.toMatchObject({
      reason: 'proxy',
    });
    expect(asked.map(({ to }) => to)).toEqual(['api.example.com:443']);
    await expect(network.request(post('http://api.example.com/'))).rejects.toMatchObject({
      reason: 'private_address',
    });
    expect(resolve.calls).toBe(1);
  });

  it.each(['api.example.com', '.example.com', '*', 'other.test, api.example.com'])(
    'is passed by for hosts of NO_PROXY: %s',
    async (hosts) => {
      const { asked, host } = await proxy({ status: 502 });
      environment({ HTTP_PROXY: `http://${host}`, NO_PROXY: hosts });
      const resolve = resolving('10.0.0.1');
      // Without the proxy the address is this machine's to check.
      await expect(client(resolve).request(post('http://api.example.com/'))).rejects.toMatchObject({
        reason: 'private_address',
      });
      expect({ asked, calls: resolve.calls }).toEqual({ asked: [], calls: 1 });
    },
  );

  it('that refuses is told as such, was surely not sent through, and shows nothing of its password', async () => {
    const { host } = await proxy({ status: 407 });
    environment({ HTTP_PROXY: `http://shop:hunter2@${host}` });
    const failed = await client()
      .request(post('http://api.example.com/'))
      .catch((error) => error);
    expect(failed).toMatchObject({ name: 'NetworkError', reason: 'proxy', sent: false });
    expect(failed.message).toContain('407');
    expect(`${failed.stack} ${JSON.stringify(failed)}`).not.toMatch(/hunter2|aHVudGVyMg|c2hvcD/);
    expect(failed.cause).toBeUndefined();
  });

  it('does not lead to private addresses either', async () => {
    const { asked, host } = await proxy({ status: 502 });
    environment({ HTTP_PROXY: `http://${host}` });
    await expect(client().request(post('http://169.254.169.254/latest/'))).rejects.toMatchObject({
      reason: 'private_address',
    });
    expect(asked).toEqual([]);
  });
});
