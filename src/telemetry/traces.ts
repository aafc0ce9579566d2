/** Traces of runs, where the standard variables of OpenTelemetry ask for them; otherwise nothing is loaded. */
import { DiagnosedError, type Diagnostic, diagnose } from '../diagnostics/diagnostic.ts';
import type { RunEvent } from '../report/results.ts';
import { readVersion } from '../version.ts';
import type { World } from '../world.ts';
import { protocolOf, wantsTraces } from './otel-environment.ts';
import { type RunTrace, type TracedRun, traceRun } from './run-trace.ts';

export interface Traces {
  /** A run begins. */
  run(traced: TracedRun): RunTrace;
  /** Sends what is left, within bounds; never fails. */
  close(): Promise<void>;
}

/** For every run of this process. `warn` is told what goes wrong with them: it is no failure of a run. */
export async function openTraces(world: World, warn: (diagnostic: Diagnostic) => void): Promise<Traces> {
  const { environment } = world.process;
  if (!wantsTraces(environment)) return SILENT;
  const { spoken, other } = protocolOf(environment);
  if (other !== undefined) warn(diagnose('W670', { protocol: other, spoken }));
  const untold = (reason: string): void => warn(diagnose('W671', { reason }));
  const { exporterOf, openTracing } = await import('./otel.ts');
  const version = await readVersion(world);
  try {
    const { spans, close } = openTracing(world, { version, exporter: await exporterOf(spoken) }, untold);
    return { run: (traced) => traceRun(world, spans, traced), close };
  } catch {
    // The SDK refuses what its variables say. Its message may quote headers.
    untold('a variable OTEL_… has no valid value');
    return SILENT;
  }
}

/** Does `work` as a run that is traced; it is handed what to tell its events to. */
export async function traced<T>(
  traces: Traces,
  run: TracedRun,
  onEvent: (event: RunEvent) => void,
  work: (onEvent: (event: RunEvent) => void) => Promise<T>,
): Promise<T> {
  const trace = traces.run(run);
  try {
    const done = await work((event) => {
      trace.onEvent(event);
      onEvent(event);
    });
    trace.end();
    return done;
  } catch (error) {
    trace.end(error instanceof DiagnosedError ? error.diagnostics[0]!.code : 'E699');
    throw error;
  }
}

/** Where nothing is traced. */
export const SILENT: Traces = {
  run: () => ({ onEvent: () => {}, end: () => {} }),
  close: async () => {},
};
