/** `segsync run` as a process: traced where the environment asks for it, and without a trace of it where not. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadProject } from '../../src/config/load.ts';
import type { RunEvent, RunReport } from '../../src/report/results.ts';
import { openMetrics } from '../../src/telemetry/metrics.ts';
import { realWorld } from '../../src/world.ts';
import { freePort } from '../free-port.ts';
import { startOtlpReceiver } from '../otlp-receiver.ts';
import { parseExposition, sampleOf } from '../unit/telemetry/exposition.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../webhook-receiver.ts';
import { build, folderOf, SHOP, segsync, segsyncProcess } from './segsync.ts';

const SECRET = 's3cret-31415';
const JSON_ASKED = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };
const HEADERS = { OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${SECRET}` };

beforeAll(build);

/** Without times, and in no order: syncs end as they may. */
function linesOf(text: string): string[] {
  return text
    .replace(/[\d.]+m?s\b/g, '')
    .split('\n')
    .sort();
}

describe('a run with OTEL_EXPORTER_OTLP_ENDPOINT', () => {
  it('sends what it did as one trace, and prints what it prints without', async () => {
    await using receiver = await startOtlpReceiver();
    await using folder = await folderOf(SHOP);
    await using plain = await folderOf(SHOP);
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...JSON_ASKED, ...HEADERS };
    const ended = await segsyncProcess(folder.path, ['run', '--json'], env);
    const without = await segsyncProcess(plain.path, ['run', '--json']);
    expect(ended.exit).toBe(0);
    expect(linesOf(ended.stderr)).toEqual(linesOf(without.stderr));
    const report = JSON.parse(ended.stdout) as RunReport;
    const root = receiver.spans.find(({ name }) => name === 'segsync run')!;
    expect(root.attributes).toMatchObject({ 'segsync.run_id': report.run_id, 'segsync.status': 'done' });
    const below = receiver.spans.filter(({ parentSpanId }) => parentSpanId === root.spanId);
    expect(below).toHaveLength(receiver.spans.length - 1);
    expect(below.map(({ name }) => name).sort()).toEqual([
      ...['deliver buyers.files', 'deliver opted_in.files', 'tick customer'],
    ]);
    const tick = below.find(({ name }) => name === 'tick customer')!;
    expect(tick.attributes['segsync.segments']).toEqual(['opted_in', 'big_spenders', 'buyers']);
    const sent = below.find(({ name }) => name === 'deliver opted_in.files')!;
    expect(sent.attributes['segsync.delivered.add']).toBe(600);
    expect(BigInt(sent.startTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(root.startTimeUnixNano));
    expect(BigInt(sent.endTimeUnixNano)).toBeLessThanOrEqual(BigInt(root.endTimeUnixNano));
    expect(receiver.text()).not.toMatch(/@example\.com/);
  });

  it('whose collector is down ends as it would, with a warning and no secret', async () => {
    await using folder = await folderOf(SHOP);
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`, ...HEADERS };
    const ended = await segsyncProcess(folder.path, ['run', '--verbose', '--events', 'events.ndjson'], env);
    expect(ended.exit).toBe(0);
    expect(ended.stderr).toContain('warning[W671]: traces could not be sent');
    const events = await readFile(join(folder.path, 'events.ndjson'), 'utf8');
    expect(events).toContain('"code":"W671"');
    expect(ended.stdout + ended.stderr + events).not.toContain(SECRET);
  });

  it('has a mistake of the user’s as its status, by the code', async () => {
    await using receiver = await startOtlpReceiver();
    await using folder = await folderOf({ ...SHOP, 'shop.sql': 'create schema shop;\n' });
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...JSON_ASKED };
    const ended = await segsyncProcess(folder.path, ['run', '--json'], env);
    expect(ended.exit).not.toBe(0);
    const failed = receiver.spans.filter(({ status }) => status.code === 2);
    expect(failed.length).toBeGreaterThan(0);
    for (const { status } of failed) expect(status.message ?? 'E000').toMatch(/^E\d{3}$/);
    expect(receiver.spans.map(({ name }) => name)).toContain('segsync run');
  });
});

/** Prints the modules that are loaded to a file, by a hook of Node's own. */
const HOOK = `import { register } from 'node:module';
register('data:text/javascript,' + encodeURIComponent(\`
import { appendFileSync } from 'node:fs';
export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  appendFileSync(process.env.LOADED, found.url + '\\\\n');
  return found;
}\`));
`;

async function loadedBy(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  await using folder = await folderOf({ ...SHOP, 'hook.mjs': HOOK });
  const loaded = join(folder.path, 'loaded.txt');
  const options = `--import ${join(folder.path, 'hook.mjs')}`;
  const ended = await segsyncProcess(folder.path, args, { ...env, NODE_OPTIONS: options, LOADED: loaded });
  expect(ended).toMatchObject({ exit: 0 });
  const all = (await readFile(loaded, 'utf8')).split('\n');
  expect(all.some((url) => url.endsWith('/dist/version.js'))).toBe(true);
  return all.filter((url) => /prom-client|@opentelemetry|telemetry\/(otel|metrics|server)\./.test(url));
}

describe('the libraries', () => {
  it.each([[['--version']], [['validate']], [['run']]])('are not loaded by %j', async (args) => {
    expect(await loadedBy(args)).toEqual([]);
  });

  it('are loaded where traces are asked for, and not those of metrics', async () => {
    await using receiver = await startOtlpReceiver();
    const loaded = await loadedBy(['run'], { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
    expect(loaded.join('\n')).toContain('@opentelemetry/sdk-trace-base');
    expect(loaded.join('\n')).not.toContain('prom-client');
  });
});

describe('what a run tells', () => {
  let receiver: WebhookReceiver;
  beforeAll(async () => {
    receiver = await startWebhookReceiver();
  });
  afterAll(() => receiver.close());

  it('adds up to what it reports: requests, retries and operations', async () => {
    receiver.script(
      { status: 503 },
      { errors: [{ index: 0, code: 'bad', message: 'no', retryable: false }] },
    );
    const hook = `type: webhook\nurl: ${receiver.url}\nallow_private_address: true\nbatch_size: 200\nconcurrency: 1\n`;
    await using folder = await folderOf({
      ...SHOP,
      'segments/opted_in.yaml': SHOP['segments/opted_in.yaml']!.replace('to: files', 'to: hook'),
      'destinations/hook.yaml': hook,
    });
    const ended = await segsync(folder.path, ['run', '--json', '--events', 'events.ndjson']);
    const report = JSON.parse(ended.stdout) as RunReport;
    const sync = report.syncs.find(({ sync }) => sync === 'opted_in.hook')!;
    expect(sync).toMatchObject({ delivered: { add: 599 }, rejected: 1 });
    const world = realWorld();
    const { project } = await loadProject(world, { projectDir: folder.path });
    const metrics = await openMetrics(world, project, '1');
    const lines = (await readFile(join(folder.path, 'events.ndjson'), 'utf8')).trimEnd().split('\n');
    for (const line of lines) metrics.onEvent(JSON.parse(line) as RunEvent);
    const families = parseExposition((await metrics.print()).text);
    const hooked = { sync: 'opted_in.hook', destination: 'hook', tier: 'hourly' };
    const operations = (status: string): number | undefined =>
      sampleOf(families, 'segsync_operations_total', { ...hooked, op: 'add', status });
    expect([operations('delivered'), operations('rejected'), operations('retried')]).toEqual([599, 1, 200]);
    expect(sampleOf(families, 'segsync_requests_total', { ...hooked, status: '503' })).toBe(1);
    expect(sampleOf(families, 'segsync_requests_total', { ...hooked, status: '200' })).toBe(3);
    expect(receiver.requests).toHaveLength(4);
    // Nobody of a first load has done anything just now.
    expect(sync.freshness_ms).toBeUndefined();
    expect(sampleOf(families, 'segsync_freshness_seconds_count', hooked)).toBeUndefined();
    expect(sampleOf(families, 'segsync_segment_members', { segment: 'opted_in' })).toBe(600);
    expect(sampleOf(families, 'segsync_runs_total', { status: report.status })).toBe(1);
  });
});
