import { describe, expect, it } from 'vitest';
import { judgeLogic } from '../../../src/segment/judge-logic.ts';
import { saidOf } from './judged.ts';

async function verdictOn(where: string): Promise<string> {
  const said = await saidOf(judgeLogic, where);
  return said.map((line) => line.slice(0, 4)).join(' ');
}

const NEVER = [
  'all: [{ trait: n, gt: 5 }, { trait: n, lt: 5 }]',
  'all: [{ trait: n, gt: 5 }, { trait: n, lte: 5 }]',
  'all: [{ trait: n, eq: 1 }, { trait: n, in: [2, 3.5] }]',
  'all: [{ trait: n, between: [1, 2] }, { trait: n, between: [3, 4] }]',
  'all: [{ trait: n, gte: 1 }, { trait: n, lte: 1 }, { trait: n, ne: 1 }]',
  'all: [{ trait: n, eq: 1 }, { trait: n, is_null: true }]',
  'all: [{ trait: n, is_null: true }, { trait: n, is_null: false }]',
  'all: [{ trait: score, gt: 0.9 }, { trait: score, lt: 0.1 }]',
  'all: [{ trait: s, eq: a }, { trait: s, eq: b }]',
  'all: [{ trait: s, in: [a, b] }, { trait: s, not_in: [a, b, c] }]',
  'all: [{ trait: s, in: [apple, pear] }, { trait: s, starts_with: b }]',
  'all: [{ trait: s, eq: a }, { not: { trait: s, contains: a } }]',
  'all: [{ trait: s, contains: a }, { not: { trait: s, contains: a } }]',
  'all: [{ trait: s, contains: abc }, { not: { trait: s, contains: b } }]',
  'all: [{ trait: s, starts_with: abc }, { not: { trait: s, starts_with: ab } }]',
  'all: [{ trait: s, starts_with: a }, { trait: s, starts_with: b }]',
  'all: [{ trait: s, gt: m }, { trait: s, lt: c }]',
  'all: [{ trait: b, eq: true }, { trait: b, eq: false }]',
  'all: [{ trait: b, eq: true }, { trait: b, ne: true }]',
  'all: [{ trait: b, ne: true }, { trait: b, ne: false }]',
  'all: [{ trait: t, gt: 2026-01-02 }, { trait: t, lt: 2026-01-01 }]',
  'all: [{ trait: t, after: 2026-01-02 }, { trait: t, before: 2026-01-01 }]',
  'all: [{ trait: t, after: 2026-01-02 }, { trait: t, lt: "2026-01-01" }]',
  'all: [{ trait: t, within: 7d }, { trait: t, older_than: 30d }]',
  'all: [{ trait: t, within: 7d }, { trait: t, next: 1d }]',
  'all: [{ trait: t, within: 7d }, { not: { trait: t, within: 30d } }]',
  'all: [{ trait: t, between: { from: 14d, to: 7d } }, { trait: t, within: 7d }]',
  'all: [{ trait: t, within: 7d }, { trait: t, is_null: true }]',
  'all: [{ trait: t, this: month }, { trait: t, previous: month }]',
  'all: [{ trait: t, this: day }, { not: { trait: t, this: month } }]',
  'all: [{ trait: t, this: day }, { trait: t, older_than: 30d }]',
  'all: [{ trait: t, this: month }, { trait: t, next: 1d }]',
  'all: [{ trait: t, previous: week }, { not: { trait: t, previous: { count: 3, unit: week } } }]',
  'did: viewed\ncount: { lt: 0 }',
  'did: viewed\ncount: { between: [2.1, 2.9] }',
  'all: [{ did: viewed, count: { gt: 2 } }, { did: viewed, count: { lt: 3 } }]',
  'all: [{ did: viewed, count: { gt: 2 } }, { did: viewed, count: { lt: 4 } }, { did: viewed, count: { ne: 3 } }]',
  'all: [{ did: viewed }, { did_not: viewed }]',
  'all: [{ did: viewed, within: 7d }, { did_not: viewed, within: 30d }]',
  'all: [{ did: viewed, within: 7d, count: { gte: 3 } }, { did: viewed, within: 30d, count: { lte: 2 } }]',
  'all: [{ did: viewed, this: day }, { did_not: viewed, within: 3d }]',
  'all: [{ did: viewed, within: 7d }, { did_not: viewed }]',
  'all: [{ did: viewed, where: { price: { gte: 10 } } }, { did_not: viewed, where: { price: { gte: 5 } } }]',
  'all: [{ did: viewed, where: { price: { gte: 10 } } }, { did_not: viewed }]',
  'all: [{ has: closed }, { has_no: orders }]',
  'all: [{ did: orders, sum: { of: total, gt: 5 }, within: 7d }, { did_not: orders, within: 30d }]',
  'all: [{ did: orders, avg: { of: total, gt: 5 }, within: 7d }, { did_not: orders, within: 30d }]',
  'all: [{ did: orders, last: { of: status, eq: open } }, { did_not: orders }]',
  'all: [{ did: orders, distinct: { of: sku, gte: 3 }, within: 7d }, { did: orders, count: { lt: 3 }, within: 30d }]',
  'all: [{ did: orders, distinct: { of: sku, gte: 3 }, within: 7d }, { did: orders, distinct: { of: sku, lt: 3 }, within: 30d }]',
  'did: viewed\nwhere: { all: [{ price: { gt: 5 } }, { price: { lt: 5 } }] }',
  'did: viewed\nwhere: { name: carted }',
  'did: viewed\nwhere: { at: { older_than: 30d } }\nwithin: 7d',
  'share: { of: x, below: 0% }',
  'all: [{ share: { of: x, below: 10% } }, { not: { share: { of: x, below: 20% } } }]',
  'all: [{ sql: "f(a)" }, { not: { sql: "f(a)" } }]',
  'all: [{ trait: n, gt: { trait: m } }, { trait: m, gt: { trait: n } }]',
  'all: [{ trait: n, gt: { trait: m } }, { trait: n, is_null: true }]',
  'all: [{ sequence: [{ did: viewed }, { did: carted }], within: 7d }, { did_not: carted, within: 30d }]',
  'all: [{ sequence: [{ did: viewed }, { not: { did: carted }, for: 1h }] }, { did_not: viewed }]',
  'any: [{ all: [{ trait: n, gt: 5 }, { trait: n, lt: 5 }] }, { share: { of: x, below: 0% } }]',
  'not: { any: [{ trait: n, gte: 4 }, { not: { trait: n, gt: 4 } }] }',
  'all: [{ trait: n, in: [1, 2] }, { any: [{ trait: n, gt: 5 }, { all: [{ trait: n, lt: 1 }, { trait: s, eq: x }] }] }]',
  'all: [{ trait: u, eq: 0E000000-0000-4000-8000-000000000001 }, { trait: u, eq: 0e000000-0000-4000-8000-000000000002 }]',
];

const ALWAYS = [
  'any: [{ trait: n, gte: 5 }, { trait: n, lt: 5 }, { trait: n, is_null: true }]',
  'any: [{ trait: b, eq: true }, { not: { trait: b, eq: true } }]',
  'did: viewed\ncount: { gte: 0 }',
  'any: [{ did: viewed, within: 30d }, { did_not: viewed, within: 7d }]',
  'any: [{ did: viewed }, { did_not: viewed, where: { price: { gt: 100 } } }]',
  'did_not: viewed\nwhere: { name: carted }',
  'share: { of: x, below: 100% }',
  'not: { share: { of: x, below: 0% } }',
  'any: [{ trait: t, within: 7d }, { trait: t, older_than: 7d }, { trait: t, is_null: true }, { not: { trait: t, before: 2020-01-01 } }, { trait: t, before: 2020-01-01 }]',
];

const NEITHER = [
  'all: [{ trait: n, gt: 5 }, { trait: n, lt: 5.1 }]',
  'any: [{ trait: n, gte: 5 }, { trait: n, lt: 5 }]',
  'all: [{ trait: n, gte: 5 }, { trait: n, lte: 5 }]',
  'all: [{ trait: n, gt: 5 }, { trait: m, lt: 5 }]',
  // As floats of 4 bytes these two are one number.
  'all: [{ trait: n, gte: 0.70000001 }, { trait: n, lte: 0.7 }]',
  'all: [{ trait: n, eq: 5 }, { trait: n, eq: "5" }]',
  'all: [{ trait: s, eq: a }, { trait: s, ne: b }]',
  'all: [{ trait: s, contains: a }, { trait: s, contains: b }]',
  'all: [{ trait: s, contains: a }, { not: { trait: s, starts_with: a } }]',
  'all: [{ trait: s, starts_with: a }, { trait: s, starts_with: ab }]',
  'all: [{ trait: t, eq: 2026-01-01 }, { trait: t, eq: "2025-12-31T23:00:00Z" }]',
  'all: [{ trait: u, eq: 0E000000-0000-4000-8000-000000000001 }, { trait: u, eq: 0e000000-0000-4000-8000-000000000001 }]',
  'all: [{ trait: t, within: 30d }, { trait: t, older_than: 7d }]',
  'all: [{ trait: t, within: 7d }, { trait: t, before: 2020-01-01 }]',
  'all: [{ trait: t, this: week }, { not: { trait: t, this: month } }]',
  'all: [{ trait: t, previous: month }, { trait: t, within: 1d }]',
  'all: [{ trait: t, this: month }, { trait: t, older_than: 30d }]',
  'all: [{ did: viewed, within: 30d }, { did_not: viewed, within: 7d }]',
  'all: [{ did: viewed, within: 7d }, { did_not: carted, within: 30d }]',
  'all: [{ did: viewed, this: day }, { did_not: viewed, within: 1d }]',
  'all: [{ did: viewed, within: 7d, count: { gte: 2 } }, { did: viewed, within: 30d, count: { lte: 2 } }]',
  'all: [{ did: viewed, where: { price: { gte: 5 } } }, { did_not: viewed, where: { price: { gte: 10 } } }]',
  'all: [{ did: orders, sum: { of: total, eq: 0 }, within: 7d }, { did_not: orders, within: 30d }]',
  'all: [{ did: orders, sum: { of: total, lt: 0 } }, { did: orders, sum: { of: total, gt: 0 }, within: 1d }]',
  'all: [{ did: orders, distinct: { of: sku, gte: 3 }, within: 7d }, { did: orders, distinct: { of: color, lt: 3 }, within: 30d }]',
  'all: [{ did: viewed }, { did_not: viewed, older_than: 1d }]',
  'all: [{ share: { of: x, below: 10% } }, { not: { share: { of: y, below: 20% } } }]',
  'all: [{ trait: n, gte: { trait: m } }, { trait: m, gte: { trait: n } }]',
  'all: [{ trait: n, gt: { times: 2, trait: m } }, { trait: m, gt: { trait: n } }]',
  'all: [{ sequence: [{ did: viewed }, { did: carted }], within: 30d }, { did_not: carted, within: 7d }]',
  'not: { all: [{ trait: n, gt: 5 }, { trait: s, contains: x }] }',
];

describe('logic', () => {
  it.each(NEVER)('never holds: %s', async (where) => {
    expect(await verdictOn(where)).toBe('W202');
  });

  it.each(ALWAYS)('always holds: %s', async (where) => {
    expect(await verdictOn(where)).toBe('W203');
  });

  it.each(NEITHER)('may hold or not: %s', async (where) => {
    expect(await verdictOn(where)).toBe('');
  });
});
