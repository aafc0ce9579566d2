/**
 * The decision table: what should be on the other side, against what the ledger says is there. Pure.
 *
 * Glossary: a *standing* is all that is known of one candidate; a *step* is one operation to send; a *decision* is the
 * steps of one key in order, each begun when the one before is acknowledged, or what is set right without a call.
 */
import type { Mode } from '../config/project.ts';
import type { Operation } from '../destination/destination.ts';
import type { Instant } from '../instant.ts';
import { type Fields, type Identifiers, type Payload, payloadHash } from './payload.ts';

export interface Standing {
  readonly key: string;
  /** A member of the segment. */
  readonly holds: boolean;
  /** A row of the entity's table. */
  readonly known: boolean;
  /** `on_enter`: a change says that it entered, and that is an event. */
  readonly entered: boolean;
  /** True, too, when the sync asks for none. */
  readonly consented: boolean;
  readonly payload: Payload;
  readonly ledger?: LedgerRow | undefined;
  readonly rejection?: Rejection | undefined;
  /** Of its newest change; of its membership or ledger row when there is none. */
  readonly tickId: bigint;
  /** What its newest change was caused by; undefined when no change made it a candidate. */
  readonly causedAt?: Instant | undefined;
  /** The first cause that is not answered; undefined when nobody knows of one. */
  readonly owedSince?: Instant | undefined;
}

export interface LedgerRow {
  readonly state: 'sending' | 'delivered';
  /** Every identifier that may be on the other side. */
  readonly identifiers: Identifiers;
  /** A job took them out, to be added in another form: nothing is on the other side. */
  readonly isOut?: boolean;
  /** Of what was last acknowledged; undefined when nothing ever was. */
  readonly payloadHash?: string | undefined;
  readonly deliveredAt?: Instant | undefined;
  /** The tick of the change that was sent last. */
  readonly tickId?: bigint | undefined;
}

export interface Rejection {
  readonly op: Operation;
  readonly payloadHash: string;
  /** May be tried again: its time has come, or `segsync retry` said so. */
  readonly due: boolean;
  readonly attempts: number;
  readonly firstAt: Instant;
}

export interface Rules {
  readonly mode: Mode;
  readonly asksConsent: boolean;
  /** Members are matched by identifiers; otherwise the key itself is carried. */
  readonly needsIdentifier: boolean;
  /** The destination has an operation for members that it has already. */
  readonly canUpdate: boolean;
  /** Who was last added before this is added again. */
  readonly renewBefore?: Instant;
  /** `on_enter`: who was sent an event after this instant is sent no other. */
  readonly notSince?: Instant;
}

export interface Step {
  readonly op: Operation;
  readonly identifiers: Identifiers;
  readonly fields: Fields;
  readonly hash: string;
  /** Whether the ledger keeps the key when this step is acknowledged. */
  readonly keeps: boolean;
}

export type Decision =
  | { readonly kind: 'nothing'; readonly unmatchable: boolean }
  /** Set right without a call: a question or a rejection that has lost its meaning. */
  | { readonly kind: 'settled'; readonly ledger: 'as it is' | 'dropped' | 'delivered' }
  /** `effect` is what becomes of the audience: it gains, loses or keeps the member. */
  | { readonly kind: 'send'; readonly effect: Operation; readonly steps: readonly Step[] };

/** What to do for one candidate. */
export function decide(standing: Standing, rules: Rules): Decision {
  const decision = decisionOf(standing, rules);
  if (decision.kind === 'send' && rules.mode !== 'on_enter' && isRejected(standing, decision.steps[0]!))
    return nothing();
  return decision;
}

function decisionOf(standing: Standing, rules: Rules): Decision {
  switch (rules.mode) {
    case 'remove_only':
      return takeOut(standing, rules);
    case 'on_enter':
      return greet(standing, rules);
    default:
      return keepEqual(standing, rules);
  }
}

/** Marks the hash of a removal: a row of `remove_only` says whom it took out, every other one who is there. */
const TAKEN_OUT = 'out:';

/** The ledger remembers a removal of days when the sync took people out. */
function isTakenOut(ledger: LedgerRow | undefined): boolean {
  return ledger?.state === 'delivered' && (ledger.payloadHash?.startsWith(TAKEN_OUT) ?? false);
}

function keepEqual(standing: Standing, rules: Rules): Decision {
  if (isTakenOut(standing.ledger)) {
    const isBack = isWanted(standing, rules) === 'there';
    return isBack
      ? bringIn({ ...standing, ledger: undefined }, rules)
      : { kind: 'settled', ledger: 'dropped' };
  }
  const wanted = isWanted(standing, rules);
  if (wanted === 'there') return bringIn(standing, rules);
  if (wanted === 'gone') return bringOut(standing, rules);
  const inDoubt = standing.ledger?.state === 'sending';
  return inDoubt ? { kind: 'settled', ledger: 'delivered' } : withoutCall(standing);
}

/** `as it is`: in `add_only`, someone who has left the segment and not taken back consent. */
function isWanted(standing: Standing, rules: Rules): 'there' | 'gone' | 'as it is' {
  const { holds, known } = standing;
  const lostConsent = rules.asksConsent && !standing.consented;
  const matchable = isMatchable(standing, rules);
  if (holds && known && matchable && !lostConsent) return 'there';
  if (rules.mode === 'mirror') return 'gone';
  return lostConsent || (known && !matchable) ? 'gone' : 'as it is';
}

function bringIn(standing: Standing, rules: Rules): Decision {
  const { ledger, payload } = standing;
  const { identifiers, fields, hash } = payload;
  const add: Step = { op: 'add', identifiers, fields, hash, keeps: true };
  if (!ledger) return send('add', add);
  const effect = ledger.payloadHash === undefined ? 'add' : 'update';
  if (lacksSome(ledger.identifiers, payload.identifiers)) {
    // The old set, as it was sent, goes first: the other side may know the person by it alone.
    return send(effect, step('remove', ledger.identifiers, {}, false), add);
  }
  if (ledger.state === 'sending') return send(effect, add);
  if (ledger.payloadHash === payload.hash) {
    return isForgotten(ledger, rules) ? send('update', add) : withoutCall(standing);
  }
  // Without a hash they may not be there at all.
  const gained = ledger.payloadHash === undefined || lacksSome(payload.identifiers, ledger.identifiers);
  return send(effect, gained || !rules.canUpdate ? add : { ...add, op: 'update' });
}

function isForgotten({ deliveredAt }: LedgerRow, { renewBefore }: Rules): boolean {
  return renewBefore !== undefined && deliveredAt !== undefined && deliveredAt < renewBefore;
}

function bringOut(standing: Standing, rules: Rules): Decision {
  const { ledger } = standing;
  if (ledger?.isOut) return { kind: 'settled', ledger: 'dropped' };
  if (ledger) return send('remove', step('remove', ledger.identifiers, {}, false));
  const decision = withoutCall(standing);
  const { holds, known, consented } = standing;
  const unmatchable = holds && known && !isMatchable(standing, rules) && (consented || !rules.asksConsent);
  return decision.kind === 'nothing' ? { ...decision, unmatchable } : decision;
}

/** Takes someone out for good, whatever the mode says: what only remembers an event or a removal is forgotten without a call. */
export function forget(ledger: LedgerRow, mode: Mode): Decision {
  if (mode === 'on_enter' || mode === 'remove_only') return { kind: 'settled', ledger: 'dropped' };
  return send('remove', step('remove', ledger.identifiers, {}, false));
}

/** `remove_only`: the ledger holds whom it took out. Whoever leaves the segment is forgotten, not put back. */
function takeOut(standing: Standing, rules: Rules): Decision {
  const { ledger, payload, holds, known } = standing;
  if (!holds || !known) return ledger ? { kind: 'settled', ledger: 'dropped' } : withoutCall(standing);
  if (!isMatchable(standing, rules)) {
    return ledger ? { kind: 'settled', ledger: 'dropped' } : { kind: 'nothing', unmatchable: true };
  }
  const plain = step('remove', payload.identifiers, {}, true);
  const remove = { ...plain, hash: `${TAKEN_OUT}${plain.hash}` };
  const done = ledger?.state === 'delivered' && ledger.payloadHash === remove.hash;
  if (done) return withoutCall(standing);
  return send(isTakenOut(ledger) ? 'update' : 'remove', remove);
}

/** `on_enter`: one event an entry. The ledger holds whom the last one was sent, and which entry it was for. */
function greet(standing: Standing, rules: Rules): Decision {
  const { ledger, entered, payload, tickId, rejection } = standing;
  const wanted = isWanted(standing, { ...rules, mode: 'mirror' }) === 'there';
  const inDoubt = ledger?.state === 'sending';
  if (inDoubt && !wanted) return { kind: 'settled', ledger: ledger.payloadHash ? 'delivered' : 'dropped' };
  const isNews = entered && !(ledger?.tickId !== undefined && ledger.tickId >= tickId);
  if (wanted && (inDoubt || rejection?.due || (isNews && !isRecent(ledger, rules)))) {
    return send('add', step('add', payload.identifiers, payload.fields, true));
  }
  const unmatchable = isNews && standing.holds && standing.known && !isMatchable(standing, rules);
  const decision = withoutCall(standing);
  return decision.kind === 'nothing' ? { ...decision, unmatchable } : decision;
}

function isRecent(ledger: LedgerRow | undefined, { notSince }: Rules): boolean {
  return notSince !== undefined && ledger?.deliveredAt !== undefined && ledger.deliveredAt > notSince;
}

/** Final until what is sent changes; a row in doubt is asked for all the same. */
function isRejected(standing: Standing, first: Step): boolean {
  const { rejection, ledger } = standing;
  if (!rejection || rejection.due || ledger?.state === 'sending') return false;
  return (rejection.op === 'remove') === (first.op === 'remove') && rejection.payloadHash === first.hash;
}

function isMatchable({ payload }: Standing, rules: Rules): boolean {
  return !rules.needsIdentifier || payload.tells;
}

/** True when a name of `a` is missing in `b` or has another value there. */
function lacksSome(a: Identifiers, b: Identifiers): boolean {
  return Object.entries(a).some(([name, value]) => b[name] !== value);
}

function step(op: Operation, identifiers: Identifiers, fields: Fields, keeps: boolean): Step {
  return { op, identifiers, fields, hash: payloadHash(identifiers, fields), keeps };
}

function send(effect: Operation, ...steps: Step[]): Decision {
  return { kind: 'send', effect, steps };
}

function withoutCall({ rejection }: Standing): Decision {
  return rejection ? { kind: 'settled', ledger: 'as it is' } : nothing();
}

function nothing(): Decision {
  return { kind: 'nothing', unmatchable: false };
}
