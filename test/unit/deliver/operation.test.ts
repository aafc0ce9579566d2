/** The design's table of operations, row by row, and what lies between its rows. */
import { describe, expect, test } from 'vitest';
import {
  decide,
  type LedgerRow,
  type Rejection,
  type Rules,
  type Standing,
} from '../../../src/deliver/operation.ts';
import { type Fields, type Identifiers, payloadHash } from '../../../src/deliver/payload.ts';

const EMAIL: Identifiers = { email: 'new@example.com' };
const OLD: Identifiers = { email: 'old@example.com' };
const GOLD: Fields = { tier: 'gold' };
const SILVER: Fields = { tier: 'silver' };

const MIRROR: Rules = { mode: 'mirror', asksConsent: true, needsIdentifier: true, canUpdate: true };
const ADD_ONLY: Rules = { ...MIRROR, mode: 'add_only' };
const REMOVE_ONLY: Rules = { ...MIRROR, mode: 'remove_only' };
const ON_ENTER: Rules = { ...MIRROR, mode: 'on_enter', notSince: 100n };

function member(changes: Partial<Standing> & { identifiers?: Identifiers; fields?: Fields } = {}): Standing {
  const { identifiers = EMAIL, fields = GOLD, ...rest } = changes;
  const payload = {
    identifiers,
    tells: Object.keys(identifiers).length > 0,
    fields,
    hash: payloadHash(identifiers, fields),
  };
  return {
    key: '1',
    holds: true,
    known: true,
    entered: false,
    consented: true,
    payload,
    tickId: 7n,
    ...rest,
  };
}

function ledger(state: LedgerRow['state'], identifiers = EMAIL, fields: Fields = GOLD): LedgerRow {
  return { state, identifiers, payloadHash: payloadHash(identifiers, fields) };
}

function rejection(op: Rejection['op'], hash: string, due = false): Rejection {
  return { op, payloadHash: hash, due, attempts: 1, firstAt: 0n };
}

/** `add new@example.com gold -> kept`, step by step. */
function told(standing: Standing, rules: Rules = MIRROR): string {
  const decision = decide(standing, rules);
  if (decision.kind === 'nothing') return decision.unmatchable ? 'unmatchable' : 'nothing';
  if (decision.kind === 'settled') return `settled: ${decision.ledger}`;
  const steps = decision.steps.map(({ op, identifiers, fields, keeps }) =>
    [op, ...Object.values(identifiers), ...Object.values(fields), keeps ? 'kept' : 'dropped'].join(' '),
  );
  return `${decision.effect}: ${steps.join(', ')}`;
}

const gone = { holds: false, known: true };
const add = 'add new@example.com gold kept';

describe('mirror', () => {
  test.each<[string, Standing, string]>([
    ['there, not in the ledger: add', member(), `add: ${add}`],
    ['there, equal: nothing', member({ ledger: ledger('delivered') }), 'nothing'],
    [
      'there, other payload: update',
      member({ ledger: ledger('delivered', EMAIL, SILVER) }),
      'update: update new@example.com gold kept',
    ],
    [
      'there, an identifier replaced: remove the old set, add the new',
      member({ ledger: ledger('delivered', OLD) }),
      `update: remove old@example.com dropped, ${add}`,
    ],
    [
      'there, an identifier dropped: remove the old set, add the new',
      member({ ledger: ledger('delivered', { ...EMAIL, phone: '49' }) }),
      `update: remove new@example.com 49 dropped, ${add}`,
    ],
    [
      'there, an identifier gained: add',
      member({ identifiers: { ...EMAIL, phone: '49' }, ledger: ledger('delivered') }),
      'update: add new@example.com 49 gold kept',
    ],
    ['there, no answer came: add again', member({ ledger: ledger('sending') }), `update: ${add}`],
    [
      'there, no answer came to the first add: add again, with today’s payload',
      member({ ledger: { state: 'sending', identifiers: EMAIL } }),
      `add: ${add}`,
    ],
    [
      'there, no answer came, and the address is another by now: both are set right',
      member({ ledger: { state: 'sending', identifiers: OLD } }),
      `add: remove old@example.com dropped, ${add}`,
    ],
    [
      'gone, in the ledger: remove with the identifiers in the ledger',
      member({ ...gone, ledger: ledger('delivered', OLD) }),
      'remove: remove old@example.com dropped',
    ],
    [
      'gone, no answer came: remove again',
      member({ ...gone, ledger: ledger('sending', OLD) }),
      'remove: remove old@example.com dropped',
    ],
    ['in and out again before delivery: nothing', member(gone), 'nothing'],
    [
      'the customer is gone from the entity: remove',
      member({ known: false, consented: false, identifiers: {}, ledger: ledger('delivered', OLD) }),
      'remove: remove old@example.com dropped',
    ],
    [
      'consent lost: remove',
      member({ consented: false, ledger: ledger('delivered') }),
      'remove: remove new@example.com dropped',
    ],
    ['no consent: nothing', member({ consented: false }), 'nothing'],
    [
      'the last identifier lost: remove',
      member({ identifiers: {}, ledger: ledger('delivered') }),
      'remove: remove new@example.com dropped',
    ],
    ['no identifier: counted, not tried', member({ identifiers: {} }), 'unmatchable'],
    ['no identifier and no consent: not counted', member({ identifiers: {}, consented: false }), 'nothing'],
  ])('%s', (_, standing, expected) => {
    expect(told(standing)).toBe(expected);
  });

  test('a destination that carries the key needs no identifier', () => {
    expect(told(member({ identifiers: {} }), { ...MIRROR, needsIdentifier: false })).toBe(
      'add: add gold kept',
    );
  });

  test('a destination without updates gets an add', () => {
    const standing = member({ ledger: ledger('delivered', EMAIL, SILVER) });
    expect(told(standing, { ...MIRROR, canUpdate: false })).toBe(`update: ${add}`);
  });

  test('a sync that asks for no consent ignores it', () => {
    expect(told(member({ consented: false }), { ...MIRROR, asksConsent: false })).toBe(`add: ${add}`);
  });
});

describe('rejections', () => {
  const hash = payloadHash(EMAIL, GOLD);
  test.each<[string, Standing, string]>([
    ['final while the payload is the same', member({ rejection: rejection('add', hash) }), 'nothing'],
    ['tried again when the payload changed', member({ rejection: rejection('add', 'other') }), `add: ${add}`],
    ['tried again when asked to', member({ rejection: rejection('add', hash, true) }), `add: ${add}`],
    [
      'a row in doubt is asked for all the same',
      member({ rejection: rejection('add', hash), ledger: ledger('sending') }),
      `update: ${add}`,
    ],
    [
      'forgotten when the member leaves',
      member({ ...gone, rejection: rejection('add', hash) }),
      'settled: as it is',
    ],
    [
      'an update’s says nothing about the removal',
      member({ ...gone, ledger: ledger('delivered'), rejection: rejection('update', hash) }),
      'remove: remove new@example.com dropped',
    ],
    [
      'a rejected removal waits for its day',
      member({
        ...gone,
        ledger: ledger('delivered'),
        rejection: rejection('remove', payloadHash(EMAIL, {})),
      }),
      'nothing',
    ],
    [
      'a rejected removal is tried again when it has come',
      member({
        ...gone,
        ledger: ledger('delivered'),
        rejection: rejection('remove', payloadHash(EMAIL, {}), true),
      }),
      'remove: remove new@example.com dropped',
    ],
    [
      'a rejected removal is forgotten when the member comes back',
      member({ ledger: ledger('delivered'), rejection: rejection('remove', payloadHash(EMAIL, {})) }),
      'settled: as it is',
    ],
  ])('%s', (_, standing, expected) => {
    expect(told(standing)).toBe(expected);
  });
});

describe('add_only', () => {
  test.each<[string, Standing, string]>([
    ['adds', member(), `add: ${add}`],
    ['leaves those who left the segment', member({ ...gone, ledger: ledger('delivered') }), 'nothing'],
    [
      'takes a doubt about one who left for delivered',
      member({ ...gone, ledger: ledger('sending') }),
      'settled: delivered',
    ],
    [
      'removes who took back consent, in the segment or not',
      member({ ...gone, consented: false, ledger: ledger('delivered') }),
      'remove: remove new@example.com dropped',
    ],
    [
      'removes who has no identifier any more',
      member({ identifiers: {}, ledger: ledger('delivered') }),
      'remove: remove new@example.com dropped',
    ],
  ])('%s', (_, standing, expected) => {
    expect(told(standing, ADD_ONLY)).toBe(expected);
  });
});

describe('remove_only', () => {
  const removed = (state: LedgerRow['state'], identifiers: Identifiers): LedgerRow => {
    return { state, identifiers, payloadHash: `out:${payloadHash(identifiers, {})}` };
  };
  test.each<[string, Standing, string]>([
    ['takes members out and remembers', member(), 'remove: remove new@example.com kept'],
    ['without consent, too', member({ consented: false }), 'remove: remove new@example.com kept'],
    ['once', member({ ledger: removed('delivered', EMAIL) }), 'nothing'],
    [
      'again when no answer came',
      member({ ledger: { state: 'sending', identifiers: EMAIL } }),
      'remove: remove new@example.com kept',
    ],
    [
      'by a new address, too',
      member({ ledger: removed('delivered', OLD) }),
      'update: remove new@example.com kept',
    ],
    [
      'forgets who left the segment',
      member({ ...gone, ledger: removed('delivered', EMAIL) }),
      'settled: dropped',
    ],
    ['counts whom it cannot name', member({ identifiers: {} }), 'unmatchable'],
    [
      'takes out whom the sync had put there in another mode',
      member({ ledger: { state: 'delivered', identifiers: EMAIL, payloadHash: payloadHash(EMAIL, {}) } }),
      'remove: remove new@example.com kept',
    ],
  ])('%s', (_, standing, expected) => {
    expect(told(standing, REMOVE_ONLY)).toBe(expected);
  });

  test('says nothing of who is there, once the sync has another mode', () => {
    const there = member({ ledger: removed('delivered', EMAIL) });
    const left = member({ ...gone, ledger: removed('delivered', EMAIL) });
    const inDoubt = member({ ...gone, ledger: removed('sending', EMAIL) });
    expect(told(there, MIRROR)).toMatch(/^add: add new@example.com/);
    expect(told(left, MIRROR)).toBe('settled: dropped');
    expect(told(inDoubt, MIRROR)).toMatch(/^remove: remove new@example.com/);
  });
});

describe('an audience that forgets', () => {
  const rules: Rules = { ...MIRROR, renewBefore: 100n };
  const known = (deliveredAt: bigint): LedgerRow => ({ ...ledger('delivered'), deliveredAt });
  test.each<[string, Standing, string]>([
    ['added long ago: again', member({ ledger: known(99n) }), `update: ${add}`],
    ['added lately', member({ ledger: known(100n) }), 'nothing'],
    [
      'added long ago, has left',
      member({ ...gone, ledger: known(1n) }),
      'remove: remove new@example.com dropped',
    ],
  ])('%s', (_, standing, expected) => expect(told(standing, rules)).toBe(expected));
});

describe('on_enter', () => {
  const sent = (deliveredAt: bigint, tickId: bigint): LedgerRow => ({
    ...ledger('delivered'),
    deliveredAt,
    tickId,
  });
  test.each<[string, Standing, string]>([
    ['entered: an event', member({ entered: true }), `add: ${add}`],
    ['is a member, but no entry is news', member(), 'nothing'],
    ['entered and has left again: the moment is over', member({ entered: true, ...gone }), 'nothing'],
    ['entered without consent', member({ entered: true, consented: false }), 'nothing'],
    ['entered without an identifier', member({ entered: true, identifiers: {} }), 'unmatchable'],
    ['this entry was sent', member({ entered: true, ledger: sent(50n, 7n) }), 'nothing'],
    ['an earlier entry was sent, long ago', member({ entered: true, ledger: sent(50n, 6n) }), `add: ${add}`],
    ['an earlier entry was sent, just now', member({ entered: true, ledger: sent(101n, 6n) }), 'nothing'],
    ['in doubt: again', member({ ledger: ledger('sending') }), `add: ${add}`],
    ['in doubt, has left: not again', member({ ...gone, ledger: ledger('sending') }), 'settled: delivered'],
    [
      'in doubt for the first time, has left: not again',
      member({ ...gone, ledger: { state: 'sending', identifiers: EMAIL } }),
      'settled: dropped',
    ],
    [
      'rejected for an earlier entry: another entry is another event',
      member({ entered: true, rejection: rejection('add', payloadHash(EMAIL, GOLD)) }),
      `add: ${add}`,
    ],
    [
      'rejected, to be tried again',
      member({ rejection: rejection('add', payloadHash(EMAIL, GOLD), true) }),
      `add: ${add}`,
    ],
  ])('%s', (_, standing, expected) => expect(told(standing, ON_ENTER)).toBe(expected));
});
