/** Puts errands into the ledger as questions, as parcels that may be sent once that is committed. */

import type { Statements } from '../warehouse/warehouse.ts';
import { withoutCarried } from './carried.ts';
import type { Delivery } from './context.ts';
import { doneEntry, type Entry, type Errand, questionOf } from './errand.ts';
import type { LedgerOf } from './flush.ts';
import { type Addressee, type Parcel, parcelsOf } from './parcel.ts';

export interface Asked {
  readonly parcels: readonly Parcel[];
  /** What the ledger says while they are open, and of errands that ended without a call. */
  readonly entries: readonly Entry[];
  /** Whose open step needed no call, for others carry all that it would remove. */
  readonly done: readonly Errand[];
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
  const of: LedgerOf & { destination: string } = {
    sync: sync.name,
    audienceRef: to.audience.ref,
    destination: sync.destination,
  };
  const left = matches ? await withoutCarried(transaction, tables, of, errands) : errands;
  const silent = left.filter((errand) => matches && isVoid(errand));
  const spoken = left.filter((errand) => !(matches && isVoid(errand)));
  const ended = silent.filter((errand) => errand.later.length === 0);
  const parcels = parcelsOf(spoken, to, destination.session);
  const questions = parcels.flatMap(({ batch, errands: some }) =>
    some.map((errand) => questionOf(errand, batch.id)),
  );
  return {
    parcels,
    done: silent,
    entries: [...questions, ...ended.map((errand) => doneEntry(errand, to.now))],
  };
}

/** A removal with nothing left to remove: others carry all of it. */
function isVoid({ step }: Errand): boolean {
  return step.op === 'remove' && Object.keys(step.identifiers).length === 0;
}
