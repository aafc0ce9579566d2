/** Databricks' tables for the time of a transaction: statements get their names, and nothing else in them changes. */
import { expect, test } from 'vitest';
import { isScratch, Scratch } from '../../src/warehouse/databricks/scratch.ts';
import { realWorld } from '../../src/world.ts';

const PROPERTIES = "TBLPROPERTIES ('delta.feature.catalogManaged' = 'supported')";

function scratch(): { tables: Scratch; own: (sql: string) => string } {
  const tables = new Scratch(realWorld(), 'segsync');
  return { tables, own: (sql) => tables.own(sql).replaceAll(/tmp_\d+_[0-9a-f]{8}_/g, 'tmp_') };
}

test('a temporary table becomes a real one, of columns or of a query, behind the same comments', () => {
  const { own } = scratch();
  expect(own('CREATE TEMPORARY TABLE segsync_a (k BIGINT, v STRING)')).toBe(
    `CREATE TABLE segsync.tmp_segsync_a (k BIGINT, v STRING) USING DELTA ${PROPERTIES}`,
  );
  expect(own('-- why\nCREATE TEMPORARY TABLE segsync_b AS\nSELECT k FROM segsync_a')).toBe(
    `-- why\nCREATE TABLE segsync.tmp_segsync_b USING DELTA ${PROPERTIES}\nAS\nSELECT k FROM segsync.tmp_segsync_a`,
  );
});

test('only names change: no texts, no comments, no names in quotes, no other names', () => {
  const { own } = scratch();
  own('CREATE TEMPORARY TABLE a (k BIGINT)');
  const kept = "SELECT 'a', 'it\\'s a', `a`, aa, ab -- a\n";
  expect(own(`${kept}FROM a AS b`)).toBe(`${kept}FROM segsync.tmp_a AS b`);
  expect(own('DELETE FROM a')).toBe('DELETE FROM segsync.tmp_a');
});

test('a dropped one is dropped once, and its name is free again', () => {
  const { tables, own } = scratch();
  own('CREATE TEMPORARY TABLE a (k BIGINT)');
  own('CREATE TEMPORARY TABLE b (k BIGINT)');
  expect(tables.tables).toHaveLength(2);
  expect(tables.tables.every((name) => isScratch(name.split('.')[1]!))).toBe(true);
  expect(own('DROP TABLE a')).toBe('DROP TABLE segsync.tmp_a');
  expect([tables.owns('a'), tables.owns('b')]).toEqual([false, true]);
  expect(tables.tables).toHaveLength(1);
  expect(own('SELECT k FROM a')).toBe('SELECT k FROM a');
});

test('columns whose names files cannot have get others there', () => {
  const { own } = scratch();
  const mapped = "'delta.columnMapping.mode' = 'name'";
  expect(own('CREATE TEMPORARY TABLE a AS\nSELECT 1 AS `t_first name`')).toContain(
    `'supported', ${mapped})\nAS`,
  );
  expect(own('CREATE TEMPORARY TABLE b AS\nSELECT 1 AS `t_order`')).not.toContain(mapped);
});
