/** The SDK of OpenTelemetry, set up by its own variables. Imported only where traces are wanted: it is large. */
import * as api from '@opentelemetry/api';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { World } from '../world.ts';
import type { Protocol } from './otel-environment.ts';
import { type Spans, spansOf } from './run-trace.ts';

/** A collector that is down delays no run by more. */
const CLOSE_MS = 2_000;

export interface Tracing {
  readonly spans: Spans;
  close(): Promise<void>;
}

/** Reads endpoint, headers, limits and certificates from the environment itself. */
export async function exporterOf(protocol: Protocol['spoken']): Promise<SpanExporter> {
  const { OTLPTraceExporter } =
    protocol === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto');
  return new OTLPTraceExporter();
}

/** `onFailure` is called once, with a short reason, when something could not be sent. */
export function openTracing(
  world: World,
  { version, exporter }: { readonly version: string; readonly exporter: SpanExporter },
  onFailure: (reason: string) => void,
): Tracing {
  const failure = once(onFailure);
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'segsync', 'service.version': version }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(watched(exporter, failure))],
  });
  return {
    spans: spansOf(api, provider.getTracer('segsync', version)),
    async close() {
      const isDone = await within(
        world,
        provider.shutdown().then(
          () => true,
          () => true,
        ),
      );
      if (!isDone) failure(`no answer in ${CLOSE_MS / 1000} s`);
    },
  };
}

/** False when `work` takes longer than a run may wait. */
async function within(world: World, work: Promise<boolean>): Promise<boolean> {
  const done = new AbortController();
  const late = world.timers.sleep(CLOSE_MS, done.signal).then(() => false);
  const isDone = await Promise.race([work, late]);
  done.abort();
  return isDone;
}

/** Says why an export failed by a code only: messages may quote headers and addresses. */
function watched(exporter: SpanExporter, onFailure: (reason: string) => void): SpanExporter {
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        if (result.code !== 0) onFailure(reasonOf(result.error));
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}

function reasonOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  if (typeof code === 'number') return `HTTP ${code}`;
  return typeof code === 'string' && /^[A-Z_]+$/.test(code) ? code : 'the collector did not take them';
}

function once(action: (reason: string) => void): (reason: string) => void {
  let isDone = false;
  return (reason) => {
    if (isDone) return;
    isDone = true;
    action(reason);
  };
}
