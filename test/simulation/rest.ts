/** What must hold once nothing fails any more: a few runs set everything right, and then there is nothing to send. */

import { payloadHash } from '../../src/deliver/payload.ts';
import type { Company, Running } from './company.ts';
import type { Member } from './endpoint.ts';
import { Violation } from './process.ts';
import { payloadOf, SYNCS } from './project.ts';
import { membersAt, REFUSED, REJECTED } from './shop.ts';
import { isForeign } from './watch.ts';

/** Leases of dead processes have run out, and a clock that went back has caught up. */
const PATIENCE_MS = 300_000;
/** A rejected removal is tried again, and everyone is looked at. */
const DAY_MS = 25 * 3_600_000;

export async function expectRest(company: Company): Promise<void> {
  await company.pass(PATIENCE_MS);
  // Some plays come to rest in one run; others have a rejected removal to try again.
  if (company.simulation.dice.chance(0.3)) expectWell(await whole(company));
  await company.pass(DAY_MS);
  expectWell(await whole(company));
  expectEqual(company);
  if (company.simulation.dice.chance(0.5)) return;
  const before = company.watch.requests;
  const last = await whole(company);
  expectWell(last);
  if (company.watch.requests > before) throw new Violation('at rest, a run still sends something');
  for (const { sync, waiting } of last.report!.syncs) {
    if (waiting > 0) throw new Violation(`${sync}: ${waiting} wait at rest`);
  }
}

/** A run that no guard holds. */
export async function whole(company: Company): Promise<Running> {
  const all = new Set(company.syncs);
  const running = company.start({ allowRemoval: all, allowAdd: all });
  await company.finish(running);
  return running;
}

export function expectWell({ report, failure }: Running): void {
  if (failure) throw failure;
  const errors = [...report!.segments, ...report!.syncs].flatMap(({ error }) => error?.message ?? []);
  if (report!.status !== 'done' || errors.length > 0) {
    throw new Violation(`a run in peace is ${report!.status}: ${errors.join('; ')}`);
  }
}

/** Members as the tables mean them; audiences as members, consent and identifiers mean them. */
export function expectEqual({ watch, endpoint, shop, syncs }: Company): void {
  const { segments, membership, ledger } = watch.committed;
  for (const sync of syncs) {
    const { segment, audience, asksConsent } = SYNCS[sync]!;
    const meant = membersAt(shop.state, segments.get(segment)!.evaluatedAt)[segment];
    const members = membership.get(segment) ?? new Set<string>();
    if ([...meant].sort().join() !== [...members].sort().join()) {
      throw new Violation(`${segment} has ${[...members]} where its tables mean ${[...meant]}`);
    }
    const rows = ledger.get(sync) ?? new Map();
    const there = endpoint.of(audience);
    for (const [key, person] of shop.state.people) {
      const belongs = meant.has(String(key)) && (!asksConsent || person.consent === true);
      const member = there.get(String(key));
      const row = rows.get(String(key));
      if (row !== undefined && row.state !== 'delivered')
        throw new Violation(`${sync}: ${key} is in doubt at rest`);
      expectMember(`${sync}: ${key}`, member, belongs ? hashOf(person) : undefined, isAccepted(person.name));
    }
    const foreign = [...there.values()].filter(isForeign).length;
    if (foreign !== (endpoint.foreign.get(audience) ?? 0))
      throw new Violation(`${audience}: somebody else was removed`);
  }
}

/** One whom the endpoint does not accept in today's form may be there in an earlier one, or not at all. */
function expectMember(
  name: string,
  member: Member | undefined,
  hash: string | undefined,
  isAccepted: boolean,
): void {
  if (hash === undefined && member) throw new Violation(`${name} is there at rest, and should not be`);
  if (hash === undefined || !isAccepted) return;
  if (!member) throw new Violation(`${name} is not there at rest`);
  if (member.hash !== hash) throw new Violation(`${name} is there in another form at rest`);
}

function hashOf(person: Parameters<typeof payloadOf>[0]): string {
  const { identifiers, fields } = payloadOf(person);
  return payloadHash(identifiers, fields);
}

function isAccepted(name: string): boolean {
  return name !== REFUSED && name !== REJECTED;
}
