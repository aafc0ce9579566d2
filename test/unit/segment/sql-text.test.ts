/** What may change in somebody's own SQL though no row does. */
import { describe, expect, it } from 'vitest';
import { readSql } from '../../../src/segment/sql-text.ts';

describe('own SQL', () => {
  it.each([
    'entity.ends_at > :T',
    'ends_at > now()',
    'ends_at > CURRENT_DATE',
    "CAST('now' AS timestamp) > ends_at",
    "ends_at > 'yesterday 00:00'",
    "ends_at > E' Today '",
    'ends_at > $$tomorrow$$',
    '"random"() > 0.5',
    'pg_catalog.random() > 0.5',
    'mine.is_vip(id)',
    'id IN (SELECT 1)',
    'EXISTS (select(1))',
  ])('may change by itself: %s', (sql) => {
    expect(readSql(sql).moving).toBeDefined();
  });

  it.each([
    "entity.plan = 'pro' -- now()",
    "plan = ':T' AND note <> 'nowhere'",
    "at::text LIKE '%x%' /* select */",
    '"select" = 1 AND entity.values = 2',
  ])('does not: %s', (sql) => {
    expect(readSql(sql).moving).toBeUndefined();
  });

  it('puts the instant where `:T` stands as itself, and tells what is called', () => {
    const text = readSql("a > :T AND b = ':T' AND Lower(c) = \u00e9tat(d) AND coalesce(e, 1) = x::T");
    expect(text.at("'now'")).toBe(
      "a > 'now' AND b = ':T' AND Lower(c) = \u00e9tat(d) AND coalesce(e, 1) = x::T",
    );
    expect(text.calls).toEqual(['lower', '\u00e9tat']);
  });
});
