/** What becomes of one key of a segment whose verdict is damped. Reads only. */
import type { PreparedSegment } from '../evaluate/prepared.ts';
import { formatInstant, type Instant } from '../instant.ts';
import type { Waits } from '../report/results.ts';
import { type Fate, fateOf, isDamped } from '../segment/damping.ts';
import { readMemberships, readWait } from '../state/person.ts';
import { readSegmentRows } from '../state/segment-rows.ts';
import type { StateTables } from '../state/sql.ts';
import type { Statements } from '../warehouse/warehouse.ts';

export interface Found {
  /** Whether the entity has the key: who is gone stays nowhere. */
  readonly there: boolean;
  readonly holds: boolean;
  readonly t: Instant;
}

/** How a key stands as the last tick left it, and what a tick at `t` would make of it. */
export async function readFate(
  statements: Statements,
  tables: StateTables,
  prepared: PreparedSegment,
  key: string,
  { there, holds, t }: Found,
): Promise<{ readonly fate: Fate; readonly waits?: Waits }> {
  const { name, segment } = prepared;
  const enteredAt = (await readMemberships(statements, tables, { key, segments: [name] })).get(name);
  const entered = enteredAt === undefined ? {} : { enteredAt };
  if (!isDamped(segment)) return { fate: fateOf({}, entered, holds, t) };
  const op = enteredAt === undefined ? 'enter' : 'exit';
  const waitsSince = await readWait(statements, tables, { key, segment: name, op });
  const row = (await readSegmentRows(statements, tables)).get(name);
  // As at a first tick, and at one of another definition: nobody begins to wait.
  const isFirst = row?.evaluatedAt === undefined || row.fingerprint !== prepared.fingerprint;
  const { settle, ...rest } = segment;
  const damping = isFirst && waitsSince === undefined ? rest : segment;
  const standing = { ...entered, ...(waitsSince === undefined ? {} : { waitsSince }) };
  const fate = fateOf(there ? damping : {}, standing, holds, t);
  return { fate, ...waitsOf(fate, op, waitsSince) };
}

function waitsOf(fate: Fate, op: Waits['op'], since: Instant | undefined): { waits?: Waits } {
  if (fate.kind !== 'waits') return {};
  const known = since === undefined ? {} : { since: formatInstant(since) };
  return { waits: { op, ...known, until: formatInstant(fate.until) } };
}
