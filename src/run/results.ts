/** What a run has done so far, as it will be reported. */
import { DiagnosedError, type Diagnostic, diagnose } from '../diagnostics/diagnostic.ts';
import { EXIT, type ExitCode, worstExit } from '../diagnostics/exit.ts';
import type { FailureReport, RunEvent, SegmentResult, SyncResult } from '../report/results.ts';
import { WarehouseError } from '../warehouse/warehouse.ts';

export class Results {
  readonly segments: SegmentResult[] = [];
  readonly syncs: SyncResult[] = [];
  readonly #exits: ExitCode[] = [];
  readonly #onEvent: (event: RunEvent) => void;

  constructor(onEvent: (event: RunEvent) => void) {
    this.#onEvent = onEvent;
  }

  segment(result: SegmentResult): void {
    this.segments.push(result);
    if (result.error) this.#exits.push(EXIT.failed);
    this.#onEvent({ event: 'segment_evaluated', result });
  }

  sync(result: SyncResult): void {
    this.syncs.push(result);
    if (result.error) this.#exits.push(EXIT.failed);
    if (result.held) this.#exits.push(EXIT.held);
    this.#onEvent({ event: 'sync_finished', result });
  }

  progress(sync: string, delivered: number): void {
    this.#onEvent({ event: 'sync_progress', sync, delivered });
  }

  warn(diagnostic: Pick<Diagnostic, 'code' | 'message'>): void {
    this.#onEvent({ event: 'warning', code: diagnostic.code, message: diagnostic.message });
  }

  /** Notes an outcome beside those of the results: bad credentials, locked by another process. */
  exit(code: ExitCode): void {
    this.#exits.push(code);
  }

  get outcome(): ExitCode {
    return worstExit(this.#exits);
  }

  get status(): 'done' | 'failed' | 'held' | 'interrupted' {
    const exit = this.outcome;
    if (exit === EXIT.interrupted || exit === EXIT.terminated) return 'interrupted';
    if (exit === EXIT.done || exit === EXIT.tryLater) return 'done';
    return exit === EXIT.held ? 'held' : 'failed';
  }
}

/** A known failure for a report; rethrows what is a defect. */
export function failureReport(error: unknown): { report: FailureReport; exit: ExitCode } {
  if (error instanceof DiagnosedError) {
    const [first] = error.diagnostics;
    const where = first!.place ? ` (line ${first!.place.line})` : '';
    const hint = first!.hint ? `; ${first!.hint}` : '';
    return { report: { code: first!.code, message: `${first!.message}${where}${hint}` }, exit: error.exit };
  }
  if (error instanceof WarehouseError) {
    const later = error.failure === 'transient' || error.failure === 'locked' || error.failure === 'conflict';
    const { code, message, exit } = diagnose(later ? 'E704' : 'E703', { detail: error.message });
    return { report: { code, message }, exit };
  }
  throw error;
}
