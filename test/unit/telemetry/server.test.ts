/** The pages over real HTTP on loopback. */
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { answer } from '../../../src/telemetry/server.ts';
import { openTelemetry, type Telemetry } from '../../../src/telemetry/telemetry.ts';
import { parseExposition, sampleOf } from './exposition.ts';
import { movedWorld, shop } from './fixture.ts';

const opened: Telemetry[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

async function open(port = 0, host = '127.0.0.1') {
  const world = movedWorld();
  const project = await shop();
  const telemetry = await openTelemetry(world, { host, port }, { project, version: '1.2.3' });
  opened.push(telemetry);
  return { world, project, telemetry, url: `http://${telemetry.address}` };
}

interface Answered {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

function ask(url: string, method = 'GET'): Promise<Answered> {
  return new Promise((resolve, reject) => {
    request(url, { method }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        body += part;
      });
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    })
      .on('error', reject)
      .end(method === 'POST' ? 'x'.repeat(100_000) : undefined);
  });
}

describe('the pages', () => {
  it('go from not ready to ready, and to standing still', async () => {
    const { world, project, telemetry, url } = await open();
    expect(await ask(`${url}/healthz`)).toMatchObject({ status: 200, body: 'ok\n' });
    expect(await ask(`${url}/readyz`)).toMatchObject({ status: 503 });
    telemetry.loaded(project, ['hourly']);
    telemetry.warehouseAnswered();
    const loop = telemetry.loop('hourly');
    loop.woke('slot');
    expect((await ask(`${url}/readyz`)).body).toBe('waiting for the first tick of hourly\n');
    loop.onEvent({ event: 'run_finished', run_id: 'r', status: 'done', duration_ms: 10 });
    loop.turned(true, 1000);
    expect(await ask(`${url}/readyz?verbose`)).toMatchObject({ status: 200, body: 'ready\n' });
    world.pass(120_000);
    expect(await ask(`${url}/healthz`)).toMatchObject({
      status: 503,
      body: 'standing still: hourly for 2m 00s\n',
    });
    const { body, headers } = await ask(`${url}/metrics`);
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    const families = parseExposition(body);
    expect(sampleOf(families, 'segsync_loop_turns_total', { tier: 'hourly', status: 'ok' })).toBe(1);
    expect(sampleOf(families, 'segsync_runs_total', { status: 'done' })).toBe(1);
    expect(sampleOf(families, 'segsync_wakes_total', { reason: 'slot' })).toBe(1);
  });

  it('answer HEAD without a body', async () => {
    const { url } = await open();
    const { status, headers, body } = await ask(`${url}/metrics`, 'HEAD');
    expect([status, body]).toEqual([200, '']);
    expect(Number(headers['content-length'])).toBeGreaterThan(1000);
  });

  it.each([
    ['GET', '/', 404],
    ['GET', '/metrics/x', 404],
    ['GET', '//metrics', 404],
    ['POST', '/metrics', 405],
    ['DELETE', '/healthz', 405],
    ['POST', '/elsewhere', 404],
  ])('%s %s: %i', async (method, path, status) => {
    const { url } = await open();
    const answered = await ask(`${url}${path}`, method);
    expect(answered.status).toBe(status);
    if (status === 405) expect(answered.headers.allow).toBe('GET, HEAD');
  });

  it('say no more than that, when one cannot be made', async () => {
    const broken = () => Promise.reject(new Error('password=s3cret'));
    const verdict = () => ({ ok: true, line: 'ok' });
    const pages = { metrics: broken, healthy: verdict, ready: verdict };
    const answered = await answer({ method: 'GET', path: '/metrics', headers: {} }, pages);
    expect(answered).toMatchObject({ status: 500, body: 'this page could not be made\n' });
  });
});

describe('listening', () => {
  it('on a port that is taken is the user’s mistake', async () => {
    const { telemetry } = await open();
    const port = Number(telemetry.address!.split(':').at(-1));
    await expect(open(port)).rejects.toMatchObject({
      exit: 64,
      diagnostics: [{ code: 'E670', message: `cannot listen on \`127.0.0.1:${port}\`: the port is taken` }],
    });
  });

  it('on an address of another machine, too', async () => {
    await expect(open(0, '192.0.2.1')).rejects.toMatchObject({
      diagnostics: [{ code: 'E670', message: expect.stringContaining('this machine has no such address') }],
    });
  });

  it('on every address when asked to', async () => {
    const { telemetry } = await open(0, '::');
    expect(telemetry.address).toMatch(/^\[::\]:\d+$/);
    const port = telemetry.address!.split(':').at(-1);
    expect((await ask(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  });

  it('ends at once, whoever is still connected', async () => {
    const { telemetry } = await open();
    const port = Number(telemetry.address!.split(':').at(-1));
    const idle = connect(port, '127.0.0.1');
    await new Promise((resolve) => idle.once('connect', resolve));
    idle.write('GET /metrics HTTP/1.1\r\n');
    const closed = new Promise((resolve) => idle.once('close', resolve));
    idle.on('error', () => {});
    const began = performance.now();
    await telemetry.close();
    await closed;
    expect(performance.now() - began).toBeLessThan(2000);
    await expect(ask(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
  });

  it('without an address opens nothing', async () => {
    const silent = await openTelemetry(movedWorld(), undefined, { project: await shop(), version: '1' });
    silent.loop('hourly').turned(true, 1);
    expect(silent.address).toBeUndefined();
  });
});
