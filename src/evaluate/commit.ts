/**
 * Makes a tick's outcome the state, inside the tick's own transaction: the tick, its changes, the members, the
 * segments. Killed before the commit, nothing of it is there; after it, everything is.
 */
import { steps } from '../compile/steps.ts';
import type { Instant } from '../instant.ts';
import { writeReconciled } from '../state/reconciled.ts';
import { addSilentTick } from '../state/silent.ts';
import { inSlices, instant, integer, type StateTables, text, textList } from '../state/sql.ts';
import type { Statements } from '../warehouse/warehouse.ts';
import { ALWAYS_FULL, type FullReason, NO_MOMENT } from './mode.ts';
import type { TickGroup, TickOutcome } from './tick.ts';
import { writeWaits } from './waits.ts';

export interface Commit {
  readonly group: TickGroup;
  readonly outcome: TickOutcome;
  /** The tick's instant. */
  readonly t: Instant;
  readonly startedAt: Instant;
  readonly finishedAt: Instant;
  readonly runId: string;
  /** How far from the newest number that is seen this tick's is to lie, beyond the next. */
  readonly apart?: bigint;
  /** A tick that changes nothing is not written at all: the process knows of it. */
  readonly mayStaySilent?: boolean;
}

/** What a tick left. */
export interface Committed {
  /** Members of each segment after it. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Undefined: nothing changed. */
  readonly tickId?: bigint;
  readonly isWritten: boolean;
}

/**
 * A tick that changed nobody writes only the segments' new `T0` and watermarks, if anything, and who waits; it has no
 * number.
 */
export async function commitTick(
  statements: Statements,
  tables: StateTables,
  commit: Commit,
): Promise<Committed> {
  await noteFull(statements, tables, commit);
  await writeWaits(statements, tables, commit);
  const changes = [...commit.outcome.counts.values()].reduce((sum, c) => sum + c.enter + c.exit + c.touch, 0);
  const { begun = 0, ended = 0 } = commit.outcome.waits ?? {};
  if (changes + begun + ended === 0 && commit.mayStaySilent && !commit.group.full)
    return { sizes: sizesAfter(commit), isWritten: false };
  if (changes === 0)
    return { sizes: await writeSegments(statements, tables, commit, undefined), isWritten: true };
  const tickId = (await nextTickId(statements, tables)) + (commit.apart ?? 0n);
  await insertTick(statements, tables, commit, tickId);
  await addSilentTick(statements, tables, silentFor(commit.group, commit.outcome), tickId);
  await insertChanges(statements, tables, commit, tickId);
  await applyChanges(statements, tables, commit, tickId);
  return { sizes: await writeSegments(statements, tables, commit, tickId), tickId, isWritten: true };
}

/** Everyone was evaluated, so that nothing can have escaped; segments that always are need no note of it. */
async function noteFull(statements: Statements, tables: StateTables, { group, t }: Commit): Promise<void> {
  if (!group.full) return;
  const ticked = new Set(group.members.map(({ prepared }) => prepared.name));
  const full = [...group.full].filter(([name, reason]) => ticked.has(name) && !ALWAYS_FULL.has(reason));
  for (const isNew of [true, false]) {
    const own = full.filter(([, reason]) => NEW.has(reason) === isNew).map(([name]) => name);
    await writeReconciled(statements, tables, own, { at: t, isNew });
  }
}

/** What was just loaded may still be arriving: such a segment is looked at again soon. */
const NEW: ReadonlySet<FullReason> = new Set(['first_tick', 'logic_changed', 'new_table', 'table_remade']);

async function nextTickId(statements: Statements, tables: StateTables): Promise<bigint> {
  // Both tables: old ticks are pruned, a segment's last one may be older than what is kept.
  const [row] = await statements.query(
    `SELECT greatest(coalesce((SELECT max(tick_id) FROM ${tables.name('ticks')}), 0), ` +
      `coalesce((SELECT max(tick_id) FROM ${tables.name('segments')}), 0)) + 1 AS tick_id`,
  );
  return BigInt(row!.tick_id!);
}

/** The segments of a tick for which it was no moment: who is found in it has not entered just now. */
export function silentFor({ members }: TickGroup, { reasons }: TickOutcome): string[] {
  const names = members.map(({ prepared }) => prepared.name);
  return names.filter((name) => NO_MOMENT.has(reasons.get(name) ?? ''));
}

async function insertTick(
  statements: Statements,
  tables: StateTables,
  commit: Commit,
  tickId: bigint,
): Promise<void> {
  const { dialect } = tables;
  const { group, outcome } = commit;
  const sum = (of: 'enter' | 'exit'): number =>
    [...outcome.counts.values()].reduce((total, each) => total + each[of], 0);
  const tiers = [...new Set(group.members.map(({ prepared }) => prepared.segment.tier))].sort();
  const values = [
    integer(dialect, tickId),
    text(dialect, group.entity.name),
    text(dialect, tiers.join(',')),
    json(
      tables,
      group.members.map(({ prepared }) => prepared.name),
    ),
    text(dialect, outcome.mode),
    instant(dialect, commit.t),
    text(dialect, 'committed'),
    json(tables, Object.assign({}, ...outcome.watermarks.values())),
    integer(dialect, outcome.affected),
    integer(dialect, sum('enter')),
    integer(dialect, sum('exit')),
    instant(dialect, commit.startedAt),
    instant(dialect, commit.finishedAt),
    text(dialect, commit.runId),
  ];
  await statements.execute(
    `INSERT INTO ${tables.name('ticks')} (tick_id, entity, tier, segments, mode, evaluated_at, status, watermarks, ` +
      `affected, entered, exited, started_at, finished_at, run_id) VALUES (${values.join(', ')})`,
  );
}

async function insertChanges(
  statements: Statements,
  tables: StateTables,
  commit: Commit,
  tickId: bigint,
): Promise<void> {
  const { dialect } = tables;
  await statements.execute(
    `INSERT INTO ${tables.name('changes')} (tick_id, segment, entity_key, op, caused_at, evaluated_at)\n` +
      `SELECT ${integer(dialect, tickId)}, segment, entity_key, op, caused_at, ${instant(dialect, commit.t)}\n` +
      `FROM ${dialect.quote(steps.changed)}`,
  );
}

async function applyChanges(
  statements: Statements,
  tables: StateTables,
  commit: Commit,
  tickId: bigint,
): Promise<void> {
  const { dialect } = tables;
  const membership = tables.name('membership');
  const changed = dialect.quote(steps.changed);
  const operations = [...commit.outcome.counts.values()];
  /** The slices of the segments that had such changes. */
  const inSlicesOf = (op: 'exit' | 'touch', as = ''): string => {
    const own = [...commit.outcome.counts].filter(([, counts]) => counts[op] > 0).map(([name]) => name);
    return inSlices(tables, own, as);
  };
  const same = 'changed.segment = membership.segment AND changed.entity_key = membership.entity_key';
  if (operations.some((each) => each.exit > 0)) {
    await statements.execute(
      `DELETE FROM ${membership}\nWHERE entity_key IN (SELECT entity_key FROM ${changed} WHERE op = 'exit')\n  AND EXISTS (SELECT 1 FROM ${changed} AS changed WHERE changed.op = 'exit' AND ${same})${inSlicesOf('exit')}`,
    );
  }
  if (operations.some((each) => each.touch > 0)) {
    await statements.execute(
      dialect.updateFrom(
        membership,
        'membership',
        [
          ['row_hash', 'changed.row_hash'],
          ['tick_id', integer(dialect, tickId)],
        ],
        `${changed} AS changed`,
        'changed',
        `changed.op = 'touch' AND ${same}${inSlicesOf('touch', 'membership')}`,
      ),
    );
  }
  if (operations.some((each) => each.enter > 0)) {
    const slice = tables.sliced ? `, ${dialect.functions.bucket('segment')}` : '';
    await statements.execute(
      `INSERT INTO ${membership} (segment, entity_key, entered_at, tick_id, row_hash${tables.sliced ? ', slice' : ''})\n` +
        `SELECT segment, entity_key, ${instant(dialect, commit.t)}, ${integer(dialect, tickId)}, row_hash${slice}\n` +
        `FROM ${changed} WHERE op = 'enter'`,
    );
  }
}

const SEGMENT_COLUMNS = [
  'segment',
  'entity',
  'tier',
  'fingerprint',
  'evaluated_at',
  'watermarks',
  'tick_id',
  'members',
];

/** Not removed and put back: of a key that was, DuckDB can lose the row when the disk is full before its checkpoint. */
async function writeSegments(
  statements: Statements,
  tables: StateTables,
  commit: Commit,
  tickId: bigint | undefined,
): Promise<ReadonlyMap<string, number>> {
  const { dialect } = tables;
  const sizes = await countMembers(statements, tables, commit);
  const rows = commit.group.members.map(({ prepared, state }) => {
    const counts = commit.outcome.counts.get(prepared.name)!;
    const changed = counts.enter + counts.exit + counts.touch > 0;
    const values = [
      text(dialect, prepared.name),
      text(dialect, prepared.entity.name),
      text(dialect, prepared.segment.tier),
      text(dialect, prepared.fingerprint),
      instant(dialect, commit.t),
      json(tables, commit.outcome.watermarks.get(prepared.name)!),
      integer(dialect, changed && tickId !== undefined ? tickId : (state?.tickId ?? 0n)),
      integer(dialect, sizes.get(prepared.name)!),
    ];
    return values;
  });
  const found = dialect.rowsAs(rows, 'found', SEGMENT_COLUMNS);
  const columns = SEGMENT_COLUMNS.filter((column) => column !== 'segment');
  await statements.execute(
    dialect.updateFrom(
      tables.name('segments'),
      'segments',
      columns.map((column) => [column, `found.${column}`]),
      found,
      'found',
      'segments.segment = found.segment',
    ),
  );
  await statements.execute(
    `INSERT INTO ${tables.name('segments')} (${SEGMENT_COLUMNS.join(', ')})\nSELECT ${SEGMENT_COLUMNS.join(', ')} FROM ${found}\n` +
      `WHERE segment NOT IN (SELECT segment FROM ${tables.name('segments')})`,
  );
  return sizes;
}

/** What was, and what changed; where everyone was evaluated, the rows that there are. */
async function countMembers(
  statements: Statements,
  tables: StateTables,
  commit: Commit,
): Promise<Map<string, number>> {
  const { group } = commit;
  const sizes = sizesAfter(commit);
  const full = [...(group.full?.keys() ?? [])].filter((name) => sizes.has(name));
  if (full.length === 0) return sizes;
  const rows = await statements.query(
    `SELECT segment, count(*) AS members FROM ${tables.name('membership')} AS membership` +
      ` WHERE segment IN ${textList(tables.dialect, full)}${inSlices(tables, full)} GROUP BY segment`,
  );
  const counted = new Map(rows.map((row) => [row.segment!, Number(row.members)]));
  for (const name of full) sizes.set(name, counted.get(name) ?? 0);
  return sizes;
}

function sizesAfter({ group, outcome }: Commit): Map<string, number> {
  return new Map(
    group.members.map(({ prepared: { name }, state }) => {
      const { enter, exit } = outcome.counts.get(name)!;
      return [name, (state?.members ?? 0) + enter - exit];
    }),
  );
}

function json(tables: StateTables, value: unknown): string {
  return `CAST(${text(tables.dialect, JSON.stringify(value))} AS ${tables.dialect.types.json})`;
}
