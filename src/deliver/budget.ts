/** Several processes may send to one destination: each takes an equal part of its budget. */
import { type Delivery, leaseName } from './context.ts';

/** Counts who sends to the destination of a sync now. */
export async function divideBudget({ project, sync, lane, leases }: Delivery): Promise<void> {
  const sharing = [...project.syncs.values()].filter((other) => other.destination === sync.destination);
  lane.shareAmong(await leases.owners(sharing.map(({ name }) => leaseName(name))));
}
