/** The quick start as a newcomer meets it: first run, life goes on, second run; against SQL written by hand. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunReport } from '../../src/report/results.ts';
import { copyQuickStart, type ProjectCopy } from '../project-copy.ts';
import { type Line, type Member, parseLines, replay } from '../replay-files.ts';
import { type ExpectedSync, MEMBERS, SYNCS } from '../storefront-by-hand.ts';
import { build, type Ended } from './segsync.ts';

let shop: ProjectCopy;

beforeAll(async () => {
  await build();
  shop = copyQuickStart();
});
afterAll(() => shop.remove());

describe('the quick start', () => {
  it('delivers every member of every segment on the first run', async () => {
    const report = reportOf(await shop.segsync(['run', '--json']));
    expect(report.segments.map(({ segment }) => segment).sort()).toEqual(Object.keys(MEMBERS).sort());
    expect(report.syncs).toHaveLength(SYNCS.length);
    await expectMembership(report);
    for (const sync of SYNCS) {
      const lines = linesOf(sync);
      expect(new Set(lines.map(({ op }) => op)), sync.file).toEqual(new Set(['add']));
      expect(replay(lines), sync.file).toEqual(await audienceByHand(sync));
    }
  });

  it('has somebody in each segment, so that there is something to see', async () => {
    for (const { segment, members } of await shop.query('SELECT segment, members FROM segsync.segments')) {
      expect(Number(members), segment!).toBeGreaterThan(0);
      expect(Number(members), segment!).toBeLessThan(4000);
    }
  });

  it('sends only what changed once the shop has lived on', async () => {
    const before = SYNCS.map((sync) => ({ sync, text: textOf(sync), audience: replay(linesOf(sync)) }));
    const lived = await shop.node(['examples/storefront/live-on.mjs', '.segsync/storefront.duckdb']);
    expect(lived).toMatchObject({ exit: 0, stderr: '' });

    const report = reportOf(await shop.segsync(['run', '--all', '--json']));
    await expectMembership(report);
    expect(report.segments.map(({ segment, mode }) => ({ segment, mode }))).toEqual(
      report.segments.map(({ segment }) => ({ segment, mode: 'incremental' })),
    );

    let appended = 0;
    let changed = 0;
    for (const { sync, text, audience } of before) {
      expect(textOf(sync).startsWith(text), sync.file).toBe(true);
      const after = await audienceByHand(sync);
      expect(replay(linesOf(sync)), sync.file).toEqual(after);
      const added = linesOf(sync).length - parseLines(sync.file, text).length;
      expect(added, sync.file).toBe(operationsBetween(audience, after));
      appended += added;
      changed += membersBetween(audience, after);
    }
    expect(appended).toBeGreaterThan(10);
    expect(appended).toBeLessThan(500);
    expect(report.syncs.reduce((sum, { delivered }) => sum + total(delivered!), 0)).toBe(changed);
  });

  it('sends nothing for a segment that neither rows nor time have touched', async () => {
    const before = SYNCS.map(textOf);
    reportOf(await shop.segsync(['run', '--all', '--json', '--select', 'gold_tier']));
    expect(SYNCS.map(textOf)).toEqual(before);
  });
});

describe('letting the shop live on', () => {
  it('says what to do when there is no shop yet', async () => {
    const answer = await shop.node(['examples/storefront/live-on.mjs', 'nowhere.duckdb']);
    expect(answer).toMatchObject({ exit: 1, stdout: '' });
    expect(answer.stderr).toBe(
      'nowhere.duckdb is not there yet: make the shop first, by `npx segsync run`.\n',
    );
  });
});

function reportOf(run: Ended): RunReport {
  expect(run, run.stderr + run.stdout).toMatchObject({ exit: 0 });
  return JSON.parse(run.stdout) as RunReport;
}

async function expectMembership(report: RunReport): Promise<void> {
  for (const { segment, evaluated_at } of await shop.query(
    'SELECT segment, evaluated_at FROM segsync.segments',
  )) {
    const byHand = MEMBERS[segment!]!.replaceAll(':T', `TIMESTAMPTZ '${evaluated_at}'`);
    const stored = `SELECT entity_key FROM segsync.membership WHERE segment = '${segment}'`;
    const expected = `SELECT customer_id::VARCHAR AS entity_key FROM (${byHand})`;
    const missing = await shop.query(`(${expected}) EXCEPT (${stored})`);
    const surplus = await shop.query(`(${stored}) EXCEPT (${expected})`);
    expect({ missing, surplus }, segment!).toEqual({ missing: [], surplus: [] });
    const [{ members } = {}] = await shop.query(`SELECT count(*) AS members FROM (${expected})`);
    expect(report.segments.find((result) => result.segment === segment)?.members, segment!).toBe(
      Number(members),
    );
  }
}

/** Members with consent, with what is sent about them, from the tables as they are now. */
async function audienceByHand(sync: ExpectedSync): Promise<Map<string, Member>> {
  const columns = [...Object.values(sync.identifiers), ...Object.values(sync.fields)];
  const rows = await shop.query(`
    SELECT entity_key AS k${columns.map((expression, i) => `, ${expression} AS c${i}`).join('')}
    FROM segsync.membership
    JOIN shop.customers ON customer_id::VARCHAR = entity_key
    LEFT JOIN ml.churn_scores USING (customer_id)
    WHERE segment = '${sync.segment}' AND ${sync.consent}`);
  const identifiers = Object.keys(sync.identifiers);
  const fields = Object.keys(sync.fields);
  return new Map(
    rows.map((row) => [
      row.k!,
      {
        identifiers: Object.fromEntries(
          identifiers.map((name, i) => [name, row[`c${i}`]!] as const).filter(([, value]) => value !== null),
        ),
        fields: Object.fromEntries(
          fields.map((name, i) => [name, fieldValue(name, row[`c${identifiers.length + i}`]!)]),
        ),
      },
    ]),
  );
}

/** Numbers come out of JSON as numbers. */
function fieldValue(name: string, text: string): unknown {
  return ['points', 'lifetime_value', 'churn_score'].includes(name) ? Number(text) : text;
}

type Audience = ReadonlyMap<string, Member>;

/** Lines that lead from one audience to the other: two for a member whose identifier was dropped or replaced. */
function operationsBetween(before: Audience, after: Audience): number {
  const replaced = [...before].filter(([key, { identifiers }]) => {
    const now = after.get(key)?.identifiers;
    return now && Object.entries(identifiers).some(([name, value]) => now[name] !== value);
  });
  return membersBetween(before, after) + replaced.length;
}

/** Members who are in one audience only, or about whom something else is known in each. */
function membersBetween(before: Audience, after: Audience): number {
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys].filter((key) => !isDeepStrictEqual(before.get(key), after.get(key))).length;
}

function total(counts: { add: number; remove: number; update: number }): number {
  return counts.add + counts.remove + counts.update;
}

function textOf(sync: ExpectedSync): string {
  const path = join(shop.folder, sync.file);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

function linesOf(sync: ExpectedSync): Line[] {
  return parseLines(sync.file, textOf(sync));
}
