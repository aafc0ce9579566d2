/** What `history` shows of runs. */
import { expect, it } from 'vitest';
import { colors } from '../../../src/report/colors.ts';
import { historyText } from '../../../src/report/history.ts';
import type { RunOfHistory } from '../../../src/report/results.ts';

const RUN: RunOfHistory = {
  ...{ run_id: 'r', started_at: '2026-11-29T10:00:00.000000Z', finished_at: '2026-11-29T11:00:00.000000Z' },
  ...{ duration_ms: 3_599_000, status: 'done', command: 'run', tiers: ['realtime'] },
  totals: { entered: 1_234, exited: 1_234, add: 1_234, remove: 0, update: 0, rejected: 1_234 },
  freshness_ms: { p50: 100, p95: 228_000, p99: 300_000 },
};

it('a line is one, however a run ended', () => {
  const text = historyText({ version: 1, runs: [RUN, { ...RUN, status: 'interrupted' }] }, colors(false));
  const lines = text.trimEnd().split('\n');
  expect(lines).toHaveLength(3);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  expect(lines[2]).toContain('stopped');
});
