/** Every function of the closed list gives the same answer on every warehouse. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, type Opened } from '../../engines.ts';
import { functionTests } from './functions-suite.ts';

const md5 = (value: string): string => createHash('md5').update(value, 'utf8').digest('hex');

for (const engine of engines) {
  describe(engine.name, () => {
    const { dialect } = engine.warehouse;
    let opened: Opened;
    beforeAll(async () => {
      opened = await engine.open();
    });
    afterAll(() => opened.drop());

    functionTests(dialect, async (sql) =>
      (await opened.session.query(sql)).map((row) => Object.values(row)[0]!),
    );

    test('texts of a column with a collation of its own are told apart by case', async () => {
      const { starts_with, ends_with, contains, binary_order, hash_text } = dialect.functions;
      const collated = `(SELECT CAST('Abc' AS ${dialect.types.text}) COLLATE ${NO_CASE[engine.name]} AS c) AS t`;
      const setUp = NO_CASE_SET_UP[engine.name];
      if (setUp) await opened.session.execute(setUp);
      const [row] = await opened.session.query(
        `SELECT ${starts_with('c', "'a'")} AS s, ${ends_with('c', "'C'")} AS e, ${contains('c', "'B'")} AS p,` +
          ` ${binary_order('c')} = ${binary_order("'abc'")} AS q, ${hash_text('c')} AS h FROM ${collated}`,
      );
      expect(row).toEqual({ s: 'false', e: 'false', p: 'false', q: 'false', h: md5('Abc') });
    });
  });
}

const NO_CASE: Record<string, string> = { duckdb: 'NOCASE', postgres: 'no_case' };
const NO_CASE_SET_UP: Record<string, string> = {
  postgres: `CREATE COLLATION no_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`,
};
