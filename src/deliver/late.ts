/**
 * A request cannot be fenced: one that was on its way while another process took over may reach the other side after
 * that process's own, and undo them. Whoever finds itself fenced notes what it sent as questions, so that the next run
 * sets it right.
 */
import { loseLeases, touchLeases } from '../state/lease-sql.ts';
import { ofSync, text } from '../state/sql.ts';
import { dueAgain, growSync } from '../state/sync-rows.ts';
import type { Row, Statements } from '../warehouse/warehouse.ts';
import { type Delivery, leaseName } from './context.ts';
import type { Entry, Errand } from './errand.ts';
import { writeFlush } from './flush.ts';
import type { LedgerRow } from './operation.ts';
import { stage, unstage } from './stage.ts';

/** What went out and stands in the ledger as nothing but a question. */
export interface Late {
  readonly errand: Errand;
  readonly batchId: string;
}

interface Standing {
  readonly row: LedgerRow;
  readonly batchId?: string;
}

/**
 * In a transaction of its own, without the lease. It waits for the holder's transaction and holds up its next one; a
 * holder that has a question open on one of the same keys loses the lease in turn, for its answer would hide ours.
 */
export async function noteLate(
  transaction: Statements,
  { tables, sync }: Pick<Delivery, 'tables' | 'sync'>,
  audienceRef: string,
  late: readonly Late[],
): Promise<void> {
  const lease = [leaseName(sync.name)];
  await touchLeases(transaction, tables, lease);
  const known = await readStandings(transaction, { tables, sync }, audienceRef, late);
  const changed = late.filter(({ errand, batchId }) => {
    const standing = known.get(errand.key);
    return standing?.row.state !== 'sending' || standing.batchId !== batchId;
  });
  if (changed.length === 0) return;
  const isAsked = ({ errand }: Late): boolean => {
    const standing = known.get(errand.key);
    return standing?.row.state === 'sending' && standing.batchId !== undefined;
  };
  if (changed.some(isAsked)) await loseLeases(transaction, tables, lease);
  const entries = changed.map(({ errand }) => doubt(errand, known.get(errand.key)?.row));
  const of = { sync: sync.name, audienceRef };
  const by = await writeFlush(transaction, tables, of, { entries, batches: [], again: false });
  await growSync(transaction, tables, { name: sync.name, by });
  await dueAgain(transaction, tables, sync.name);
}

/** A removal takes away what is there; anything else brings what was sent. */
function doubt({ key, tickId, step }: Errand, there: LedgerRow | undefined): Entry {
  const identifiers = step.op === 'remove' && there ? there.identifiers : step.identifiers;
  const { payloadHash, deliveredAt } = there ?? {};
  return {
    key,
    tickId,
    wasInLedger: there !== undefined,
    clearsRejection: false,
    ledger: { state: 'sending', identifiers, payloadHash, deliveredAt },
  };
}

async function readStandings(
  transaction: Statements,
  { tables, sync }: Pick<Delivery, 'tables' | 'sync'>,
  audienceRef: string,
  late: readonly Late[],
): Promise<Map<string, Standing>> {
  const { dialect } = tables;
  const keys = late.map(({ errand }) => [errand.key]);
  const staged = await stage(transaction, tables, 'segsync_late', [['entity_key', 'text']], keys);
  const rows = await transaction.query(
    `SELECT entity_key, state, batch_id, payload_hash, ${dialect.functions.text_of('identifiers')} AS identifiers,` +
      ` ${dialect.functions.micros_of('delivered_at')} AS delivered_at FROM ${tables.name('ledger')}` +
      ` WHERE ${ofSync(tables, sync.name)}` +
      ` AND audience_ref = ${text(dialect, audienceRef)}` +
      ` AND entity_key IN (SELECT entity_key FROM ${staged})`,
  );
  await unstage(transaction, staged);
  return new Map(rows.map((row) => [row.entity_key!, standingOf(row)]));
}

function standingOf(row: Row): Standing {
  return {
    row: {
      state: row.state === 'sending' ? 'sending' : 'delivered',
      identifiers: JSON.parse(row.identifiers ?? '{}') as LedgerRow['identifiers'],
      ...(row.payload_hash ? { payloadHash: row.payload_hash } : {}),
      ...(row.delivered_at ? { deliveredAt: BigInt(row.delivered_at) } : {}),
    },
    ...(row.batch_id ? { batchId: row.batch_id } : {}),
  };
}
