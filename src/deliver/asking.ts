/** Puts errands into the ledger as questions, as parcels that may be sent once that is committed. */

import type { Statements } from '../warehouse/warehouse.ts';
import { heldByOthers, keysOfOthers, type Shared, withoutCarried } from './carried.ts';
import { alikeBy, type Delivery, tellsBy } from './context.ts';
import { doneEntry, type Entry, type Errand, questionOf } from './errand.ts';
import { type Addressee, type Parcel, parcelsOf } from './parcel.ts';

export interface Asked {
  readonly parcels: readonly Parcel[];
  /** What the ledger says while they are open, and of errands that ended without a call. */
  readonly entries: readonly Entry[];
  /** Whose open step needed no call, for others carry all that it would remove. */
  readonly done: readonly Errand[];
  /** Not sent in this run, for another sync may be taking the same people out. */
  readonly left: readonly Errand[];
}

/** Whether `askFor` looks at what others have asked: in a transaction with theirs it would not see it. */
export function looksAround(delivery: Delivery, to: Addressee, errands: readonly Errand[]): boolean {
  if (errands.length === 0) return false;
  const matches = delivery.destination.manifest.needsIdentifier;
  return othersOf(delivery, to).length > 0 || (matches && errands.some(({ step }) => step.op === 'remove'));
}

/** Reads who else carries what is to be removed; writes nothing. */
export async function askFor(
  transaction: Statements,
  delivery: Delivery,
  to: Addressee,
  errands: readonly Errand[],
): Promise<Asked> {
  const { tables, sync, destination } = delivery;
  const matches = destination.manifest.needsIdentifier;
  const of: Shared = {
    sync: sync.name,
    audienceRef: to.audience.ref,
    others: othersOf(delivery, to),
    turn: delivery.world.random.uuid(),
    tells: tellsBy(to.kinds),
    alike: alikeBy(to.kinds),
  };
  const held = await heldByOthers(transaction, tables, of, errands, matches);
  const waits = (errand: Errand): boolean => errand.step.op !== 'remove' && held.has(errand.key);
  const left = matches ? await withoutCarried(transaction, tables, of, errands) : errands;
  const kept = matches ? new Set<string>() : await keysOfOthers(transaction, tables, of, errands);
  const isSilent = (errand: Errand): boolean => (matches ? isVoid(errand) : isKept(errand, kept));
  const silent = left.filter(isSilent);
  const spoken = left.filter((errand) => !isSilent(errand) && !waits(errand));
  const ended = silent.filter((errand) => errand.later.length === 0);
  const parcels = parcelsOf(spoken, to, destination.session);
  const questions = parcels.flatMap(({ batch, errands: some }) =>
    some.map((errand) => questionOf(errand, batch.id)),
  );
  return {
    parcels,
    done: silent,
    left: left.filter(waits),
    entries: [...questions, ...ended.map((errand) => doneEntry(errand, to.now))],
  };
}

function isKept({ key, step }: Errand, kept: ReadonlySet<string>): boolean {
  return step.op === 'remove' && kept.has(key);
}

/** Syncs that have, or had, members in the same audience; one that takes people out, or sends events, has none. */
function othersOf({ behind, project, sync }: Delivery, to: Addressee): string[] {
  const type = project.destinations.get(sync.destination)?.type;
  return [...behind.rows.values()]
    .filter((row) => {
      const mode = project.syncs.get(row.sync)?.mode ?? 'mirror';
      const sameSide = project.destinations.get(row.destination)?.type === type;
      const hasMembers = mode === 'mirror' || mode === 'add_only';
      return row.sync !== sync.name && row.audienceRef === to.audience.ref && sameSide && hasMembers;
    })
    .map((row) => row.sync);
}

/** A removal with nothing left to remove: others carry all of it. */
function isVoid({ step }: Errand): boolean {
  return step.op === 'remove' && Object.keys(step.identifiers).length === 0;
}
