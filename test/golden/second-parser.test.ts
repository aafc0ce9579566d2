/**
 * A second opinion on the SQL of engines that cannot run here: another program's parser of each dialect accepts every
 * statement. It knows the grammar and nothing of names, types or functions; that a statement is accepted here does not
 * mean that it runs.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { init, parse } from '@guanmingchiu/sqlparser-ts';
import { beforeAll, describe, expect, test } from 'vitest';
import { TABLES } from '../../src/state/tables.ts';
import type { Layout } from '../../src/warehouse/layout.ts';
import { layout as redshiftLayout } from '../../src/warehouse/redshift/layout.ts';
import { insertStatements } from '../../src/warehouse/redshift/write.ts';
import { layout as snowflakeLayout } from '../../src/warehouse/snowflake/layout.ts';
import { sessionSettings } from '../../src/warehouse/snowflake/settings.ts';
import { insertSql } from '../../src/warehouse/snowflake/write.ts';

interface Spoken {
  readonly grammar: 'snowflake' | 'redshift';
  readonly layout: Layout;
  readonly others: readonly string[];
  /** What is right and the parser does not know. */
  readonly gap?: RegExp;
}

const SPOKEN: readonly Spoken[] = [
  {
    grammar: 'snowflake',
    layout: snowflakeLayout,
    others: [
      insertSql('segsync.batches', ['run_id', 'rows', 'at']),
      sessionSettings({ statement_timeout: 60 } as never),
    ].flat(),
  },
  {
    grammar: 'redshift',
    layout: redshiftLayout,
    others: insertStatements('segsync.batches', ['run_id', 'rows'], [["it's", null]]),
    gap: /\n(DISTSTYLE KEY DISTKEY|COMPOUND SORTKEY) \([^)]*\)/g,
  },
];

beforeAll(() => init());

describe.each(SPOKEN)('$grammar', ({ grammar, layout, others, gap }) => {
  const folder = join(import.meta.dirname, 'expected', grammar);

  test.each(readdirSync(folder))('%s', (name) => {
    expect(parse(readFileSync(join(folder, name), 'utf8'), grammar).length).toBeGreaterThan(1);
  });

  test('what makes the state, and what writes rows', () => {
    const made = Object.values(TABLES).flatMap((table) => layout('segsync', table));
    for (const statement of [...made, ...others]) {
      const read = gap ? statement.replaceAll(gap, '') : statement;
      expect(() => parse(read, grammar), read).not.toThrow();
    }
  });

  test('it refuses what is no SQL', () => {
    for (const wrong of ['SELECT FROM WHERE', 'SELECT 1 AS ', 'SELECT (1'])
      expect(() => parse(wrong, grammar), wrong).toThrow();
  });
});
