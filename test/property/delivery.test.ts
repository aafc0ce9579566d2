/**
 * Nothing lost, nothing doubled: whatever is lost, refused or killed on the way, one clean run afterwards leaves the
 * audience equal to who should be there. People enter once and leave once: keys that flip for ever heal lost answers.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Company, type Person } from '../delivery/company.ts';
import { type Faults, NO_FAULTS, Receiver, type ReceiverOptions } from '../delivery/receiver.ts';
import { engines } from '../engines.ts';
import { bigqueryEngine, databricksEngine } from '../warehouses/engines.ts';

interface Plan {
  readonly seed: number;
  readonly faults: Faults;
  /** Each a tick and a run; `crashAfter` requests the run is killed. */
  readonly steps: readonly { readonly crashAfter?: number }[];
}

const share = fc.constantFrom(0, 0.05, 0.3);
/** Most runs are left to end: a kill makes the next run look at so much that it would heal what others left wrong. */
const step = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.record({ crashAfter: fc.integer({ min: 0, max: 30 }) }) },
);
const plans: fc.Arbitrary<Plan> = fc.record({
  seed: fc.integer({ min: 1, max: 2 ** 31 }),
  faults: fc.record({ answerLost: share, notReached: share, inPart: share, forgotten: share }),
  steps: fc.array(step, { minLength: 3, maxLength: 7 }),
});

const RUNS = Number(process.env.SEGSYNC_PROPERTY_RUNS ?? 0);

/** Those that cannot run here: their own clients over loopback. */
const far = [bigqueryEngine, databricksEngine];

for (const engine of [...engines, ...far]) {
  describe(engine.name, () => {
    const numRuns = RUNS || { duckdb: 6, postgres: 4 }[engine.name] || 2;
    for (const matchesBy of ['identifiers', 'key'] as const) {
      test(`an audience that matches by ${matchesBy}`, { timeout: 600_000 }, async () => {
        await fc.assert(
          fc.asyncProperty(plans, (plan) => play(engine, matchesBy, plan)),
          { numRuns },
        );
      });
    }
  });
}

async function play(
  engine: (typeof engines)[number],
  matchesBy: ReceiverOptions['matchesBy'],
  { seed, faults, steps }: Plan,
): Promise<void> {
  const chance = dice(seed);
  const company = await Company.found(engine);
  let left = Number.POSITIVE_INFINITY;
  let crash = (): void => {};
  const receiver = new Receiver({
    matchesBy,
    chance,
    refuses: ({ fields }) => fields.name === 'Mr Bad',
    onRequest: () => {
      if (left-- > 0) return;
      crash();
      throw new Error('killed');
    },
  });
  try {
    const waiting = Array.from({ length: 400 }, (_, index) => newcomer(index, chance));
    for (const { crashAfter } of steps) {
      receiver.faults = faults;
      await company.tick(changesOf(company, waiting, chance));
      left = crashAfter ?? Number.POSITIVE_INFINITY;
      const process = await company.process(receiver);
      crash = process.crash;
      await process.run().catch((error: Error) => expect(error.message).toBe('killed'));
    }
    receiver.faults = NO_FAULTS;
    left = Number.POSITIVE_INFINITY;
    const result = await company.deliver(receiver);
    expect(result).toMatchObject({ waiting: 0 });
    expect(result.error).toBeUndefined();
    expect([...receiver.audience.keys()].sort()).toEqual(expected(company, matchesBy));
    const acknowledged = await company.rows('ledger', 'state, entity_key', 'payload_hash IS NOT NULL');
    expect(acknowledged).toEqual(people(company, matchesBy).map(({ key }) => `delivered ${key}`));
    const [members] = await company.rows('syncs', 'members');
    expect(members).toBe(String((await company.rows('ledger', 'entity_key')).length));
    const requests = receiver.requests.length;
    await company.deliver(receiver);
    expect(receiver.requests.length).toBe(requests);
  } finally {
    await company.close();
  }
}

/** A few of those who wait enter, a few members leave for good, a few change. */
function changesOf(company: Company, waiting: Person[], chance: () => number): Person[] {
  const entering = waiting
    .splice(0, Math.floor(chance() * 60))
    .map((person) => ({ ...person, member: true }));
  const members = [...company.people.values()].filter(({ member }) => member);
  const changed = members.flatMap((person): Person[] => {
    const fate = chance();
    if (fate < 0.15) return [{ ...person, member: false }];
    if (fate < 0.25 && person.name !== 'Mr Bad') return [{ ...person, email: emailOf(person.key, chance) }];
    if (fate < 0.3) return [{ ...person, consents: !person.consents }];
    return fate < 0.35 && person.name !== 'Mr Bad' ? [{ ...person, name: `${person.name}!` }] : [];
  });
  return [...entering, ...changed];
}

function newcomer(index: number, chance: () => number): Person {
  const key = `k${String(index).padStart(3, '0')}`;
  const bad = chance() < 0.08;
  const email = bad ? `bad-${key}@example.com` : emailOf(key, chance);
  return { key, email, name: bad ? 'Mr Bad' : 'Ann', consents: chance() < 0.9, member: false };
}

/** Some share an address, some have none, some one that is none. */
function emailOf(key: string, chance: () => number): string | null {
  const kind = chance();
  if (kind < 0.1) return null;
  if (kind < 0.15) return 'not an address';
  if (kind < 0.4) return `family-${Math.floor(chance() * 12)}@example.com`;
  return `${key}-${Math.floor(chance() * 1000)}@example.com`;
}

/** Who should be there, by key. */
function people(company: Company, matchesBy: ReceiverOptions['matchesBy']): Person[] {
  return [...company.people.values()]
    .filter(({ member, consents, name }) => member && consents && name !== 'Mr Bad')
    .filter(({ email }) => matchesBy === 'key' || email?.includes('@'))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

function expected(company: Company, matchesBy: ReceiverOptions['matchesBy']): string[] {
  const names = people(company, matchesBy).map(({ key, email }) => (matchesBy === 'key' ? key : email!));
  return [...new Set(names)].sort();
}

/** Uniform in [0, 1), by seed. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
