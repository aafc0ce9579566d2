/**
 * What a conformance run says to BigQuery and Snowflake, before anybody lets it: every statement of one over the double
 * is accepted, by BigQuery's own analyser and by another program's parser of Snowflake's dialect, but for those that are
 * wrong on purpose.
 */
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { init, parse } from '@guanmingchiu/sqlparser-ts';
import { describe, expect, test } from 'vitest';
import { compileProgram, ROOT } from '../compiled-program.ts';
import { bigqueryEngine, snowflakeEngine } from '../warehouses/engines.ts';
import { PAIRS } from '../warehouses/pairs.ts';
import { isInstalled, openAnalyser } from '../warehouses/zetasql.ts';

const LEAST = 500;

/** The statements of a run with one play, in order. */
async function statementsOf(engine: typeof bigqueryEngine | typeof snowflakeEngine): Promise<string[]> {
  const program = await compileProgram();
  const own = await engine.open();
  try {
    const [folder, pairs] = [join(own.folder, 'mine'), join(own.folder, 'pairs')];
    await mkdir(folder);
    await mkdir(pairs);
    own.double.standIn.listen(pairs);
    const targets = JSON.stringify({ own: own.target });
    const text = `version: 1\nproject: mine\ntargets: ${targets}\nentities: {}\n`;
    await writeFile(join(folder, 'segsync.yaml'), text);
    const script = join(ROOT, 'scripts/conformance.mjs');
    const args = ['--project', folder, '--plays', '1', '--out', join(folder, 'result.json')];
    const child = spawn(process.execPath, ['--import', program.preload, script, ...args], {
      env: { PATH: process.env.PATH, [PAIRS]: pairs },
      stdio: 'ignore',
    });
    expect(await new Promise((done) => child.on('close', done))).toBe(0);
    return bySession(own.double.standIn.arrived);
  } finally {
    await own.drop();
  }
}

/** Each session's at once, where it began: of two side by side, the end of one must not look like the other's. */
function bySession(arrived: readonly { sql: string; session?: string | number | undefined }[]): string[] {
  const begun = new Map<string | number, number>();
  const placed = arrived.map(({ sql, session }, index) => {
    if (session === undefined) return { sql, at: index };
    if (!begun.has(session)) begun.set(session, index);
    return { sql, at: begun.get(session)! };
  });
  return placed.toSorted((a, b) => a.at - b.at).map(({ sql }) => sql);
}

/** Wrong on purpose, or asked for before it is there. */
const ON_PURPOSE = [
  /^Syntax error: Unexpected identifier "SELEC"/,
  /^Table not found: .*(nowhere|missing|passing|\.meta)/,
  /^Unrecognized name: nothing/,
];

describe.runIf(isInstalled())('BigQuery’s own analyser', () => {
  test('accepts every statement', { timeout: 300_000 }, async () => {
    const analyser = await openAnalyser();
    try {
      const wrong: string[] = [];
      let accepted = 0;
      for (const sql of await statementsOf(bigqueryEngine)) {
        if (sql.startsWith('CALL ')) analyser.endSession();
        if (/^(CALL|BEGIN|COMMIT|ROLLBACK) /.test(sql)) continue;
        const error = await analyser.analyse(sql).catch((refused: Error) => refused.message);
        if (error === undefined) accepted += 1;
        else wrong.push(`${error}: ${sql.slice(0, 500)}`);
      }
      expect(wrong.filter((each) => !ON_PURPOSE.some((known) => known.test(each)))).toEqual([]);
      for (const known of ON_PURPOSE)
        expect(
          wrong.some((each) => known.test(each)),
          String(known),
        ).toBe(true);
      expect(accepted).toBeGreaterThan(LEAST);
    } finally {
      analyser.close();
    }
  });
});

test('another parser of Snowflake’s dialect accepts every statement', { timeout: 300_000 }, async () => {
  await init();
  const wrong: string[] = [];
  const statements = await statementsOf(snowflakeEngine);
  for (const sql of statements) {
    try {
      parse(sql, 'snowflake');
    } catch (error) {
      wrong.push(`${(error as Error).message}: ${sql.slice(0, 500)}`);
    }
  }
  expect(wrong.filter((each) => !/: SELEC 1$/.test(each))).toEqual([]);
  expect(wrong).not.toEqual([]);
  expect(statements.length).toBeGreaterThan(LEAST);
});
