/** A run as spans: one for it, below that one for each tick and each delivery. Names and counts, nothing of a person. */
import type { Attributes, HrTime, Span, SpanOptions, Tracer } from '@opentelemetry/api';
import type { Project } from '../config/project.ts';
import type { Instant } from '../instant.ts';
import type { RunEvent, SyncResult } from '../report/results.ts';
import type { World } from '../world.ts';

/** What the lazily loaded API gives. */
export interface Spans {
  /** A span below `parent`, or the first of a trace. */
  begin(name: string, options: SpanOptions, parent?: Span): Span;
  readonly kinds: { readonly internal: number; readonly client: number };
  readonly failed: number;
}

export interface RunTrace {
  onEvent(event: RunEvent): void;
  /** The run is over. `error`: the code of what it threw. */
  end(error?: string): void;
}

export interface TracedRun {
  readonly project: Project;
  readonly target: string;
  /** Of a resident run's loop. */
  readonly tier?: string;
}

type Of<E extends RunEvent['event']> = Extract<RunEvent, { event: E }>;

export function traceRun(world: World, spans: Spans, { project, target, tier }: TracedRun): RunTrace {
  const root = spans.begin('segsync run', {
    kind: spans.kinds.internal,
    startTime: hrTime(world.clock.now()),
    attributes: {
      'segsync.project': project.name,
      'segsync.target': target,
      ...(tier === undefined ? {} : { 'segsync.tier': tier }),
    },
  });
  const past = (name: string, kind: number, took: number, attributes: Attributes, error?: string): void => {
    const end = world.clock.now();
    const startTime = hrTime(end - BigInt(Math.round(took * 1000)));
    const span = spans.begin(name, { kind, startTime, attributes }, root);
    if (error !== undefined) fail(spans, span, error);
    span.end(hrTime(end));
  };
  return {
    onEvent(event) {
      if (event.event === 'run_started') root.setAttributes({ 'segsync.run_id': event.run_id });
      if (event.event === 'tick_finished')
        past(`tick ${event.entity}`, spans.kinds.internal, event.duration_ms, ofTick(event), event.error);
      if (event.event === 'sync_finished' && event.result.skipped === undefined) {
        const { sync, duration_ms, error } = event.result;
        past(`deliver ${sync}`, spans.kinds.client, duration_ms, ofSync(event.result, project), error?.code);
      }
      if (event.event === 'run_finished') ended(spans, root, event);
    },
    end(error) {
      if (error !== undefined) fail(spans, root, error);
      root.end(hrTime(world.clock.now()));
    },
  };
}

function ofTick({ entity, segments, mode, affected, entered, exited }: Of<'tick_finished'>): Attributes {
  return {
    'segsync.entity': entity,
    'segsync.segments': [...segments],
    'segsync.mode': mode,
    'segsync.affected': affected,
    'segsync.entered': entered,
    'segsync.exited': exited,
  };
}

function ofSync(result: SyncResult, { syncs, destinations }: Project): Attributes {
  const sync = syncs.get(result.sync);
  const { add, remove, update } = result.delivered ?? result.planned;
  return {
    'segsync.sync': result.sync,
    ...(sync
      ? {
          'segsync.segment': sync.segment,
          'segsync.destination': sync.destination,
          'segsync.destination.type': destinations.get(sync.destination)?.type,
        }
      : {}),
    'segsync.delivered.add': add,
    'segsync.delivered.remove': remove,
    'segsync.delivered.update': update,
    'segsync.rejected': result.rejected,
    'segsync.waiting': result.waiting,
    ...(result.held ? { 'segsync.held': result.held.guard } : {}),
  };
}

function ended(spans: Spans, root: Span, { status }: Of<'run_finished'>): void {
  root.setAttribute('segsync.status', status);
  if (status === 'failed') root.setStatus({ code: spans.failed });
}

/** By its code alone: a message may quote what it should not. */
function fail(spans: Spans, span: Span, code: string): void {
  span.setAttribute('error.type', code);
  span.setStatus({ code: spans.failed, message: code });
}

/** Seconds and nanoseconds: a double would round microseconds. */
function hrTime(instant: Instant): HrTime {
  return [Number(instant / 1_000_000n), Number(instant % 1_000_000n) * 1000];
}

/** Spans of a vendor's tracer. */
export function spansOf(api: typeof import('@opentelemetry/api'), tracer: Tracer): Spans {
  const { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } = api;
  return {
    begin(name, options, parent) {
      return tracer.startSpan(name, options, parent ? trace.setSpan(ROOT_CONTEXT, parent) : ROOT_CONTEXT);
    },
    kinds: { internal: SpanKind.INTERNAL, client: SpanKind.CLIENT },
    failed: SpanStatusCode.ERROR,
  };
}
