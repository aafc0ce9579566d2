/**
 * Sends parcels: one place in the lane each, tried again within bounds, split while refused as a whole, until every
 * row has a receipt or is left in doubt.
 */

import type { DestinationSession, Outcome, Receipt } from '../destination/destination.ts';
import { DiagnosedError, diagnose } from '../diagnostics/diagnostic.ts';
import type { World } from '../world.ts';
import { backoffMs } from './backoff.ts';
import type { DeliveryEvent } from './context.ts';
import type { Errand } from './errand.ts';
import { type Addressee, type Parcel, parcelOf } from './parcel.ts';
import type { Lane } from './rate.ts';
import { rejectsAll, Trial } from './trial.ts';

/** Some errands of one parcel, and what became of them. */
export interface Answer {
  readonly parcel: Parcel;
  readonly attempts: number;
  /** On the monotonic clock. */
  readonly sentAt: number;
  readonly httpStatus?: number;
  /** How many of the rows the other side could not use, where it only counts. */
  readonly invalid?: number;
  /** What `finish` is to tell of the batch. */
  readonly part?: string;
  readonly rows: readonly { readonly errand: Errand; readonly receipt: Receipt }[];
}

export interface SenderOptions {
  readonly world: World;
  readonly destination: DestinationSession;
  readonly to: Addressee;
  readonly lane: Lane;
  /** Lower goes first. */
  readonly priority: number;
  readonly retryBoundMs: number;
  /** Fails when the lease may be another's. */
  readonly checkLease: () => void;
  /** Aborted: nothing new is sent. */
  readonly halt: AbortSignal;
  /** Aborted: what is on its way is given up; its rows stay in doubt. */
  readonly cutOff: AbortSignal;
  /** Final receipts, and `retry` for rows that are given up for now. */
  readonly onAnswer: (answer: Answer) => void;
  readonly onEvent?: (event: DeliveryEvent) => void;
}

interface Attempt {
  readonly parcel: Parcel;
  readonly count: number;
  /** On the monotonic clock. */
  readonly firstFailedAt?: number;
}

export class Sender {
  readonly #options: SenderOptions;
  #lastProgressAt = Number.NEGATIVE_INFINITY;
  /** Until something is accepted. */
  #trial: Trial | undefined = new Trial();
  #inFlight = 0;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /**
   * Resolves when every row of the parcel is answered or left in doubt. Throws what stops the whole sync: a
   * `DiagnosedError` of the destination, E502 when the lease is lost, E454 when nothing gets through any more,
   * E456 when everything is refused.
   */
  async send(parcel: Parcel): Promise<void> {
    this.#inFlight++;
    try {
      await this.#attempt({ parcel, count: 1 });
    } finally {
      this.#inFlight--;
    }
    this.#trial?.judge(parcel.errands);
    // Halted, what was put off is left in doubt.
    if (this.#inFlight === 0 && !this.#options.halt.aborted) this.#settle();
  }

  #settle(): void {
    for (const answer of this.#trial?.take() ?? []) this.#options.onAnswer(answer);
  }

  async #attempt(attempt: Attempt): Promise<void> {
    const { lane, priority, halt, world } = this.#options;
    const { parcel } = attempt;
    const leave = await lane.enter(priority, halt, this.#bytesOf(parcel));
    if (!leave) return;
    let outcome: Outcome;
    const sentAt = world.clock.monotonic();
    try {
      this.#options.checkLease();
      outcome = await this.#options.destination.send(parcel.batch, { signal: this.#options.cutOff });
    } finally {
      leave();
    }
    this.#tell(attempt, sentAt, outcome);
    lane.note(isDown(outcome) ? 'failed' : 'succeeded');
    if ('refused' in outcome) return this.#split(attempt, outcome, sentAt);
    const rows = parcel.errands.map((errand, index) => ({ errand, receipt: receiptAt(outcome, index) }));
    const final = rows.filter(({ receipt }) => receipt.kind !== 'retry');
    const again = rows.filter(({ receipt }) => receipt.kind === 'retry');
    this.#answer(attempt, sentAt, outcome.httpStatus, final, outcome);
    if (again.length > 0) await this.#retry(attempt, sentAt, outcome.httpStatus, again);
  }

  #tell({ parcel, count: attempt }: Attempt, sentAt: number, outcome: Outcome): void {
    const { onEvent, world } = this.#options;
    if (!onEvent) return;
    const receipts = 'receipts' in outcome ? outcome.receipts : [];
    onEvent({
      ...{ event: 'request_ended', op: parcel.batch.op, rows: parcel.errands.length, attempt },
      retried: receipts.filter(({ kind }) => kind === 'retry').length,
      ...(outcome.httpStatus === undefined ? {} : { http_status: outcome.httpStatus }),
      duration_ms: Math.round(world.clock.monotonic() - sentAt),
    });
  }

  /** Only where the other side counts them. */
  #bytesOf({ batch }: Parcel): number {
    const { destination, to } = this.#options;
    if (destination.limits.bytesPerSecond === undefined) return 0;
    return batch.changes.reduce(
      (sum, change) => sum + destination.sizeOf(change, { segment: to.segment }),
      0,
    );
  }

  async #split(attempt: Attempt, outcome: Refusal, sentAt: number): Promise<void> {
    const { errands } = attempt.parcel;
    if (errands.length === 1) {
      const receipt: Receipt = { kind: 'rejected', ...outcome.refused };
      return this.#answer(attempt, sentAt, outcome.httpStatus, [{ errand: errands[0]!, receipt }]);
    }
    const middle = Math.ceil(errands.length / 2);
    for (const half of [errands.slice(0, middle), errands.slice(middle)]) {
      await this.#attempt({ parcel: parcelOf(half, this.#options.to), count: attempt.count });
    }
  }

  async #retry(
    attempt: Attempt,
    sentAt: number,
    httpStatus: number | undefined,
    rows: Answer['rows'],
  ): Promise<void> {
    const { world, halt, retryBoundMs } = this.#options;
    const firstFailedAt = attempt.firstFailedAt ?? sentAt;
    const receipts = rows.flatMap(({ receipt }) => (receipt.kind === 'retry' ? [receipt] : []));
    const asked = Math.max(0, ...receipts.map(({ afterMs }) => afterMs ?? 0));
    const wait = backoffMs(world.random, attempt.count, asked);
    this.#pauseLane(attempt, rows, asked);
    // It answers, and puts off some rows: that may take long, and is nothing to wait for.
    const isUp = isSuccess(httpStatus);
    const bound = this.#options.lane.isBroken
      ? 0
      : Math.min(retryBoundMs, isUp ? ROWS_BOUND_MS : retryBoundMs);
    if (world.clock.monotonic() + wait - firstFailedAt > bound) {
      this.#answer(attempt, sentAt, httpStatus, rows);
      if (this.#lastProgressAt < firstFailedAt && !isUp)
        this.#giveUp(firstFailedAt, attempt.count, receipts[0]!.message);
      return;
    }
    await world.timers.sleep(wait, halt);
    const whole = rows.length === attempt.parcel.errands.length;
    const parcel = whole
      ? attempt.parcel
      : parcelOf(
          rows.map(({ errand }) => errand),
          this.#options.to,
        );
    await this.#attempt({ parcel, count: attempt.count + 1, firstFailedAt });
  }

  /** Where a whole request was put off, so will be the next ones. */
  #pauseLane(attempt: Attempt, rows: Answer['rows'], ms: number): void {
    const { lane, retryBoundMs } = this.#options;
    if (ms > 0 && rows.length === attempt.parcel.errands.length) lane.pause(Math.min(ms, retryBoundMs));
  }

  #giveUp(since: number, attempts: number, reason: string): never {
    this.#options.lane.break();
    const seconds = Math.round((this.#options.world.clock.monotonic() - since) / 1000);
    throw new DiagnosedError([diagnose('E454', { attempts, seconds, reason })]);
  }

  #answer(
    attempt: Attempt,
    sentAt: number,
    httpStatus: number | undefined,
    rows: Answer['rows'],
    { invalid = 0, part }: Pick<Answer, 'invalid' | 'part'> = {},
  ): void {
    if (rows.length === 0) return;
    if (rows.some(({ receipt }) => receipt.kind !== 'retry')) {
      this.#lastProgressAt = this.#options.world.clock.monotonic();
    }
    const { parcel, count: attempts } = attempt;
    const answer = {
      ...{ parcel, attempts, sentAt, rows, invalid },
      ...(httpStatus === undefined ? {} : { httpStatus }),
      ...(part === undefined ? {} : { part }),
    };
    if (rows.some(({ receipt }) => ACCEPTED.has(receipt.kind))) this.#endTrial();
    if (this.#trial && rejectsAll(answer)) this.#trial.putOff(answer);
    else this.#options.onAnswer(answer);
  }

  #endTrial(): void {
    this.#settle();
    this.#trial = undefined;
  }
}

/** How long rows are tried again that the other side puts off one by one. */
const ROWS_BOUND_MS = 5_000;

function isSuccess(httpStatus: number | undefined): boolean {
  return httpStatus !== undefined && httpStatus >= 200 && httpStatus < 300;
}

/** No row got through: the other side may be down, and not only busy with some. */
function isDown(outcome: Outcome): boolean {
  return (
    'receipts' in outcome &&
    !isSuccess(outcome.httpStatus) &&
    outcome.receipts.length > 0 &&
    outcome.receipts.every(({ kind }) => kind === 'retry')
  );
}

const ACCEPTED: ReadonlySet<Receipt['kind']> = new Set(['delivered', 'accepted', 'unknown']);

type Refusal = Extract<Outcome, { refused: unknown }>;

/** An adapter that answers for fewer rows than it was given leaves the rest in doubt. */
function receiptAt(outcome: Outcome, index: number): Receipt {
  const receipt = 'receipts' in outcome ? outcome.receipts[index] : undefined;
  return receipt ?? { kind: 'retry', code: 'no_receipt', message: 'the destination gave no receipt' };
}
