/** Holds the receiver's audiences and the ledger against SQL written by hand. */
import { expect } from 'vitest';
import type { Rig } from './rig.ts';
import { AUDIENCES, memberOf } from './shop.ts';

/** Whom a receiver does not take, however often it is asked. */
export type Refusal = (audience: string, key: string) => boolean;

const NOBODY: Refusal = () => false;

/**
 * Each audience holds who should be there, with what is known of them today; the ledger says the same, without doubts.
 * Those who are refused stand in `rejections`, and nobody else. (The ledger may have them all the same: an add whose
 * answer was lost counts as perhaps there.)
 */
export async function expectAudiences({ query, receiver }: Rig, isRefused = NOBODY): Promise<void> {
  const refused: string[] = [];
  for (const [audience, { sync, sql }] of Object.entries(AUDIENCES)) {
    const rows = await query(sql);
    expect(rows.length, audience).toBeGreaterThan(0);
    const isTaken = (key: string): boolean => !isRefused(audience, key);
    for (const { k } of rows) if (!isTaken(k!)) refused.push(`${sync} ${k}`);
    const expected = new Map(rows.filter(({ k }) => isTaken(k!)).map((row) => [row.k!, memberOf(row)]));
    expectSame(receiver.audiences.get(audience) ?? new Map(), expected, `audience ${audience}`);

    const ledger = await query(
      `SELECT entity_key AS k, state, CAST(identifiers AS TEXT) AS identifiers FROM segsync.ledger WHERE sync = '${sync}'`,
    );
    expect(ledger.filter(({ state }) => state !== 'delivered')).toEqual([]);
    const known = ledger
      .filter(({ k }) => isTaken(k!))
      .map((row) => [row.k!, JSON.parse(row.identifiers!) as unknown] as const);
    const sent = [...expected].map(([key, { identifiers }]) => [key, identifiers] as const);
    expectSame(new Map(known), new Map(sent), `ledger of ${sync}`);
  }
  const rejected = await query('SELECT sync, entity_key FROM segsync.rejections');
  expect(rejected.map(({ sync, entity_key }) => `${sync} ${entity_key}`).sort()).toEqual(refused.sort());
}

/** Names who is missing and who was left behind, which two whole maps would hide. */
function expectSame<T>(found: ReadonlyMap<string, T>, expected: ReadonlyMap<string, T>, what: string): void {
  const missing = [...expected.keys()].filter((key) => !found.has(key));
  const leftBehind = [...found.keys()].filter((key) => !expected.has(key));
  expect({ missing, leftBehind }, what).toEqual({ missing: [], leftBehind: [] });
  for (const [key, member] of expected) expect(found.get(key), `${what}, key ${key}`).toEqual(member);
}
