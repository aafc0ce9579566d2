/**
 * Redshift's statements on PostgreSQL itself, where the two agree: every function that is not in the list of those that
 * differ runs as Redshift has it, and so does every golden statement but for the texts in that list.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { warehouse as postgres } from '../../../src/warehouse/postgres/index.ts';
import { dialect as redshift } from '../../../src/warehouse/redshift/dialect.ts';
import { engines, type Opened } from '../../engines.ts';
import { asPostgres, OTHERWISE } from '../../warehouses/redshift.ts';
import { functionTests } from './functions-suite.ts';

const GOLDEN = join(import.meta.dirname, '../../golden/expected/redshift');

let opened: Opened;
beforeAll(async () => {
  opened = await engines.find(({ warehouse }) => warehouse === postgres)!.open();
  for (const sql of [...TABLES, ...STAND_INS]) await opened.session.execute(sql);
});
afterAll(() => opened.drop());

describe('functions', () => {
  functionTests(asPostgres, async (sql) =>
    (await opened.session.query(sql)).map((row) => Object.values(row)[0]!),
  );

  test('the list of what differs is what differs', () => {
    const names = Object.keys(redshift.functions) as (keyof typeof OTHERWISE)[];
    const sample = (fn: keyof typeof OTHERWISE, of: typeof redshift): string =>
      of.functions[fn]('a', 'b').toString();
    expect(names.filter((fn) => sample(fn, redshift) !== sample(fn, asPostgres)).sort()).toEqual(
      Object.keys(OTHERWISE).sort(),
    );
  });
});

/** The tables that golden statements read. */
const TABLES = [
  'CREATE SCHEMA shop',
  'CREATE SCHEMA ml',
  'CREATE SCHEMA support',
  'CREATE SCHEMA crm',
  'CREATE SCHEMA segsync',
  'CREATE TABLE shop.customers (customer_id bigint, plan text, country text, born date, email text, phone text, updated_at timestamptz)',
  'CREATE TABLE shop.events (name text, customer_id bigint, occurred_at timestamptz, ingested_at timestamptz)',
  'CREATE TABLE shop.orders (customer_ref text, placed_on date, version bigint, status text, total float8, channel text)',
  'CREATE TABLE shop.visits (customer_id bigint, at timestamp)',
  'CREATE TABLE shop.vips (customer_id bigint, since timestamptz)',
  'CREATE TABLE ml.scores (customer_id bigint, value float8, scored_at timestamptz)',
  'CREATE TABLE support.tickets (account_id text, status text, updated_at timestamptz)',
  'CREATE TABLE crm.account_members (account_id text, customer_id bigint, linked_at timestamptz)',
  'CREATE TABLE segsync.membership (segment text, entity_key text, entered_at timestamptz, tick_id bigint, row_hash text)',
  'CREATE TABLE segsync.pending (segment text, entity_key text, op text, since timestamptz, due_at timestamptz)',
  'CREATE TABLE segsync.changes (tick_id bigint, segment text, entity_key text, op text, caused_at timestamptz, evaluated_at timestamptz)',
];

/** What Redshift has and PostgreSQL has not, and what stands for it; `microsecond` is a word there. */
const STAND_INS = [
  'CREATE FUNCTION len(text) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT length($1) $$',
  "CREATE FUNCTION strtol(text, integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT CAST(CAST('x' || lpad($1, 16, '0') AS bit(64)) AS bigint) $$",
  'CREATE FUNCTION datediff(text, timestamp, timestamp) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT CAST(extract(epoch FROM $3 - $2) * 1000000 AS bigint) $$',
  "CREATE FUNCTION dateadd(text, bigint, timestamp) RETURNS timestamp LANGUAGE sql IMMUTABLE AS $$ SELECT $3 + $2 * INTERVAL '1 microsecond' $$",
];

function statementsOf(file: string): string[] {
  const text = readFileSync(join(GOLDEN, file), 'utf8').replaceAll(
    /\b(DATEADD|DATEDIFF)\(microsecond,/g,
    "$1('microsecond',",
  );
  return text.split(/;\n*(?=\n|$)/).filter((each) => /\S/.test(each.replaceAll(/^--.*$/gm, '')));
}

describe('golden statements', () => {
  const files = readdirSync(GOLDEN);

  test.each(files)('%s', async (file) => {
    const statements = statementsOf(file);
    expect(statements.length).toBeGreaterThan(2);
    await opened.session.scratch(async (transaction) => {
      for (const sql of statements) await transaction.execute(sql);
    });
  });
});
