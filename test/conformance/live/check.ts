/** What one check is, and what it works with. */
import type { Session, Warehouse } from '../../../src/warehouse/warehouse.ts';
import type { World } from '../../../src/world.ts';
import type { Scratch } from './scratch.ts';

/** The parts of a conformance run; a result counts only with all of them. */
export const GROUPS = [
  'functions',
  'values',
  'streams',
  'transactions',
  'failures',
  'cancel',
  'state',
  'plays',
] as const;

export type Group = (typeof GROUPS)[number];

export interface Check {
  readonly group: Group;
  readonly name: string;
  /** Throws where the warehouse does otherwise. */
  run(): Promise<void>;
}

/** A warehouse that somebody has an account of, and places in it that nobody else has. */
export interface Bench {
  readonly warehouse: Warehouse;
  readonly session: Session;
  readonly world: World;
  readonly scratch: Scratch;
  /** Made before the first check. */
  readonly schema: string;
}

export type Case = readonly [name: string, run: () => Promise<void>];

/** Checks of one group, of names and what they do. */
export function checksOf(group: Group, cases: readonly Case[]): Check[] {
  return cases.map(([name, run]) => ({ group, name, run }));
}

/** A table's name in the scratch schema, quoted. */
export function tableName({ warehouse: { dialect }, schema }: Bench, table: string): string {
  return `${dialect.quote(schema)}.${dialect.quote(table)}`;
}

/** Makes a table there, of names and SQL types, whatever one of that name there was. Resolves to its quoted name. */
export async function makeTable(
  bench: Bench,
  table: string,
  columns: Readonly<Record<string, string>>,
): Promise<string> {
  const { session, warehouse } = bench;
  const name = tableName(bench, table);
  const list = Object.entries(columns).map(([column, type]) => `${warehouse.dialect.quote(column)} ${type}`);
  await session.execute(`DROP TABLE IF EXISTS ${name}`);
  await session.execute(`CREATE TABLE ${name} (${list.join(', ')})`);
  return name;
}
