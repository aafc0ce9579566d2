/** What a full pass changed though no cursor and no edge had announced it: rows deleted, moved to another key, or late. */
import { driftCounts, driftKeys } from '../compile/drift.ts';
import { text } from '../compile/expression.ts';
import type { Scope } from '../compile/rows.ts';
import { compileAffected, type TickInput } from '../compile/tick.ts';
import { isDamped } from '../segment/damping.ts';
import { relationName } from '../segment/reads.ts';
import type { Capture } from '../warehouse/warehouse.ts';
import { incremental } from './incremental.ts';
import type { PreparedSegment } from './prepared.ts';
import type { TickGroup, TickMember } from './tick.ts';
import type { Workspace } from './workspace.ts';

export interface Drift {
  readonly keys: number;
  /** The tables whose rows explain it: one, where that is certain. */
  readonly tables: readonly string[];
}

/** By segment. Reads `segsync_wide` and `segsync_changed` of a full pass; makes `segsync_affected`. */
export async function findDrift(
  workspace: Workspace,
  group: TickGroup,
  base: Omit<TickInput, 'incremental'>,
  scope: Scope,
  captured: ReadonlyMap<string, Capture>,
): Promise<ReadonlyMap<string, Drift>> {
  const members = group.members.filter(({ prepared }) => group.comparable?.has(prepared.name));
  if (members.length === 0) return new Map();
  const input = { ...base, incremental: incremental({ ...group, members }, scope, captured) };
  await workspace.define(compileAffected(input)!);
  const names = members.map(({ prepared }) => prepared.name);
  const rows = await workspace.rows(driftCounts(names.map(text), base.damped !== undefined));
  const found = new Map(rows.map((row) => [row.segment!, row]));
  return new Map(
    members.map(({ prepared }): [string, Drift] => {
      const row = found.get(prepared.name);
      const keys = Number(row?.keys ?? 0);
      return [prepared.name, { keys, tables: keys > 0 ? suspects(prepared, Number(row!.gone), keys) : [] }];
    }),
  );
}

/** The keys that drifted for one of the segments, as text. */
export async function driftedKeys(workspace: Workspace, members: readonly TickMember[]): Promise<string[]> {
  const names = members.map(({ prepared }) => text(prepared.name));
  const damped = members.some(({ prepared }) => isDamped(prepared.segment));
  const rows = await workspace.rows(driftKeys(names, damped));
  return rows.map((row) => row.entity_key!).sort();
}

/** Keys that are gone left with their row of the entity's table; for the others it may be any table but that. */
function suspects({ entity, reads }: PreparedSegment, gone: number, keys: number): string[] {
  const own = relationName(entity.relation);
  const others = [...new Set(reads.map(({ table }) => relationName(table.relation)))].filter(
    (name) => name !== own,
  );
  if (others.length === 0) return [own];
  return [...(gone > 0 ? [own] : []), ...(gone < keys ? others : [])];
}
