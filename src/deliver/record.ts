/** What a delivery has to write at the next flush, and what it counts for its report. */
import type { Operation, Receipt } from '../destination/destination.ts';
import { type Duration, earliest, type Instant } from '../instant.ts';
import type { Counts } from '../report/results.ts';
import type { PartRow } from '../state/parts.ts';
import type { DeliveryEvent } from './context.ts';
import {
  acceptedEntry,
  doneEntry,
  doubtedEntry,
  type Entry,
  type Errand,
  earlyEntry,
  mayBeUndone,
  nextOf,
  questionOf,
  rejectedEntry,
  waitOf,
} from './errand.ts';
import type { BatchRow } from './flush.ts';
import { countFreshness } from './freshness-counts.ts';
import type { Promised } from './promised.ts';
import { RejectionReasons } from './rejection-reasons.ts';
import type { Answer } from './sender.ts';

export interface RecordOptions {
  readonly runId: string;
  /** The warehouse's clock at an instant of the monotonic one. */
  readonly at: (monotonic: number) => Instant;
  readonly now: () => Instant;
  /** How long after an add the destination may still not find it. */
  readonly settlesAfter: Duration;
  /** Jobs of the other side decide about whole batches. */
  readonly polls: boolean;
  /** The place of the first part among those that are to be told. */
  readonly nextPart: number;
  readonly promised: Promised;
  /** How long after its instant the run came to this delivery: batches are dated without it. */
  readonly lateBy: Duration;
  readonly onEvent?: (event: DeliveryEvent) => void;
}

type Rows = Answer['rows'];

export class DeliveryRecord {
  readonly delivered: Counts = { add: 0, remove: 0, update: 0 };
  readonly reasons = new RejectionReasons();
  rejected = 0;
  /** Rows that the other side could not use, without saying which. */
  invalid = 0;
  /** Rows that were sent and are given up for now. */
  waiting = 0;
  readonly #options: RecordOptions;
  #entries: Entry[] = [];
  #batches: BatchRow[] = [];
  #parts: PartRow[] = [];
  #nextPart: number;

  constructor(options: RecordOptions) {
    this.#options = options;
    this.#nextPart = options.nextPart;
  }

  /** The place of the next part: grows with each. */
  get nextPart(): number {
    return this.#nextPart;
  }

  /** The clock by which batches are dated. */
  now(): Instant {
    return this.#options.now();
  }

  /** Entries that wait to be written. */
  get size(): number {
    return this.#entries.length;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0 && this.#batches.length === 0;
  }

  /** Everything that waits to be written, taken out. */
  take(): { entries: Entry[]; batches: BatchRow[]; parts: PartRow[] } {
    const taken = { entries: this.#entries, batches: this.#batches, parts: this.#parts };
    this.#entries = [];
    this.#batches = [];
    this.#parts = [];
    return taken;
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
  }

  /** Takes an answer in; returns the errands that go on with their next step, and how many do not. */
  answer(answer: Answer): { next: Errand[]; ended: number } {
    const { settlesAfter } = this.#options;
    const { acknowledged, rejected, open, early } = sorted(answer.rows, ({ errand, receipt }) =>
      receipt.kind === 'missing' ? waitOf(errand, this.#options.now(), settlesAfter) > 0n : false,
    );
    const next = this.#acknowledge(answer, acknowledged);
    for (const { errand, receipt } of rejected) {
      if (receipt.kind !== 'rejected') continue;
      this.add(rejectedEntry(errand, receipt, this.#options.now(), answer.attempts));
      this.reasons.add(receipt);
    }
    for (const { errand, receipt } of open) {
      if (receipt.kind === 'accepted')
        this.add(acceptedEntry(errand, answer.parcel.batch.id, this.#options.now()));
      // Given up, it must not stand in the batch that a job has of the others.
      else if (this.#options.polls) this.add({ ...questionOf(errand, undefined), wasInLedger: true });
    }
    for (const { errand } of early) this.add(earlyEntry(errand, this.#options.now(), settlesAfter));
    this.rejected += rejected.length;
    this.invalid += answer.invalid ?? 0;
    this.waiting += open.length + early.length;
    this.#tell(answer, {
      delivered: acknowledged,
      rejected: rejected.length,
      waiting: open.length + early.length,
    });
    this.#part(answer, acknowledged);
    this.#line(answer, 'delivered', acknowledged);
    this.#line(answer, 'rejected', rejected);
    this.#line(answer, 'waiting', [...open, ...early]);
    return { next, ended: answer.rows.length - next.length };
  }

  /** Leaves an errand, of which nothing was sent, for the next run: as a question, by which that finds it. */
  leave(errand: Errand): void {
    this.add(questionOf(errand, undefined));
    this.waiting++;
  }

  /** Counts an errand that has ended: its effect is there. */
  count({ effect, owedSince }: Errand): void {
    this.delivered[effect]++;
    if (owedSince !== undefined) this.#options.promised.add(this.#freshness(owedSince));
  }

  #freshness(owedSince: Instant): number {
    const { now, lateBy } = this.#options;
    return Math.max(0, Number((now() + lateBy - owedSince) / 1000n));
  }

  #acknowledge({ parcel }: Answer, rows: Rows): Errand[] {
    const following: Errand[] = [];
    const at = this.#options.now();
    for (const { errand } of rows) {
      const next = nextOf(errand);
      if (next) following.push(next);
      if (next) continue;
      const isDoubted = this.#options.polls && mayBeUndone(errand);
      this.add(isDoubted ? doubtedEntry(errand, at) : doneEntry(errand, at, parcel.batch.id));
      this.count(errand);
    }
    return following;
  }

  /** Rows that have another step to go are not settled yet. */
  #tell(
    answer: Answer,
    { delivered, ...counts }: { delivered: Rows; rejected: number; waiting: number },
  ): void {
    const { onEvent, promised } = this.#options;
    if (!onEvent) return;
    const done = delivered.filter(({ errand }) => !nextOf(errand)).map(({ errand }) => errand);
    if (done.length + counts.rejected + counts.waiting === 0) return;
    const taken = done.flatMap(({ owedSince }) =>
      owedSince === undefined ? [] : [this.#freshness(owedSince)],
    );
    const freshness = countFreshness(taken, promised.promiseMs);
    onEvent({
      ...{ event: 'batch_settled', op: answer.parcel.errands[0]!.effect },
      ...{ delivered: done.length, ...counts },
      ...(freshness ? { freshness } : {}),
    });
  }

  #part({ part, parcel }: Answer, { length: rows }: Rows): void {
    if (part === undefined || rows === 0) return;
    const { id: batchId, op } = parcel.batch;
    this.#parts.push({ batchId, place: this.#nextPart++, op, rows, at: this.#options.now(), part });
  }

  #line(answer: Answer, status: BatchRow['status'], rows: Rows): void {
    if (rows.length === 0) return;
    const { runId, at, now } = this.#options;
    const oldest = earliest(rows.flatMap(({ errand }) => errand.owedSince ?? []));
    const job = rows.find(({ receipt }) => receipt.kind === 'accepted')?.receipt;
    this.#batches.push({
      runId,
      batchId: answer.parcel.batch.id,
      // Its job decides what becomes of the operation itself; the key's next one waits for that.
      effect: job ? answer.parcel.batch.op : effectOf(answer, status),
      rows: rows.length,
      status,
      attempts: answer.attempts,
      sentAt: at(answer.sentAt),
      ...(answer.httpStatus === undefined ? {} : { httpStatus: answer.httpStatus }),
      ...(status === 'waiting' ? {} : { ackedAt: now() }),
      ...(job?.kind === 'accepted' ? { jobRef: job.job } : {}),
      ...(oldest === undefined || status !== 'delivered' ? {} : { freshnessMs: this.#freshness(oldest) }),
    });
  }
}

/** The first of two steps changes nothing about who is in the audience when all is done. */
function effectOf({ parcel }: Answer, status: BatchRow['status']): Operation {
  const { effect, later } = parcel.errands[0]!;
  return status === 'delivered' && later.length > 0 ? 'update' : effect;
}

/** Rows by what their receipts mean, in one pass. */
function sorted(rows: Rows, isEarly: (row: Rows[number]) => boolean): Record<Meaning, Rows> {
  const sorted: Record<Meaning, Rows[number][]> = { acknowledged: [], rejected: [], open: [], early: [] };
  for (const row of rows) sorted[isEarly(row) ? 'early' : MEANINGS[row.receipt.kind]].push(row);
  return sorted;
}

type Meaning = 'acknowledged' | 'rejected' | 'open' | 'early';

const MEANINGS: Readonly<Record<Receipt['kind'], Meaning>> = {
  delivered: 'acknowledged',
  unknown: 'acknowledged',
  missing: 'acknowledged',
  rejected: 'rejected',
  accepted: 'open',
  retry: 'open',
};
