/**
 * The other side: an endpoint that keeps audiences by key. What becomes of a request is decided by chance and by what
 * it carries; that it was applied and that its sender hears so are two things.
 */

import { payloadHash } from '../../src/deliver/payload.ts';
import type { Operation } from '../../src/destination/destination.ts';
import type { HttpResponse } from '../../src/world.ts';
import type { Dice } from '../brute-force/dice.ts';
import { REFUSED, REJECTED } from './shop.ts';

export interface Member {
  readonly identifiers: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, string>>;
  /** As the ledger would have it. */
  readonly hash: string;
}

export interface SentChange {
  readonly op: Operation;
  readonly key: string;
  readonly identifiers: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, string>>;
}

export interface SentBatch {
  readonly sync: string;
  readonly audience: string;
  readonly batch_id: string;
  readonly changes: readonly SentChange[];
}

/** Shares of requests, or of rows, each in [0, 1]. */
export interface Quirks {
  /** Requests that never arrive, and those that are applied and not answered. */
  readonly lostBefore: number;
  readonly lostAfter: number;
  /** Answers 429, with and without Retry-After; 500, 502 and 503 with HTML, applied or not; 401. */
  readonly busy: number;
  readonly broken: number;
  readonly unauthorized: number;
  /** Batches of several rows that are too large for it today. */
  readonly tooLarge: number;
  /** Rows that are put off; removals that are rejected. */
  readonly rowLater: number;
  readonly removalRejected: number;
}

export const NO_QUIRKS: Quirks = {
  lostBefore: 0,
  lostAfter: 0,
  busy: 0,
  broken: 0,
  unauthorized: 0,
  tooLarge: 0,
  rowLater: 0,
  removalRejected: 0,
};

const HTML = '<html><body><h1>Bad Gateway</h1></body></html>';

export class Endpoint {
  quirks: Quirks = NO_QUIRKS;
  readonly audiences = new Map<string, Map<string, Member>>();
  /** By audience: how many somebody else has put there. */
  readonly foreign = new Map<string, number>();
  readonly #dice: Dice;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  /** Somebody else puts this one there. */
  seed(audience: string, key: string): void {
    this.foreign.set(audience, (this.foreign.get(audience) ?? 0) + 1);
    const member = { identifiers: {}, fields: { name: 'somebody else' } };
    this.of(audience).set(key, { ...member, hash: payloadHash(member.identifiers, member.fields) });
  }

  of(audience: string): Map<string, Member> {
    const known = this.audiences.get(audience) ?? new Map<string, Member>();
    this.audiences.set(audience, known);
    return known;
  }

  /** Takes a request in; resolves to what it answers. `now` is in milliseconds since 1970. */
  receive(batch: SentBatch, now: number): HttpResponse {
    const dice = this.#dice;
    const { busy, broken, unauthorized, tooLarge } = this.quirks;
    if (dice.chance(unauthorized)) return answer(401, '');
    if (dice.chance(busy)) return answer(429, 'slow down', this.#retryAfter(now));
    if (dice.chance(broken)) {
      if (dice.chance(0.5)) this.#applyAll(batch);
      return answer(dice.pick([500, 502, 503]), HTML);
    }
    if (batch.changes.length > 1 && dice.chance(tooLarge)) return answer(413, HTML);
    if (batch.changes.some(isRefused)) return answer(400, 'a row is bad');
    return this.#rowByRow(batch);
  }

  #retryAfter(now: number): Record<string, string> {
    const seconds = this.#dice.between(0, 20);
    switch (this.#dice.between(1, 3)) {
      case 1:
        return {};
      case 2:
        return { 'retry-after': String(seconds) };
      default:
        return { 'retry-after': new Date(now + seconds * 1000).toUTCString() };
    }
  }

  #rowByRow(batch: SentBatch): HttpResponse {
    const errors = batch.changes.flatMap((change, index) => {
      const error = this.#errorOf(change);
      if (error === undefined) this.apply(batch.audience, change);
      return error === undefined ? [] : [{ index, code: 'row', message: 'no', retryable: error === 'later' }];
    });
    return errors.length === 0 ? answer(204, '') : answer(200, JSON.stringify({ errors }));
  }

  #errorOf(change: SentChange): 'later' | 'never' | undefined {
    if (this.#dice.chance(this.quirks.rowLater)) return 'later';
    if (change.op !== 'remove') return isRejected(change) ? 'never' : undefined;
    return this.#dice.chance(this.quirks.removalRejected) ? 'never' : undefined;
  }

  #applyAll(batch: SentBatch): void {
    if (batch.changes.some(isRefused)) return;
    for (const change of batch.changes) if (!isRejected(change)) this.apply(batch.audience, change);
  }

  apply(audience: string, { op, key, identifiers, fields }: SentChange): void {
    if (op === 'remove') this.of(audience).delete(key);
    else this.of(audience).set(key, { identifiers, fields, hash: payloadHash(identifiers, fields) });
  }
}

/** It never accepts such a row, and refuses every request that carries one. */
function isRefused({ op, fields }: SentChange): boolean {
  return op !== 'remove' && fields.name === REFUSED;
}

/** It accepts the others of the request. */
function isRejected({ op, fields }: SentChange): boolean {
  return op !== 'remove' && fields.name === REJECTED;
}

function answer(status: number, body: string, headers: Record<string, string> = {}): HttpResponse {
  return { status, headers, body };
}
