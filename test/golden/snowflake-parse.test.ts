/**
 * A second opinion on Snowflake's SQL: another program's parser of its dialect accepts every statement. It knows the
 * grammar and nothing of names, types or functions; that a statement is accepted here does not mean that it runs.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { init, parse } from '@guanmingchiu/sqlparser-ts';
import { beforeAll, describe, expect, test } from 'vitest';
import { TABLES } from '../../src/state/tables.ts';
import { layout } from '../../src/warehouse/snowflake/layout.ts';
import { sessionSettings } from '../../src/warehouse/snowflake/settings.ts';
import { insertSql } from '../../src/warehouse/snowflake/write.ts';

const FOLDER = join(import.meta.dirname, 'expected', 'snowflake');

beforeAll(() => init());

describe('golden statements', () => {
  for (const name of readdirSync(FOLDER)) {
    test(name, () => {
      const statements = parse(readFileSync(join(FOLDER, name), 'utf8'), 'snowflake');
      expect(statements.length).toBeGreaterThan(1);
    });
  }
});

test.each([
  ['state tables', Object.values(TABLES).flatMap((table) => layout('segsync', table))],
  ['rows', [insertSql('segsync.batches', ['run_id', 'rows', 'at'])]],
  ['settings', [sessionSettings({ statement_timeout: 60 } as never)]],
])('%s', (_, statements) => {
  for (const statement of statements) expect(() => parse(statement, 'snowflake'), statement).not.toThrow();
});

test('it refuses what is no SQL of Snowflake', () => {
  for (const wrong of ['SELECT FROM WHERE', 'SELECT 1 AS ', 'SELECT (1'])
    expect(() => parse(wrong, 'snowflake'), wrong).toThrow();
});
