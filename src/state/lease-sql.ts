/** The statements over `leases`. A row stays when its lease is given back, so that its token only grows. */
import type { Duration, Instant } from '../instant.ts';
import { SECOND } from '../instant.ts';
import type { Row, Statements } from '../warehouse/warehouse.ts';
import { instant, integer, type StateTables, text, textList } from './sql.ts';

export const LEASE_LENGTH: Duration = 30n * SECOND;

export interface LeaseRow {
  readonly name: string;
  readonly owner: string | null;
  readonly token: bigint;
  readonly expiresAt?: Instant;
}

/** The rows of `names` that exist, by name. */
export async function readLeases(
  statements: Statements,
  tables: StateTables,
  names: readonly string[],
): Promise<Map<string, LeaseRow>> {
  const rows = await statements.query(
    `SELECT name, owner, token, ${tables.dialect.functions.micros_of('expires_at')} AS expires_at` +
      ` FROM ${tables.from('leases')} AS leases WHERE name IN ${textList(tables.dialect, names)}`,
  );
  return new Map(rows.map((row) => [row.name!, leaseRow(row)]));
}

function leaseRow(row: Row): LeaseRow {
  return {
    name: row.name!,
    owner: row.owner!,
    token: BigInt(row.token ?? 0),
    ...(row.expires_at ? { expiresAt: BigInt(row.expires_at) } : {}),
  };
}

/** Makes rows that nobody holds. Fails when another process makes one of them at the same moment. */
export async function insertLeases(
  statements: Statements,
  tables: StateTables,
  names: readonly string[],
): Promise<void> {
  if (names.length === 0) return;
  const rows = names.map((name) => `(${text(tables.dialect, name)}, 0)`);
  await statements.execute(`INSERT INTO ${tables.name('leases')} (name, token) VALUES ${rows.join(', ')}`);
}

/**
 * Where nothing else keeps two processes from making one row twice: both change a row that is always there, so that the
 * second waits for the first, or fails, and is tried again. What it reads from then on has what the first one made.
 * `leases` comes first, as in every other transaction: one that holds it may be about to change `meta`.
 */
export async function takeTurn(statements: Statements, tables: StateTables): Promise<void> {
  await statements.execute(`UPDATE ${tables.name('leases')} SET token = token WHERE name IS NOT NULL`);
  await statements.execute(
    `UPDATE ${tables.name('meta')} SET value = value WHERE name = ${text(tables.dialect, 'schema_version')}`,
  );
}

/** Takes, of `names`, those that are free, expired, or held by one of `dead`. */
export async function takeLeases(
  statements: Statements,
  tables: StateTables,
  wish: { names: readonly string[]; owner: string; dead: readonly string[]; now: Instant },
): Promise<void> {
  const { dialect } = tables;
  await statements.execute(
    `UPDATE ${tables.name('leases')}` +
      ` SET owner = ${text(dialect, wish.owner)}, token = token + 1,` +
      ` expires_at = ${instant(dialect, wish.now + LEASE_LENGTH)}` +
      ` WHERE name IN ${textList(dialect, wish.names)}` +
      ` AND (owner IS NULL OR expires_at <= ${instant(dialect, wish.now)}` +
      ` OR owner IN ${textList(dialect, wish.dead)})`,
  );
}

/** Moves the end of leases that are still the owner's own, token by token; resolves to how many were. */
export function extendLeases(
  statements: Statements,
  tables: StateTables,
  own: { tokens: ReadonlyMap<string, bigint>; owner: string; now: Instant },
): Promise<number> {
  const { dialect } = tables;
  const each = [...own.tokens].map(
    ([name, token]) => `(name = ${text(dialect, name)} AND token = ${integer(dialect, token)})`,
  );
  return statements.execute(
    `UPDATE ${tables.name('leases')} SET expires_at = ${instant(dialect, own.now + LEASE_LENGTH)}` +
      ` WHERE owner = ${text(dialect, own.owner)} AND (${each.join(' OR ')})`,
  );
}

/** Gives back everything an owner holds. */
export async function freeLeases(statements: Statements, tables: StateTables, owner: string): Promise<void> {
  await statements.execute(
    `UPDATE ${tables.name('leases')} SET owner = NULL, expires_at = NULL WHERE owner = ${text(tables.dialect, owner)}`,
  );
}

/** Who holds, at `now`, a lease of one of `names`; each once. */
export async function readOwners(
  statements: Statements,
  tables: StateTables,
  names: readonly string[],
  now: Instant,
): Promise<string[]> {
  const { dialect } = tables;
  const rows = await statements.query(
    `SELECT DISTINCT owner FROM ${tables.from('leases')} AS leases` +
      ` WHERE name IN ${textList(dialect, names)} AND expires_at > ${instant(dialect, now)} AND owner IS NOT NULL`,
  );
  return rows.map(({ owner }) => owner!);
}

/** Waits until no transaction of a holder is open, and keeps the next one waiting until this one ends. */
export async function touchLeases(
  statements: Statements,
  tables: StateTables,
  names: readonly string[],
): Promise<void> {
  await statements.execute(
    `UPDATE ${tables.name('leases')} SET token = token WHERE name IN ${textList(tables.dialect, names)}`,
  );
}

/** Takes leases from whoever holds them, for nobody. */
export async function loseLeases(
  statements: Statements,
  tables: StateTables,
  names: readonly string[],
): Promise<void> {
  await statements.execute(
    `UPDATE ${tables.name('leases')} SET owner = NULL, expires_at = NULL, token = token + 1` +
      ` WHERE name IN ${textList(tables.dialect, names)}`,
  );
}
