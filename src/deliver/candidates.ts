/** The candidates of a sync and all that is known of each, as one query; its rows as standings. */
import { inSlices, instant, integer, ofSync, type StateTables, text, textList } from '../state/sql.ts';
import type { Row } from '../warehouse/warehouse.ts';
import type { Preview } from './context.ts';
import type { LedgerRow, Rejection, Standing } from './operation.ts';
import { KNOWN_CAUSE, owedSql } from './owed.ts';
import { type Identifiers, payloadOf } from './payload.ts';
import type { Scope } from './scope.ts';

/**
 * Mostly few changed, and they are looked up: statistics of a table that is being filled are wrong by orders of
 * magnitude, and would have whole tables read for a handful of keys. Where there were more after all, all are asked for.
 */
export async function* candidateRows(
  preview: Preview,
  scope: Scope,
  signal?: AbortSignal,
): AsyncGenerator<Row> {
  const { statements, tables } = preview;
  const { fewKeys } = tables.dialect;
  if (fewKeys !== undefined && hasChangesOnly(scope)) {
    const rows = await statements.query(candidatesSql(preview, scope, fewKeys + 1));
    if (rows.length <= fewKeys) return yield* rows;
  }
  yield* statements.stream(candidatesSql(preview, scope), { signal, setAside: true });
}

/** Candidates are found by indexes, and each of them is a row. */
function hasChangesOnly({ since, leftBehind, renewBefore, running }: Scope): boolean {
  return since !== undefined && !leftBehind && renewBefore === undefined && running.length === 0;
}

/**
 * One row a candidate, removals first (by what the warehouse knows), then by key. Candidates are the keys that changed
 * after `scope.since`, rows in doubt, and rejections whose time has come; or everyone in the segment or the ledger. Who
 * asks for everyone (`--full`) has all rejections tried again, too. With `limit`, so many candidates at most.
 */
function candidatesSql(preview: Preview, scope: Scope, limit?: number): string {
  const { tables, sync, roster } = preview;
  const { text_of, micros_of, binary_order, coalesce } = tables.dialect.functions;
  const isInDoubt = preview.behind.open.has(sync.name);
  const payload = [...roster.identifiers, ...roster.fields].map(({ column }) => `roster.${column}`);
  const columns = [
    'candidates.entity_key AS entity_key',
    `${holdsSql(scope)} AS holds`,
    'roster.entity_key IS NOT NULL AS known',
    'roster.consented AS consented',
    ...payload,
    `${enteredSql(preview, scope)} AS entered`,
    'ledger.tick_id AS ledger_tick_id',
    'ledger.state AS ledger_state',
    `${text_of('ledger.identifiers')} AS ledger_identifiers`,
    'ledger.payload_hash AS ledger_hash',
    `${micros_of('ledger.delivered_at')} AS ledger_delivered_at`,
    'rejections.op AS rejected_op',
    'rejections.payload_hash AS rejected_hash',
    'rejections.attempts AS rejected_attempts',
    `${micros_of('rejections.first_at')} AS rejected_first_at`,
    `${preview.full ? 'TRUE' : coalesce(`rejections.next_at <= ${instant(tables.dialect, preview.now)}`, 'FALSE')} AS rejected_due`,
    `${coalesce('due.tick_id', 'membership.tick_id', 'ledger.tick_id', '0')} AS tick_id`,
    `${micros_of(scope.firstLoad ? 'membership.entered_at' : 'due.caused_at')} AS caused_at`,
    `${micros_of(isInDoubt ? coalesce('asked.owed_since', 'due.owed_since') : 'due.owed_since')} AS owed_since`,
  ];
  return `-- what ${sync.name.replaceAll(/[^\w.-]/g, '?')} may have to send
WITH segsync_due AS (
  ${changedSql(preview, scope)}
),
segsync_candidates AS (
  ${keysSql(preview, scope)}${limit === undefined ? '' : `\n  LIMIT ${limit}`}
)
SELECT
  ${columns.join(',\n  ')}
FROM segsync_candidates AS candidates
LEFT JOIN segsync_due AS due ON due.entity_key = candidates.entity_key
${isInDoubt ? askedJoin(preview, scope) : ''}LEFT JOIN (${membersSql(preview, scope)}) AS membership ON membership.entity_key = candidates.entity_key
${excludedJoin(preview, scope)}LEFT JOIN (
${roster.sql('segsync_candidates')}
) AS roster ON roster.entity_key = candidates.entity_key
LEFT JOIN (${ledgerSql(preview, scope)}) AS ledger ON ledger.entity_key = candidates.entity_key
LEFT JOIN (${rejectionsSql(preview)}) AS rejections ON rejections.entity_key = candidates.entity_key
${leftAlone(preview, scope)}ORDER BY
  CASE WHEN ${holdsSql(scope)} AND roster.consented THEN 1 ELSE 0 END,
  ${binary_order('candidates.entity_key')}`;
}

/** A member of the segment, and of none that the destination excludes. */
function holdsSql({ excluded }: Scope): string {
  const isMember = 'membership.entity_key IS NOT NULL';
  return excluded ? `(${isMember} AND excluded.entity_key IS NULL)` : isMember;
}

/** Where jobs go on. */
function leftAlone(preview: Preview, { running }: Scope): string {
  if (running.length === 0) return '';
  const { coalesce } = preview.tables.dialect.functions;
  const batch = coalesce('ledger.batch_id', text(preview.tables.dialect, ''));
  return `WHERE NOT (ledger.entity_key IS NOT NULL AND ledger.state = 'sending' AND ${batch} IN ${textList(preview.tables.dialect, running)})\n`;
}

/** What was sent before without an answer is owed since the change that was sent then. */
function askedJoin({ tables, sync }: Preview, { audienceRef, relations }: Scope): string {
  const asked = owedSql(tables, { sync, audienceRef }, relations.changes);
  return `LEFT JOIN (${asked}) AS asked ON asked.entity_key = candidates.entity_key\n`;
}

function excludedJoin({ tables }: Preview, { relations, excluded }: Scope): string {
  if (!excluded) return '';
  return (
    `LEFT JOIN (SELECT entity_key FROM ${relations.membership} AS membership` +
    ` WHERE segment = ${text(tables.dialect, excluded.segment)})` +
    ' AS excluded ON excluded.entity_key = candidates.entity_key\n'
  );
}

/** Whether an entry made it a candidate; at a first load with `backfill`, everyone has just entered. */
function enteredSql({ sync }: Preview, { since }: Scope): string {
  if (sync.mode !== 'on_enter') return 'FALSE';
  return since === undefined ? 'TRUE' : 'due.entity_key IS NOT NULL';
}

/** The newest change of each key; none where everyone is a candidate, since all changes ever would be read. */
function changedSql(preview: Preview, scope: Scope): string {
  const { tables, sync } = preview;
  const { since, silent, excluded } = scope;
  const only = sync.mode === 'on_enter' ? entriesSql(tables, silent) : '';
  const own = changesSql(preview, scope, sync.segment, since, only);
  // Who is let in again has not entered: no event comes of it.
  if (!excluded || sync.mode === 'on_enter') return newest(own);
  const others = since === undefined ? undefined : excluded.since;
  return newest(`${own} UNION ALL ${changesSql(preview, scope, excluded.segment, others)}`);
}

function newest(changes: string): string {
  return (
    `SELECT entity_key, max(tick_id) AS tick_id, max(caused_at) AS caused_at, min(${KNOWN_CAUSE}) AS owed_since` +
    ` FROM (${changes}) AS changes GROUP BY entity_key`
  );
}

function changesSql(
  { tables }: Preview,
  { relations }: Scope,
  segment: string,
  since: bigint | undefined,
  only = '',
): string {
  const range = since === undefined ? '1 = 0' : `tick_id > ${integer(tables.dialect, since)}`;
  return (
    `SELECT entity_key, tick_id, caused_at, evaluated_at FROM ${relations.changes} AS changes` +
    ` WHERE segment = ${text(tables.dialect, segment)} AND ${range}${only}`
  );
}

/** Entries that are events: not those of ticks that found everyone there is. */
function entriesSql({ dialect }: StateTables, silent: readonly bigint[]): string {
  const loud =
    silent.length === 0 ? '' : ` AND tick_id NOT IN (${silent.map((id) => integer(dialect, id)).join(', ')})`;
  return ` AND op = 'enter'${loud}`;
}

function membersSql({ tables, sync }: Preview, { relations }: Scope): string {
  return (
    `SELECT entity_key, tick_id, entered_at FROM ${relations.membership} AS membership` +
    ` WHERE segment = ${text(tables.dialect, sync.segment)}${inSlices(tables, [sync.segment])}`
  );
}

function ledgerSql({ tables, sync }: Preview, { audienceRef }: Scope): string {
  return (
    `SELECT entity_key, state, identifiers, payload_hash, batch_id, tick_id, delivered_at FROM ${tables.from('ledger')} AS ledger` +
    ` WHERE ${ofSync(tables, sync.name)} AND audience_ref = ${text(tables.dialect, audienceRef)}`
  );
}

function rejectionsSql({ tables, sync }: Preview): string {
  return (
    `SELECT entity_key, op, payload_hash, attempts, first_at, next_at FROM ${tables.from('rejections')} AS rejections` +
    ` WHERE sync = ${text(tables.dialect, sync.name)}`
  );
}

/** Asked of the tables themselves, so that doubts are found by their index and not by reading the ledger. */
function keysSql(preview: Preview, scope: Scope): string {
  const everyone = scope.since === undefined;
  const ledger = `SELECT entity_key FROM (${ledgerSql(preview, scope)}) AS ledger`;
  const rejections = `SELECT entity_key FROM (${rejectionsSql(preview)}) AS rejections`;
  return (
    everyone
      ? [`SELECT entity_key FROM (${membersSql(preview, scope)}) AS membership`, ledger, rejections]
      : [
          'SELECT entity_key FROM segsync_due',
          `${ledger} WHERE state = 'sending'`,
          `${rejections} WHERE next_at <= ${instant(preview.tables.dialect, preview.now)}`,
          ...(scope.leftBehind
            ? [
                `${ledger} WHERE NOT EXISTS (SELECT 1 FROM (${membersSql(preview, scope)}) AS membership` +
                  ' WHERE membership.entity_key = ledger.entity_key)',
              ]
            : []),
          ...(scope.renewBefore === undefined
            ? []
            : [`${ledger} WHERE delivered_at < ${instant(preview.tables.dialect, scope.renewBefore)}`]),
        ]
  ).join(`\n  ${preview.tables.dialect.union} `);
}

/** A candidate's row -> what is known of it. */
export function standingOf(row: Row, preview: Preview): Standing {
  return {
    key: row.entity_key!,
    holds: row.holds === 'true',
    known: row.known === 'true',
    entered: row.entered === 'true',
    consented: row.consented === 'true',
    payload: payloadOf(row, preview.roster, preview.destination.session),
    tickId: BigInt(row.tick_id!),
    ledger: ledgerRow(row),
    rejection: rejectionOf(row),
    causedAt: row.caused_at ? BigInt(row.caused_at) : undefined,
    owedSince: row.owed_since ? BigInt(row.owed_since) : undefined,
  };
}

function ledgerRow(row: Row): LedgerRow | undefined {
  if (!row.ledger_state) return undefined;
  return {
    state: row.ledger_state === 'sending' ? 'sending' : 'delivered',
    identifiers: JSON.parse(row.ledger_identifiers ?? '{}') as Identifiers,
    ...(row.ledger_identifiers === null ? { isOut: true } : {}),
    ...(row.ledger_hash ? { payloadHash: row.ledger_hash } : {}),
    ...(row.ledger_tick_id ? { tickId: BigInt(row.ledger_tick_id) } : {}),
    ...(row.ledger_delivered_at ? { deliveredAt: BigInt(row.ledger_delivered_at) } : {}),
  };
}

function rejectionOf(row: Row): Rejection | undefined {
  const op = row.rejected_op;
  if (op !== 'add' && op !== 'remove' && op !== 'update') return undefined;
  return {
    op,
    payloadHash: row.rejected_hash ?? '',
    due: row.rejected_due === 'true',
    attempts: Number(row.rejected_attempts ?? 0),
    firstAt: BigInt(row.rejected_first_at ?? 0),
  };
}
