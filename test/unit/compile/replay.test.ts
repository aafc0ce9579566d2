/** The replay's statements in the SQL of warehouses that cannot run here, read by a second parser. */
import { init, parse } from '@guanmingchiu/sqlparser-ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadWarehouse } from '../../../src/adapters.ts';
import { assumedCatalog } from '../../../src/compile/catalog.ts';
import { entityKey } from '../../../src/compile/key.ts';
import { renderQuery } from '../../../src/compile/render.ts';
import { keysStep, momentsStep, sampleLimitQuery } from '../../../src/compile/replay/moments.ts';
import { replaySteps } from '../../../src/compile/replay/replay.ts';
import type { Entity, Source } from '../../../src/config/project.ts';
import { DAY, parseInstant } from '../../../src/instant.ts';
import type { RowCondition } from '../../../src/segment/condition.ts';
import { edgesOf } from '../../../src/segment/edges.ts';
import type { RowsOf, Verdict } from '../../../src/segment/resolve.ts';
import { realWorld } from '../../../src/world.ts';

/** Made once: it listens to the process's own streams. */
const real = realWorld();

const place = { file: '', line: 1, column: 1 };
const to = parseInstant('2026-11-22T10:00:00Z', 'UTC')!;
const span = { from: to - 40n * DAY, to };

const events: Source = {
  ...{ name: 'events', relation: { kind: 'table', parts: ['shop', 'events'] }, key: 'customer_id' },
  ...{ time: 'occurred_at', cursor: { column: 'ingested_at' }, appendOnly: true, place },
};
const customer: Entity = {
  ...{
    name: 'customer',
    relation: { kind: 'table', parts: ['shop', 'customers'] },
    key: 'customer_id',
    place,
  },
  ...{ traits: new Map(), identifiers: new Map(), sources: new Map([['events', events]]) },
};
const due: RowCondition = {
  ...{ kind: 'column', column: 'due_at', place },
  test: { op: 'window', window: { kind: 'next', duration: DAY, place } },
};
const rows = (window: NonNullable<RowsOf['window']>, filter?: RowCondition): RowsOf => ({
  ...{ source: events, window, place },
  ...(filter ? { filter } : {}),
});
const few = { op: 'gte', value: { type: 'number', text: '2' }, place } as const;
const verdict: Verdict = {
  kind: 'all',
  of: [
    {
      kind: 'measure',
      measure: { ...rows({ kind: 'this', unit: 'week', place }), measure: { fn: 'count' } },
      test: few,
    },
    {
      kind: 'sequence',
      sequence: {
        steps: [
          { kind: 'did', rows: rows({ kind: 'within', duration: DAY, place }) },
          { kind: 'not', rows: rows({ kind: 'within', duration: DAY, place }, due), for: DAY / 2n },
        ],
      },
    },
    { kind: 'not', of: { kind: 'share', name: 'holdout', percent: '10' } },
  ],
};

/** Those that cannot run here, by their grammar to a second parser. */
const GRAMMARS = ['bigquery', 'databricks', 'redshift', 'snowflake'] as const;

beforeAll(() => init());

describe.each(GRAMMARS)('%s', (name) => {
  it('has words for everything that a replay asks', async () => {
    const { dialect, capabilities } = (await loadWarehouse(real, name))!;
    const times = ['occurred_at', 'ingested_at', 'due_at'];
    const catalog = assumedCatalog(new Set(times));
    const scope = { catalog, timezone: 'Europe/Berlin', t: to };
    const key = entityKey(customer, catalog);
    const shares = ['holdout'];
    const reads = [{ id: 'events', table: events, role: 'source' as const }];
    const moments = { entity: customer, key, reads, edges: edgesOf(customer, verdict), shares, span, scope };
    const replayed = replaySteps({
      entity: customer,
      key,
      verdict,
      shares,
      span,
      scope,
      dialect,
      capabilities,
    });
    const queries = [
      sampleLimitQuery(customer, key, scope, 1000),
      keysStep({ ...moments, below: '1234' }).query,
      momentsStep(moments).query,
      replayed.wide.query,
      replayed.verdicts,
    ];
    for (const query of queries) {
      const sql = renderQuery(query, dialect);
      expect(() => parse(sql, name), sql).not.toThrow();
    }
    // The edge of the week jumps six times in forty days, told apart piece by piece.
    expect(renderQuery(queries[2]!, dialect)).toContain('2026-11-15');
  });
});
