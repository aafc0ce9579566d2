/**
 * `adopt: true`: an audience that others have filled becomes the sync's own before its first load. Whoever is there
 * stands in the ledger from then on, so that members are brought up to date and all others removed, guards permitting.
 */
import { readMeta, writeMeta } from '../state/meta.ts';
import { growSync } from '../state/sync-rows.ts';
import { type Delivery, leaseName } from './context.ts';
import type { Entry } from './errand.ts';
import { writeFlush } from './flush.ts';
import { makeStage } from './stage.ts';

/** Rows a transaction. */
const ROWS = 5_000;

/** True when members were taken over. Killed midway, the next run does it again from the beginning. */
export async function adoptMembers(delivery: Delivery, audienceRef: string): Promise<boolean> {
  const { sync, statements, tables, destination } = delivery;
  const { list } = destination.session;
  if (!sync.adopt || !list) return false;
  const name = `adopted:${sync.name}@${audienceRef}`;
  if ((await readMeta(statements, tables, name)) !== undefined) return false;
  // Some tell a key twice: of one flush it is taken once, and a later flush replaces what an earlier one wrote.
  const keys = new Set<string>();
  for await (const key of list({ name: sync.audience, ref: audienceRef })) {
    keys.add(key);
    if (keys.size < ROWS) continue;
    await write(delivery, audienceRef, [...keys].map(entryOf));
    keys.clear();
  }
  await write(delivery, audienceRef, [...keys].map(entryOf), name);
  return true;
}

/** Without a hash: in whatever form they are there. */
function entryOf(key: string): Entry {
  return {
    key,
    tickId: 0n,
    ledger: { state: 'delivered', identifiers: {} },
    wasInLedger: true,
    clearsRejection: false,
  };
}

function write(
  delivery: Delivery,
  audienceRef: string,
  entries: readonly Entry[],
  done?: string,
): Promise<void> {
  const { leases, sync, tables, label, now } = delivery;
  return leases.fenced(
    [leaseName(sync.name)],
    async (transaction) => {
      // `again`: rows of an attempt before this one are replaced.
      const of = { sync: sync.name, audienceRef };
      const by = await writeFlush(transaction, tables, of, { entries, batches: [], again: true });
      await growSync(transaction, tables, { name: sync.name, by });
      if (done !== undefined) await writeMeta(transaction, tables, done, now.toString());
    },
    { label, apart: (statements) => makeStage(statements, tables) },
  );
}
