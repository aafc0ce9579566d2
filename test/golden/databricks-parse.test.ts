/**
 * A second opinion on Databricks' SQL: another program's parser of its dialect accepts every statement. It knows the
 * grammar and nothing of names, types or functions; that a statement is accepted here does not mean that it runs.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { init, parse } from '@guanmingchiu/sqlparser-ts';
import { beforeAll, describe, expect, test } from 'vitest';
import { TABLES } from '../../src/state/tables.ts';
import { dialect } from '../../src/warehouse/databricks/dialect.ts';
import { privilegeSql, schemaSql, WHO } from '../../src/warehouse/databricks/grants.ts';
import { layout } from '../../src/warehouse/databricks/layout.ts';
import { leftSql, Scratch } from '../../src/warehouse/databricks/scratch.ts';
import { IDENTITY, NOW, VERSION } from '../../src/warehouse/databricks/session.ts';
import { insertSql } from '../../src/warehouse/databricks/write.ts';
import { realWorld } from '../../src/world.ts';
import { GAPS, known } from '../warehouses/databricks-known.ts';

const FOLDER = join(import.meta.dirname, 'expected', 'databricks');

beforeAll(() => init());

/** A condition in somebody's own SQL: an interval as PostgreSQL writes it, which Databricks takes, too. */
const OWN = /^own_sql_moving/;

describe('golden statements', () => {
  for (const name of readdirSync(FOLDER)) {
    test(name, () => {
      const text = known(readFileSync(join(FOLDER, name), 'utf8'));
      const statements = parse(
        OWN.test(name) ? text.replace("INTERVAL '1 day'", 'INTERVAL 1 DAY') : text,
        'databricks',
      );
      expect(statements.length).toBeGreaterThan(1);
    });
  }
});

const scratch = new Scratch(realWorld(), 'segsync');
const merge = dialect.updateFrom(
  'segsync.membership',
  'membership',
  [['row_hash', 'changed.row_hash']],
  "(VALUES ('a', 'touch')) AS changed (entity_key, op)",
  'changed',
  "changed.op = 'touch' AND changed.entity_key = membership.entity_key",
);

test.each([
  ['state tables', Object.values(TABLES).flatMap((table) => layout('segsync', table))],
  ['rows', [insertSql('segsync.batches', [{ name: 'rows', type: 'integer', native: 'bigint' }])]],
  [
    'scratch tables',
    ['CREATE TEMPORARY TABLE a (k BIGINT)', 'CREATE TEMPORARY TABLE b AS\nSELECT 1'].map((sql) =>
      scratch.own(sql),
    ),
  ],
  ['changes by other rows', [merge]],
  [
    'questions',
    [
      NOW,
      VERSION,
      IDENTITY,
      WHO,
      privilegeSql('CREATE SCHEMA'),
      privilegeSql('MODIFY', 's'),
      schemaSql('s'),
      leftSql('s'),
    ],
  ],
])('%s', (_, statements) => {
  for (const statement of statements)
    expect(() => parse(known(statement), 'databricks'), statement).not.toThrow();
});

test.each(GAPS)('a gap that is still there: %s', (_, statement) => {
  expect(() => parse(statement, 'databricks')).toThrow();
});

test('it refuses what is no SQL of Databricks', () => {
  for (const wrong of ['SELECT FROM WHERE', 'SELECT 1 AS ', 'SELECT (1'])
    expect(() => parse(wrong, 'databricks'), wrong).toThrow();
});
