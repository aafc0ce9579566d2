/** Two accounts, one address: what a removal must leave, since another member of the same audience has it too. */
import { writeMeta } from '../state/meta.ts';
import type { LedgerOf, StateTables } from '../state/sql.ts';
import { inSlices, text, textList } from '../state/sql.ts';
import type { Statements } from '../warehouse/warehouse.ts';
import type { Errand } from './errand.ts';
import { stage, unstage } from './stage.ts';

/** An audience that several syncs may fill. */
export interface Shared extends LedgerOf {
  /** The others that put members into an audience of this reference. */
  readonly others: readonly string[];
  /** Unlike any other text. */
  readonly turn: string;
  /** An identifier's name -> whether it tells who is meant. */
  readonly tells: (name: string) => boolean;
  /** An identifier's name -> those of its kind: the other side knows a value, and not by which of them. */
  readonly alike: (name: string) => readonly string[];
}

/**
 * The errands with the identifiers of their removals less those that other ledger rows of the same audience carry, in
 * whichever sync. Rows whose own removal is among the errands do not count. What only helps to match goes with the last
 * that tells who is meant.
 */
export async function withoutCarried(
  transaction: Statements,
  tables: StateTables,
  of: Shared,
  errands: readonly Errand[],
): Promise<Errand[]> {
  const removals = errands.filter(({ step }) => step.op === 'remove' && !step.keeps);
  if (removals.length === 0) return [...errands];
  const carried = await readCarried(transaction, tables, of, removals);
  return errands.map((errand) => {
    const names = carried.get(errand.key);
    if (!names || errand.step.op !== 'remove') return errand;
    const left = Object.entries(errand.step.identifiers).filter(([name]) => !names.has(name));
    const identifiers = left.some(([name]) => of.tells(name)) ? Object.fromEntries(left) : {};
    return { ...errand, step: { ...errand.step, identifiers } };
  });
}

/**
 * Keys to be added that another sync may be taking out at the moment: what it asked for cannot be called back, and may
 * arrive last. A question that was never sent, being left for later itself, has no batch.
 */
export async function heldByOthers(
  transaction: Statements,
  tables: StateTables,
  shared: Shared,
  errands: readonly Errand[],
  matches: boolean,
): Promise<ReadonlySet<string>> {
  const { audienceRef, others, tells, alike } = shared;
  const added = errands.filter(({ step }) => step.op !== 'remove');
  if (added.length === 0 || others.length === 0) return new Set();
  const { dialect } = tables;
  await takeTurns(transaction, tables, shared);
  const values = added.flatMap(({ key, step }) =>
    matches
      ? Object.entries(step.identifiers).flatMap(([name, value]) => (tells(name) ? [[key, name, value]] : []))
      : [[key, '', key]],
  );
  const columns = ['entity_key', 'name', 'value'].map((column) => [column, 'text'] as const);
  const staged = await stage(transaction, tables, 'segsync_added', columns, values);
  const held = new Set<string>();
  for (const name of new Set(values.map(([, each]) => each!))) {
    const isSame = matches
      ? alike(name).map(
          (each) => `${dialect.functions.json_text('ledger.identifiers', text(dialect, each))} = added.value`,
        )
      : ['ledger.entity_key = added.value'];
    const rows = await transaction.query(
      `SELECT DISTINCT added.entity_key FROM ${staged} AS added` +
        ` JOIN ${tables.name('ledger')} AS ledger ON (${isSame.join(' OR ')})` +
        ` WHERE added.name = ${text(dialect, name)} AND ledger.audience_ref = ${text(dialect, audienceRef)}` +
        ` AND ledger.sync IN ${textList(dialect, others)}${inSlices(tables, others, 'ledger')}` +
        " AND ledger.state = 'sending' AND ledger.batch_id IS NOT NULL AND ledger.payload_hash IS NOT NULL",
    );
    for (const row of rows) held.add(row.entity_key!);
  }
  await unstage(transaction, staged);
  return held;
}

async function readCarried(
  transaction: Statements,
  tables: StateTables,
  shared: Shared,
  removals: readonly Errand[],
): Promise<Map<string, Set<string>>> {
  const { sync, audienceRef, others, tells, alike } = shared;
  const { dialect } = tables;
  await takeTurns(transaction, tables, shared);
  const values = removals.flatMap(({ key, step }) =>
    Object.entries(step.identifiers).flatMap(([name, value]) => (tells(name) ? [[key, name, value]] : [])),
  );
  const columns = ['entity_key', 'name', 'value'].map((column) => [column, 'text'] as const);
  const staged = await stage(transaction, tables, 'segsync_removed', columns, values);
  const carried = new Map<string, Set<string>>();
  for (const name of new Set(values.map(([, each]) => each!))) {
    const isCarried = alike(name)
      .map(
        (each) => `${dialect.functions.json_text('ledger.identifiers', text(dialect, each))} = removed.value`,
      )
      .join(' OR ');
    const rows = await transaction.query(
      `SELECT DISTINCT removed.entity_key FROM ${staged} AS removed` +
        ` JOIN ${tables.name('ledger')} AS ledger ON (${isCarried})` +
        ` LEFT JOIN (SELECT DISTINCT entity_key FROM ${staged}) AS own` +
        ` ON own.entity_key = ledger.entity_key AND ledger.sync = ${text(dialect, sync)}` +
        ` WHERE removed.name = ${text(dialect, name)} AND ledger.audience_ref = ${text(dialect, audienceRef)}` +
        ` AND ledger.sync IN ${textList(dialect, [sync, ...others])}${inSlices(tables, [sync, ...others], 'ledger')} AND own.entity_key IS NULL`,
    );
    for (const row of rows)
      carried.set(row.entity_key!, (carried.get(row.entity_key!) ?? new Set()).add(name));
  }
  await unstage(transaction, staged);
  return carried;
}

/** Keys to be removed that another sync still has in the audience: where the key itself is what the other side knows. */
export async function keysOfOthers(
  transaction: Statements,
  tables: StateTables,
  shared: Shared,
  errands: readonly Errand[],
): Promise<ReadonlySet<string>> {
  const { audienceRef, others } = shared;
  const removals = errands.filter(({ step }) => step.op === 'remove' && !step.keeps);
  if (removals.length === 0 || others.length === 0) return new Set();
  const { dialect } = tables;
  await takeTurns(transaction, tables, shared);
  const keys = removals.map(({ key }) => [key]);
  const staged = await stage(transaction, tables, 'segsync_removed', [['entity_key', 'text']], keys);
  const rows = await transaction.query(
    `SELECT DISTINCT entity_key FROM ${tables.name('ledger')} AS ledger` +
      ` WHERE audience_ref = ${text(dialect, audienceRef)} AND sync IN ${textList(dialect, others)}${inSlices(tables, others)}` +
      ` AND entity_key IN (SELECT entity_key FROM ${staged}) ORDER BY entity_key`,
  );
  await unstage(transaction, staged);
  return new Set(rows.map((row) => row.entity_key!));
}

/**
 * Two that remove one person at once would each leave it to the other: the second waits, or is tried again, and sees
 * what the first has done. A new value each time, since an engine may leave out a write that changes nothing.
 */
async function takeTurns(
  transaction: Statements,
  tables: StateTables,
  { audienceRef, others, turn }: Shared,
): Promise<void> {
  if (others.length > 0) await writeMeta(transaction, tables, `turn:${audienceRef}`, turn);
}
