/**
 * One key on its way: the steps of its decision and how far they are. Pure: what the ledger says while a step is open,
 * and what it says after each receipt.
 *
 * Of one key a sync has one errand, and of one errand one step is open: the next begins when its receipt is in.
 */
import type { Operation, Receipt } from '../destination/destination.ts';
import { DAY, type Duration, type Instant } from '../instant.ts';
import type { Decision, LedgerRow, Rejection, Standing, Step } from './operation.ts';

/** A rejected removal leaves someone where they should not be: it is tried again daily, as what may pass by then is. */
const AGAIN: Duration = DAY;

export interface Errand {
  readonly key: string;
  readonly tickId: bigint;
  readonly causedAt?: Instant | undefined;
  /** What its freshness is measured from. */
  readonly owedSince?: Instant | undefined;
  /** What becomes of the audience in the end. */
  readonly effect: Operation;
  readonly step: Step;
  readonly later: readonly Step[];
  /** What is on the other side while the open step is not acknowledged; undefined: nothing that we know of. */
  readonly prior?: LedgerRow | undefined;
  /** What was last acknowledged of the key before this errand. */
  readonly acknowledged?: Pick<LedgerRow, 'payloadHash' | 'deliveredAt'> | undefined;
  readonly rejection?: Rejection | undefined;
  /** The ledger has a row for the key. */
  readonly inLedger: boolean;
}

export interface RejectionRow {
  readonly op: Operation;
  readonly payloadHash: string;
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  readonly nextAt?: Instant;
  /** Not tried again until what is sent changes. */
  readonly dead: boolean;
}

/** What the state says of a key from now on. */
export interface Entry {
  readonly key: string;
  readonly tickId: bigint;
  /** Null: no row. Undefined: as it is. */
  readonly ledger?: LedgerRow | null;
  readonly batchId?: string | undefined;
  readonly wasInLedger: boolean;
  /** The ledger has its question, with the same identifiers. */
  readonly isAnswer?: boolean;
  /** Takes away a rejection there is; `rejected` puts another in its place. */
  readonly clearsRejection: boolean;
  readonly rejected?: RejectionRow;
}

const NONE: readonly Step[] = [];

/** The errand of a decision to send. */
export function errandOf(standing: Standing, decision: Decision & { kind: 'send' }): Errand {
  const { key, tickId, causedAt, owedSince, ledger, rejection } = standing;
  const { effect, steps } = decision;
  return {
    key,
    tickId,
    causedAt,
    owedSince,
    effect,
    step: steps[0]!,
    later: steps.length > 1 ? steps.slice(1) : NONE,
    prior: ledger,
    acknowledged: ledger,
    rejection,
    inLedger: ledger !== undefined,
  };
}

/**
 * The question that stands in the ledger before a step is sent. The hash stays that of what was last acknowledged: by
 * it the next run knows that the audience keeps the member, whichever step was not answered.
 */
export function questionOf(errand: Errand, batchId: string | undefined): Entry {
  const { key, tickId, step, acknowledged, inLedger } = errand;
  return {
    key,
    tickId,
    ledger: {
      state: 'sending',
      identifiers: step.identifiers,
      payloadHash: acknowledged?.payloadHash,
      deliveredAt: acknowledged?.deliveredAt,
    },
    batchId,
    wasInLedger: inLedger,
    clearsRejection: false,
  };
}

/** The errand at its next step; undefined after the last. */
export function nextOf(errand: Errand): Errand | undefined {
  const [step, ...later] = errand.later;
  return step ? { ...errand, step, later, prior: undefined, inLedger: true } : undefined;
}

/** What the state says once the last step was acknowledged. */
export function doneEntry(errand: Errand, now: Instant, batchId?: string): Entry {
  const { key, tickId, step, rejection } = errand;
  const { keeps, identifiers, hash } = step;
  return {
    key,
    tickId,
    ledger: keeps ? { state: 'delivered', identifiers, payloadHash: hash, deliveredAt: now } : null,
    batchId,
    wasInLedger: true,
    isAnswer: keeps,
    clearsRejection: rejection !== undefined,
  };
}

/** Marks the hash of a removal that a job has, after which the key is to be added in another form. */
export const REPLACED = 'then:';

/** What the state says once an asynchronous job has taken a step: still a question, with what it would leave there. */
export function acceptedEntry(errand: Errand, batchId: string, now: Instant): Entry {
  const { step, later, acknowledged } = errand;
  const { payloadHash: before, deliveredAt } = acknowledged ?? {};
  const removed = later.length > 0 ? `${REPLACED}${before ?? ''}` : before;
  const payloadHash = step.op === 'remove' ? removed : step.hash;
  return {
    ...entry(errand),
    batchId,
    clearsRejection: false,
    ledger: { state: 'sending', identifiers: step.identifiers, payloadHash, deliveredAt },
    ...(mayBeUndone(errand)
      ? { clearsRejection: true, rejected: againLater(errand, UNDONE, now, AGAIN) }
      : {}),
  };
}

/** The code of a removal that is made once more, for what was asked before it may still be worked off. */
export const MAY_BE_UNDONE = 'may_be_undone';
const UNDONE = { code: MAY_BE_UNDONE, message: 'a request whose answer was lost may still be worked off' };

/**
 * Whether a removal comes after a request whose answer is not known. Where the other side takes requests as jobs, that
 * may be one which nobody asks after, and which is worked off when the removal is long done.
 */
export function mayBeUndone({ step, later, prior }: Errand): boolean {
  return step.op === 'remove' && !step.keeps && later.length === 0 && prior?.state === 'sending';
}

/** A removal that was done, and is made once more a day later: by then no job is left that could undo it. */
export function doubtedEntry(errand: Errand, now: Instant): Entry {
  const rejected = againLater(errand, UNDONE, now, AGAIN);
  return { ...entry(errand), clearsRejection: true, rejected, ledger: perhapsThere(errand) };
}

/**
 * What the state says once a step was rejected: the other side is as it was before. `attempts` counts the requests that
 * carried it; of those before the last it is not known what they did.
 */
export function rejectedEntry(
  errand: Errand,
  receipt: Pick<Receipt & { kind: 'rejected' }, 'code' | 'message' | 'daily'>,
  now: Instant,
  attempts: number,
  again: Duration = AGAIN,
): Entry {
  const { step, prior } = errand;
  const isAgain = step.op === 'remove' || receipt.daily === true;
  const rejected = againLater(errand, receipt, now, isAgain ? again : undefined);
  const isInDoubt = attempts > 1 || prior?.state === 'sending';
  const ledger = isInDoubt ? perhapsThere(errand) : (prior ?? null);
  return { ...entry(errand), clearsRejection: true, rejected, ledger };
}

/** Undefined `again`: not until what is sent changes. */
function againLater(
  { step, rejection }: Errand,
  { code, message }: Pick<RejectionRow, 'code' | 'message'>,
  now: Instant,
  again: Duration | undefined,
): RejectionRow {
  return {
    op: step.op,
    payloadHash: step.hash,
    code,
    message,
    attempts: (rejection?.attempts ?? 0) + 1,
    firstAt: rejection?.firstAt ?? now,
    lastAt: now,
    dead: again === undefined,
    ...(again === undefined ? {} : { nextAt: now + again }),
  };
}

/**
 * How much longer a removal that found nobody has to wait until that can be believed: a look-up may lag behind an add.
 * Where it is not known when the add was made, for its answer never came, since the first removal that found nobody.
 */
export function waitOf(
  { step, prior, acknowledged, rejection }: Errand,
  now: Instant,
  settlesAfter: Duration,
): Duration {
  if (step.op !== 'remove' || !prior) return 0n;
  const isInDoubt = prior.state === 'sending' || acknowledged?.deliveredAt === undefined;
  const found = rejection?.op === 'remove' ? rejection.firstAt : now;
  const since = isInDoubt ? found : acknowledged.deliveredAt;
  const wait = since + settlesAfter - now;
  return wait > 0n ? wait : 0n;
}

/**
 * A removal that found nobody too early to be believed: it is made again. They may be gone all the same, by a request
 * whose answer was lost: who comes back meanwhile is added again.
 */
export function earlyEntry(errand: Errand, now: Instant, settlesAfter: Duration): Entry {
  const early = { code: 'not_there_yet', message: 'an add that young may not be found yet' };
  const entry = rejectedEntry(errand, early, now, 1, waitOf(errand, now, settlesAfter));
  return { ...entry, ledger: perhapsThere(errand) };
}

/** What is set right without a call. */
export function settledEntry(standing: Standing, { ledger: becomes }: Decision & { kind: 'settled' }): Entry {
  const { key, tickId, ledger } = standing;
  const row = ledger && becomes === 'delivered' ? { ...ledger, state: 'delivered' as const } : undefined;
  return {
    key,
    tickId,
    wasInLedger: ledger !== undefined,
    clearsRejection: true,
    ledger: becomes === 'dropped' ? null : row,
  };
}

/**
 * A request whose answer never came may have done what is rejected now, since it is there (or gone) already. So all of
 * it may be there, and without a hash: in whatever form is not known.
 */
function perhapsThere({ step, prior }: Errand): LedgerRow {
  const identifiers = step.op === 'remove' ? (prior ?? step).identifiers : step.identifiers;
  return { state: 'delivered', identifiers, deliveredAt: prior?.deliveredAt };
}

/** Once it was asked for, a key stands in the ledger. */
function entry({ key, tickId }: Errand): Pick<Entry, 'key' | 'tickId' | 'wasInLedger'> {
  return { key, tickId, wasInLedger: true };
}
