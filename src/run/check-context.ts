/** What the checks against a target share: what is known of its tables, and how problems are collected. */
import type { Scope } from '../compile/rows.ts';
import type { Project, Relation, Table } from '../config/project.ts';
import { DiagnosedError, type Diagnostic } from '../diagnostics/diagnostic.ts';
import type { StateTables } from '../state/sql.ts';
import { type Column, type Session, type Warehouse, WarehouseError } from '../warehouse/warehouse.ts';

export interface CheckContext {
  readonly project: Project;
  readonly warehouse: Warehouse;
  readonly session: Session;
  readonly scope: Scope;
  /** Stand-ins: no state is needed to check anything. */
  readonly tables: StateTables;
  /** Tables that something is wrong with by themselves: what is compiled over them would only fail in the same way. */
  readonly broken: ReadonlySet<Table>;
  /** What the engine said of conditions, by what they mean: a segment that others refer to is asked about once. */
  readonly said: Map<string, readonly Column[] | string>;
}

/** Columns of each relation that was described, or what the warehouse said instead; undefined: missing or unreadable. */
export type Described = ReadonlyMap<string, readonly Column[] | WarehouseError | undefined>;

export function relationKey(relation: Relation): string {
  return JSON.stringify(relation);
}

/** What `work` throws of known problems. A table that is missing is told once, where it is declared. */
export function problemsOf(work: () => unknown): Diagnostic[] {
  try {
    work();
    return [];
  } catch (error) {
    if (!(error instanceof DiagnosedError)) throw error;
    return error.diagnostics.filter(({ code }) => code !== 'E301');
  }
}

/** The same problem at the same place is one. */
export function distinct(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Map(
    diagnostics.map((each) => [JSON.stringify([each.code, each.message, each.place]), each]),
  );
  return [...seen.values()];
}

/** Columns of a query, or what the warehouse has against it. Nothing is executed. */
export async function understood(session: Session, sql: string): Promise<readonly Column[] | string> {
  try {
    const columns = await session.describe({ kind: 'query', sql });
    if (columns) return columns;
    // It says only that something is missing, and not what.
    await session.query(`SELECT 1 AS one FROM (\n${sql}\n) AS checked WHERE 1 = 0`);
    return [];
  } catch (error) {
    if (error instanceof WarehouseError && SAID.has(error.failure)) return error.message;
    throw error;
  }
}

/** Failures that are about the statement; others are about the moment. */
const SAID: ReadonlySet<WarehouseError['failure']> = new Set(['statement', 'missing', 'permission']);
