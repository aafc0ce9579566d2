/** Batches to send, made of errands. */
import type { Audience, Batch, Change, DestinationSession } from '../destination/destination.ts';
import type { Instant } from '../instant.ts';
import { hashOf } from './canonical.ts';
import type { Errand } from './errand.ts';
import { Packer } from './packer.ts';
import { payloadHash } from './payload.ts';

/** A batch and the errands whose open steps it carries, in the same order. */
export interface Parcel {
  readonly batch: Batch;
  readonly errands: readonly Errand[];
}

export interface Addressee {
  readonly sync: string;
  readonly segment: string;
  readonly audience: Audience;
  readonly kinds: Batch['kinds'];
  /** The mapping that was last delivered whole: after an edit and back, what is sent again is not what was sent before. */
  readonly after: string;
  /** What is sent are events, not members of an audience. */
  readonly events: boolean;
  /** Stands for the cause of errands that no change caused. */
  readonly now: Instant;
}

/** Removals first. All errands of a parcel have one operation and one effect. */
export function parcelsOf(
  errands: readonly Errand[],
  to: Addressee,
  destination: Pick<DestinationSession, 'limits' | 'sizeOf'>,
): Parcel[] {
  const removals = errands.filter(({ step }) => step.op === 'remove');
  const others = errands.filter(({ step }) => step.op !== 'remove');
  const packer = new Packer<Carried>(destination.limits, to.events);
  const parcels: Parcel[] = [];
  for (const errand of [...removals, ...others]) {
    const change = changeOf(errand, to.now);
    const bytes = destination.sizeOf(change, { segment: to.segment });
    const full = packer.add(groupOf(errand), { errand, change }, bytes);
    if (full) parcels.push(packed(full, to));
  }
  return [...parcels, ...packer.rest().map((some) => packed(some, to))];
}

/** An errand with its change, which is made once. */
interface Carried {
  readonly errand: Errand;
  readonly change: Change;
}

/** What a parcel's errands have in common. */
export function groupOf({ step, effect }: Pick<Errand, 'step' | 'effect'>): string {
  return `${step.op} ${effect}`;
}

/** One batch of errands of one group, which are at least one. */
export function parcelOf(errands: readonly Errand[], to: Addressee): Parcel {
  return packed(
    errands.map((errand) => ({ errand, change: changeOf(errand, to.now) })),
    to,
  );
}

function packed(carried: readonly Carried[], to: Addressee): Parcel {
  const { sync, segment, audience, kinds, events } = to;
  const errands = carried.map(({ errand }) => errand);
  const changes = carried.map(({ change }) => change);
  const { op } = errands[0]!.step;
  return {
    errands,
    batch: {
      ...{ id: batchId(errands, to), op, sync, segment, audience, kinds, changes, events },
      idOf: (change) => changeId(errands[changes.indexOf(change)]!, to),
    },
  };
}

/** An errand's open step as it is sent. */
export function changeOf({ key, step, causedAt }: Errand, now: Instant): Change {
  const { op, identifiers, fields } = step;
  return { op, key, identifiers, fields, causedAt: causedAt ?? now };
}

/** The same when the same is sent again, another when the same change comes again later: its tick is another. */
function batchId(errands: readonly Errand[], { sync, audience, after }: Addressee): string {
  return hashOf([sync, audience.ref, after, errands.map(partsOf)]).slice(0, 32);
}

function changeId(errand: Errand, { sync, audience, after }: Addressee): string {
  return hashOf([sync, audience.ref, after, partsOf(errand)]);
}

function partsOf({ key, step, tickId, acknowledged }: Errand): (string | null)[] {
  return [
    ...[key, step.op, sentHash(step), tickId.toString()],
    acknowledged?.deliveredAt?.toString() ?? null,
  ];
}

/** A removal may carry less than was decided: what others carry is left out. */
function sentHash({ op, identifiers, fields, hash }: Errand['step']): string {
  return op === 'remove' ? payloadHash(identifiers, fields) : hash;
}
