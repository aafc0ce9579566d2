/** Runs as spans, as a collector on loopback gets them. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DiagnosedError, diagnose } from '../../../src/diagnostics/diagnostic.ts';
import type { RunEvent } from '../../../src/report/results.ts';
import { protocolOf, wantsTraces } from '../../../src/telemetry/otel-environment.ts';
import { openTraces, traced } from '../../../src/telemetry/traces.ts';
import { realWorld, type World } from '../../../src/world.ts';
import { freePort } from '../../free-port.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../../otlp-receiver.ts';
import { shop } from './fixture.ts';

afterEach(() => vi.unstubAllEnvs());

const world = realWorld();

/** The SDK reads the process's own environment, and segsync the world's: here they are one. */
function worldWith(environment: Readonly<Record<string, string>>): World {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  return { ...world, process: { ...world.process, environment } };
}

const EVENTS: readonly RunEvent[] = [
  { event: 'run_started', run_id: 'r1', segments: 2, syncs: 1 },
  {
    ...{ event: 'tick_finished', entity: 'customer', segments: ['buyers', 'opted_in'], mode: 'full' },
    ...{ affected: 1200, entered: 630, exited: 2, duration_ms: 250 },
  },
  {
    event: 'sync_finished',
    result: {
      ...{ sync: 'opted_in.files', planned: { add: 600, remove: 0, update: 0 }, rejected: 3, waiting: 4 },
      ...{ delivered: { add: 590, remove: 1, update: 2 }, unmatchable: 0, duration_ms: 40 },
      error: { code: 'E454', message: 'nobody@example.com could not be sent' },
    },
  },
  {
    event: 'sync_finished',
    result: {
      ...{ sync: 'buyers.files', planned: { add: 0, remove: 0, update: 0 }, rejected: 0, waiting: 0 },
      ...{ unmatchable: 0, duration_ms: 0, skipped: 'not_due' },
    },
  },
  { event: 'run_finished', run_id: 'r1', status: 'failed', duration_ms: 300 },
];

/** Plays the events as a run; resolves to what was warned of, and how long the end took. */
async function play(environment: Readonly<Record<string, string>>, fails?: Error) {
  const warned: string[] = [];
  const traces = await openTraces(worldWith(environment), ({ code, message }) =>
    warned.push(`${code} ${message}`),
  );
  const heard: RunEvent[] = [];
  const run = traced(
    traces,
    { project: await shop(), target: 'dev' },
    (event) => heard.push(event),
    async (onEvent) => {
      for (const event of EVENTS) onEvent(event);
      if (fails) throw fails;
    },
  );
  await run.catch((error: unknown) => {
    if (error !== fails) throw error;
  });
  const began = performance.now();
  await traces.close();
  expect(heard).toEqual(EVENTS);
  return { warned, closedInMs: performance.now() - began };
}

const at = ({ url }: OtlpReceiver) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
});

describe('a run', () => {
  it('is one trace: the run, below it its ticks and deliveries', async () => {
    await using receiver = await startOtlpReceiver();
    expect(await play(at(receiver))).toMatchObject({ warned: [] });
    const { spans, requests } = receiver;
    expect(spans.map(({ name }) => name).sort()).toEqual([
      'deliver opted_in.files',
      'segsync run',
      'tick customer',
    ]);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    const [root, tick, sent] = ['segsync run', 'tick customer', 'deliver opted_in.files'].map(
      (wanted) => spans.find(({ name }) => name === wanted)!,
    );
    expect(root!.parentSpanId).toBeUndefined();
    expect([tick!.parentSpanId, sent!.parentSpanId]).toEqual([root!.spanId, root!.spanId]);
    const took = BigInt(tick!.endTimeUnixNano) - BigInt(tick!.startTimeUnixNano);
    expect(took).toBe(250_000_000n);
    expect(root!.attributes).toEqual({
      'segsync.project': 'corner_shop',
      'segsync.target': 'dev',
      'segsync.run_id': 'r1',
      'segsync.status': 'failed',
    });
    expect(tick!.attributes).toEqual({
      'segsync.entity': 'customer',
      'segsync.segments': ['buyers', 'opted_in'],
      'segsync.mode': 'full',
      'segsync.affected': 1200,
      'segsync.entered': 630,
      'segsync.exited': 2,
    });
    expect(sent!.attributes).toEqual({
      'segsync.sync': 'opted_in.files',
      'segsync.segment': 'opted_in',
      'segsync.destination': 'files',
      'segsync.destination.type': 'file',
      'segsync.delivered.add': 590,
      'segsync.delivered.remove': 1,
      'segsync.delivered.update': 2,
      'segsync.rejected': 3,
      'segsync.waiting': 4,
      'error.type': 'E454',
    });
    expect([root!.kind, sent!.kind]).toEqual([1, 3]);
    expect(requests.map(({ path }) => path)).toEqual(['/v1/traces']);
  });

  it('tells failures by their code alone', async () => {
    await using receiver = await startOtlpReceiver();
    const fails = new DiagnosedError([diagnose('E602', { option: '--nobody@example.com', command: 'x' })]);
    await play(at(receiver), fails);
    expect(receiver.spans.map(({ name, status }) => [name, status])).toEqual(
      expect.arrayContaining([
        ['segsync run', { code: 2, message: 'E602' }],
        ['deliver opted_in.files', { code: 2, message: 'E454' }],
        ['tick customer', { code: 0 }],
      ]),
    );
    expect(receiver.text()).not.toContain('nobody');
  });

  it('heeds name, attributes, headers and sampler of the environment', async () => {
    await using receiver = await startOtlpReceiver();
    const environment = {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/tenant/traces`,
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20s3cret',
    };
    await play({ ...environment, OTEL_SERVICE_NAME: 'audiences', OTEL_RESOURCE_ATTRIBUTES: 'team=growth' });
    expect(receiver.requests).toMatchObject([
      { path: '/tenant/traces', headers: { authorization: 'Bearer s3cret' } },
    ]);
    expect(receiver.spans[0]!.resource).toMatchObject({
      ...{ 'service.name': 'audiences', 'service.version': expect.any(String), team: 'growth' },
    });
    await play({ ...environment, OTEL_SERVICE_NAME: '', OTEL_TRACES_SAMPLER: 'always_off' });
    expect(receiver.requests).toHaveLength(1);
    await play({ ...environment, OTEL_TRACES_SAMPLER: 'always_on' });
    expect(receiver.spans.at(-1)!.resource['service.name']).toBe('segsync');
  });
});

describe('a collector', () => {
  it('that is down is told once, and holds up the end by two seconds at most', async () => {
    const { warned, closedInMs } = await play({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`,
    });
    expect(warned).toEqual([expect.stringContaining('traces could not be sent')]);
    expect(closedInMs).toBeLessThan(3500);
  });

  it('that never answers, too', async () => {
    await using receiver = await startOtlpReceiver('silent');
    const { warned, closedInMs } = await play(at(receiver));
    expect(warned).toEqual(['W671 traces could not be sent: no answer in 2 s']);
    expect(closedInMs).toBeLessThan(3500);
  });

  it('that refuses is quoted by its status alone', async () => {
    await using receiver = await startOtlpReceiver(401);
    expect((await play(at(receiver))).warned).toEqual(['W671 traces could not be sent: HTTP 401']);
  });

  it.each(['localhost:4318', 'not a url', 'ftp://127.0.0.1/'])(
    'whose address is %j fails no run',
    async (url) => {
      const { warned } = await play({ OTEL_EXPORTER_OTLP_ENDPOINT: url });
      expect(warned).toEqual([expect.stringContaining('traces could not be sent')]);
    },
  );

  it('for gRPC is sent HTTP, and that is said', async () => {
    await using receiver = await startOtlpReceiver();
    const { warned } = await play({ ...at(receiver), OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' });
    expect(warned).toEqual(['W670 traces are sent as http/protobuf, not as `grpc`']);
    expect(receiver.names).toHaveLength(3);
  });

  it('gets protobuf unless it asks for JSON', async () => {
    await using receiver = await startOtlpReceiver();
    await play({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
    expect(receiver.requests[0]!.headers['content-type']).toBe('application/x-protobuf');
    expect([...receiver.names].sort()).toEqual(['deliver opted_in.files', 'segsync run', 'tick customer']);
    expect(receiver.text()).not.toContain('nobody');
  });
});

describe('the environment', () => {
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' };
  it.each([
    [{}, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }, false],
    [endpoint, true],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://localhost:4318/v1/traces' }, true],
    [{ ...endpoint, OTEL_SDK_DISABLED: 'TRUE' }, false],
    [{ ...endpoint, OTEL_SDK_DISABLED: 'false' }, true],
    [{ ...endpoint, OTEL_TRACES_EXPORTER: 'none' }, false],
    [{ ...endpoint, OTEL_TRACES_EXPORTER: 'console' }, false],
    [{ ...endpoint, OTEL_TRACES_EXPORTER: 'console, otlp' }, true],
    [{ OTEL_SERVICE_NAME: 'x', OTEL_TRACES_EXPORTER: 'otlp' }, false],
  ])('%j: %s', (environment, wanted) => {
    expect(wantsTraces(environment)).toBe(wanted);
  });

  it('names a protocol; the one for traces goes first', () => {
    const [grpc, json] = ['grpc', 'http/json'];
    expect(protocolOf({})).toEqual({ spoken: 'http/protobuf' });
    expect(protocolOf({ OTEL_EXPORTER_OTLP_PROTOCOL: grpc })).toEqual({
      spoken: 'http/protobuf',
      other: grpc,
    });
    expect(
      protocolOf({ OTEL_EXPORTER_OTLP_PROTOCOL: grpc, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: json }),
    ).toEqual({ spoken: json });
  });
});
