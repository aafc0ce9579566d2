/** Several processes may send to one destination: each takes an equal part of its budget. */
import { type Delivery, leaseName } from './context.ts';

/** Syncs of one destination that begin together count once. */
const KNOWN_MS = 1_000;

/** Counts who sends to the destination of a sync now. */
export async function divideBudget({ project, sync, lane, leases }: Delivery): Promise<void> {
  await lane.share(KNOWN_MS, () => {
    const sharing = [...project.syncs.values()].filter((other) => other.destination === sync.destination);
    return leases.owners(sharing.map(({ name }) => leaseName(name)));
  });
}
