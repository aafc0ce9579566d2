/** Holds the receiver's audiences and the ledger against SQL written by hand. */
import { expect } from 'vitest';
import type { Rig } from './rig.ts';
import { AUDIENCES, memberOf } from './shop.ts';

/** Each audience holds who should be there, with what is known of them today; the ledger says the same, without doubts. */
export async function expectAudiences({ query, receiver }: Rig): Promise<void> {
  for (const [audience, { sync, sql }] of Object.entries(AUDIENCES)) {
    const rows = await query(sql);
    expect(rows.length, audience).toBeGreaterThan(0);
    const expected = new Map(rows.map((row) => [row.k!, memberOf(row)]));
    expectSame(receiver.audiences.get(audience) ?? new Map(), expected, `audience ${audience}`);

    const ledger = await query(
      `SELECT entity_key AS k, state, CAST(identifiers AS TEXT) AS identifiers FROM segsync.ledger WHERE sync = '${sync}'`,
    );
    expect(ledger.filter(({ state }) => state !== 'delivered')).toEqual([]);
    const known = ledger.map((row) => [row.k!, JSON.parse(row.identifiers!) as unknown] as const);
    const sent = [...expected].map(([key, { identifiers }]) => [key, identifiers] as const);
    expectSame(new Map(known), new Map(sent), `ledger of ${sync}`);
  }
  expect(await query('SELECT * FROM segsync.rejections')).toEqual([]);
}

/** Names who is missing and who was left behind, which two whole maps would hide. */
function expectSame<T>(found: ReadonlyMap<string, T>, expected: ReadonlyMap<string, T>, what: string): void {
  const missing = [...expected.keys()].filter((key) => !found.has(key));
  const leftBehind = [...found.keys()].filter((key) => !expected.has(key));
  expect({ missing, leftBehind }, what).toEqual({ missing: [], leftBehind: [] });
  for (const [key, member] of expected) expect(found.get(key), `${what}, key ${key}`).toEqual(member);
}
