/** What a run has done so far, as it will be reported. */
import { relative } from 'node:path';
import { FreshnessLog } from '../deliver/freshness-log.ts';
import { CODES } from '../diagnostics/codes.ts';
import { DiagnosedError, type Diagnostic, diagnose } from '../diagnostics/diagnostic.ts';
import { EXIT, type ExitCode, worstExit } from '../diagnostics/exit.ts';
import type { Instant } from '../instant.ts';
import type { FailureReport, RunEvent, SegmentResult, SyncResult } from '../report/results.ts';
import { WarehouseError } from '../warehouse/warehouse.ts';

export class Results {
  readonly segments: SegmentResult[] = [];
  readonly syncs: SyncResult[] = [];
  readonly freshness = new FreshnessLog();
  /** Their syncs are left alone: what is there would be delivered as if it were today's. */
  readonly failedSegments = new Set<string>();
  /** The instants of the ticks that were committed, by segment. */
  readonly tickedAt = new Map<string, Instant>();
  readonly #exits: ExitCode[] = [];
  readonly #warned = new Set<string>();
  readonly #onEvent: (event: RunEvent) => void;

  constructor(onEvent: (event: RunEvent) => void) {
    this.#onEvent = onEvent;
  }

  segment(result: SegmentResult): void {
    this.segments.push(result);
    if (result.error) {
      this.#exits.push(exitOf(result.error));
      this.failedSegments.add(result.segment);
    }
    this.#onEvent({ event: 'segment_evaluated', result });
  }

  /** What happens on the way to a result. */
  event(event: RunEvent): void {
    this.#onEvent(event);
  }

  sync(result: SyncResult): void {
    this.syncs.push(result);
    if (result.error) this.#exits.push(exitOf(result.error));
    if (result.held) this.#exits.push(EXIT.held);
    this.#onEvent({ event: 'sync_finished', result });
  }

  progress(sync: string, delivered: number): void {
    this.#onEvent({ event: 'sync_progress', sync, delivered });
  }

  /** Each code and message once: what is looked at twice is not told twice. */
  warn(diagnostic: Pick<Diagnostic, 'code' | 'message'>): void {
    const id = `${diagnostic.code} ${diagnostic.message}`;
    if (this.#warned.has(id)) return;
    this.#warned.add(id);
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

/** A known failure for a report, with its place relative to the project; rethrows what is a defect. */
export function failureReport(error: unknown, root: string): FailureReport {
  if (error instanceof DiagnosedError) {
    const { code, message, place, hint } = error.diagnostics[0]!;
    const where = place ? ` (${relative(root, place.file)}:${place.line}:${place.column})` : '';
    return { code, message: `${message}${where}${hint ? `; ${hint}` : ''}` };
  }
  if (error instanceof WarehouseError) {
    const later = LATER.has(error.failure);
    const { code, message } = diagnose(later ? 'E704' : 'E703', { detail: error.message });
    return { code, message };
  }
  throw error;
}

const LATER = new Set<WarehouseError['failure']>(['transient', 'locked', 'conflict']);

function exitOf({ code }: FailureReport): ExitCode {
  return code in CODES ? CODES[code as keyof typeof CODES].exit : EXIT.failed;
}
