/**
 * Tells readers on the other side of runs that are whole, where the destination does so: by a manifest, say.
 *
 * What is owed stands in the state, not on the other side: a part is written in the transaction that acknowledges its
 * rows. A part that was sent and not acknowledged is in no manifest; its rows are sent again, in a part that will be.
 * A part that a run left behind is told by the next one that is whole, with its own: half a run is shown to nobody.
 *
 * A manifest is written down before it is asked for, and no part is added until it is known to be there. So whoever
 * comes after a kill writes the same one again, under the same name. Looking at the other side instead would not do:
 * a process that stands still may write its manifest after anybody has looked.
 */
import type { FinishedRun, Operation } from '../destination/destination.ts';
import { DiagnosedError } from '../diagnostics/diagnostic.ts';
import { EXIT } from '../diagnostics/exit.ts';
import { formatInstant, type Instant } from '../instant.ts';
import {
  type ManifestRow,
  type PartRow,
  readUntold,
  removeParts,
  type Untold,
  writeManifest,
} from '../state/parts.ts';
import type { Statements } from '../warehouse/warehouse.ts';
import { backoffMs } from './backoff.ts';
import { type Delivery, leaseName } from './context.ts';

/** One that cannot be written now is tried again, and then left for the next run. */
const ATTEMPTS = 4;

/** The parts that earlier runs left behind, once the manifest that may not have been written is. Before anything is sent. */
export async function catchUp(delivery: Delivery, audienceRef: string): Promise<readonly PartRow[]> {
  if (!delivery.destination.session.finish) return [];
  const { parts, manifest } = await untold(delivery, audienceRef);
  if (!manifest?.open) return parts;
  await write(delivery, audienceRef, { parts, manifest });
  return [];
}

/**
 * Tells of all that is delivered and not told of yet. Every row that was sent is acknowledged. False: interrupted, and
 * left for the next run.
 */
export async function tell(delivery: Delivery, audienceRef: string, at: Instant): Promise<boolean> {
  const { parts, manifest } = await untold(delivery, audienceRef);
  if (parts.length === 0) return true;
  const sealed = sealOf(delivery.runId, at, manifest);
  await commit(delivery, (transaction) =>
    writeManifest(transaction, delivery.tables, { sync: delivery.sync.name, audienceRef }, sealed),
  );
  return write(delivery, audienceRef, { parts, manifest: sealed });
}

function untold({ statements, tables, sync }: Delivery, audienceRef: string): Promise<Untold> {
  return readUntold(statements, tables, { sync: sync.name, audienceRef });
}

/** Its name sorts behind the last one’s, though the clock went back or stands still. */
export function sealOf(runId: string, now: Instant, last: ManifestRow | undefined): ManifestRow {
  const at = last !== undefined && last.at >= now ? last.at + 1n : now;
  const id = `${formatInstant(at).replace(/[-:]/g, '')}-${runId}`;
  return { id, runId, at, open: true, ...(last ? { previous: last.id } : {}) };
}

async function write(
  delivery: Delivery,
  audienceRef: string,
  { parts, manifest }: Required<Untold>,
): Promise<boolean> {
  if (!(await finish(delivery, runOf(delivery, audienceRef, parts, manifest)))) return false;
  const of = { sync: delivery.sync.name, audienceRef };
  await commit(delivery, async (transaction) => {
    await removeParts(transaction, delivery.tables, of);
    await writeManifest(transaction, delivery.tables, of, { ...manifest, open: false });
  });
  return true;
}

/** In the destination's budget, as every call is. False: interrupted, and left for the next run. */
async function finish(delivery: Delivery, run: FinishedRun): Promise<boolean> {
  const { signal, world } = delivery;
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask(delivery, run);
    } catch (error) {
      if (signal.aborted) return false;
      if (attempt >= ATTEMPTS || !mayPass(error)) throw error;
    }
    await world.timers.sleep(backoffMs(world.random, attempt), signal);
  }
}

async function ask(
  { lane, sync, project, signal, destination, leases }: Delivery,
  run: FinishedRun,
): Promise<boolean> {
  const leave = await lane.enter(Number(project.tiers.get(sync.tier)!.every / 1000n), signal);
  if (!leave) return false;
  try {
    leases.checkHeld(leaseName(sync.name));
    await destination.session.finish!(run, { signal });
    return true;
  } finally {
    leave();
  }
}

/** Whoever lost the lease has nothing to tell any more. */
function mayPass(error: unknown): boolean {
  if (!(error instanceof DiagnosedError) || error.exit !== EXIT.tryLater) return false;
  return error.diagnostics.every(({ code }) => code !== 'E502');
}

function runOf(
  { sync }: Delivery,
  audienceRef: string,
  parts: readonly PartRow[],
  { id, runId, at, previous }: ManifestRow,
): FinishedRun {
  return {
    ...{ id, runId, at, sync: sync.name, segment: sync.segment },
    audience: { name: sync.audience, ref: audienceRef },
    parts: parts.map(({ op, rows, at: acknowledgedAt, part }) => ({
      ...{ op: op as Operation, rows, at: acknowledgedAt, part },
    })),
    ...(previous === undefined ? {} : { previous }),
  };
}

function commit(delivery: Delivery, work: (transaction: Statements) => Promise<void>): Promise<void> {
  const { leases, sync, label } = delivery;
  return leases.fenced([leaseName(sync.name)], work, { label });
}
