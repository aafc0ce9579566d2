/**
 * What is rejected after a request that was not answered may be there, and in a form that nobody knows. Found by
 * simulation: an update was applied and not answered, the removal after it rejected, and when the person came back as
 * they first had been, nothing was sent, for the ledger had that form as delivered.
 */
import { expect, test } from 'vitest';
import { errandOf, rejectedEntry } from '../../../src/deliver/errand.ts';
import { decide, type LedgerRow, type Rules, type Standing } from '../../../src/deliver/operation.ts';
import { payloadHash } from '../../../src/deliver/payload.ts';

const RULES: Rules = { mode: 'mirror', asksConsent: false, needsIdentifier: false, canUpdate: true };
const REJECTED = { kind: 'rejected', code: 'no', message: 'no' } as const;
const EMAIL = { email: 'a@example.com' };
const NOW = 1_000_000n;

function standing(name: string, holds: boolean, ledger?: LedgerRow): Standing {
  const fields = { name };
  const payload = { identifiers: EMAIL, tells: true, fields, hash: payloadHash(EMAIL, fields) };
  return {
    key: '1',
    holds,
    known: true,
    consented: true,
    entered: false,
    payload,
    tickId: 1n,
    ...(ledger ? { ledger } : {}),
  };
}

/** What the ledger has once the decision's first step was rejected at the last of so many requests. */
function rejected(of: Standing, attempts: number): LedgerRow | null | undefined {
  const decision = decide(of, RULES);
  if (decision.kind !== 'send') throw new Error('nothing to send');
  return rejectedEntry(errandOf(of, decision), REJECTED, NOW, attempts).ledger;
}

const delivered: LedgerRow = {
  state: 'delivered',
  identifiers: EMAIL,
  payloadHash: payloadHash(EMAIL, { name: 'Ann' }),
};

test('a rejection leaves what was acknowledged before', () => {
  expect(rejected(standing('Ann', false, delivered), 1)).toEqual(delivered);
  expect(rejected(standing('Beth', true, delivered), 1)).toEqual(delivered);
  expect(rejected(standing('Ann', true), 1)).toBeNull();
});

test('a removal that is rejected after an update in doubt: the same person who comes back is sent', () => {
  const ledger = rejected(standing('Beth', false, { ...delivered, state: 'sending' }), 1)!;
  expect(ledger).toMatchObject({ state: 'delivered', identifiers: EMAIL });
  expect(ledger.payloadHash).toBeUndefined();
  expect(decide(standing('Ann', true, ledger), RULES)).toMatchObject({
    kind: 'send',
    steps: [{ op: 'add' }],
  });
});

test('an add that is rejected at its second request may be there: who leaves is removed', () => {
  const ledger = rejected(standing('Ann', true), 2)!;
  expect(ledger).toMatchObject({ state: 'delivered', identifiers: EMAIL });
  expect(decide(standing('Ann', false, ledger), RULES)).toMatchObject({
    kind: 'send',
    steps: [{ op: 'remove' }],
  });
});

test('a removal that is rejected at its second request may be done: who comes back is added', () => {
  const ledger = rejected(standing('Ann', false, delivered), 2)!;
  expect(decide(standing('Ann', true, ledger), RULES)).toMatchObject({
    kind: 'send',
    steps: [{ op: 'add' }],
  });
});
