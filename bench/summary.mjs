/** What the phases measured -> the figures that are reported. */
import { changedCustomers } from './data.mjs';

/** The aim of an incremental tick, as a share of a full one. */
const AIM = { duckdb: 20, postgres: 50 };

/** Engines that work in this process: its processor time is theirs. */
const EMBEDDED = new Set(['duckdb']);

/** One engine's result: medians in milliseconds, ratios, keys and changes, peaks of memory in bytes. */
export function summarize({ engine, started, figures, customers }) {
  const { load, first, full, incremental, apart, check } = figures;
  const changed = summaryOf(incremental.rounds.map((round) => round.changed));
  const everyone = summaryOf(full.ticks);
  const separate = summaryOf(apart.rounds.map(together));
  const segments = Object.keys(first.ticks[0].members).length;
  return {
    engine,
    name: started.describe,
    settings: started.settings,
    aim: AIM[engine],
    segments,
    changed_customers: changedCustomers(customers),
    load_ms: Math.round(load.ms),
    first: summaryOf(first.ticks),
    full: everyone,
    changed,
    overlap: summaryOf(incremental.rounds.map((round) => round.overlap)),
    quiet: summaryOf(incremental.rounds.map((round) => round.quiet)),
    one_by_one: separate,
    full_to_changed: ratio(everyone.run_ms, changed.run_ms),
    full_to_changed_cpu: EMBEDDED.has(engine) ? ratio(everyone.cpu_ms, changed.cpu_ms) : null,
    full_to_changed_tick: ratio(everyone.tick_ms, changed.tick_ms),
    one_by_one_to_together: ratio(separate.run_ms, changed.run_ms),
    peak_bytes: { full: full.peakBytes, incremental: incremental.peakBytes },
    members: total(check.ticks[0].members),
    membership: check.membership,
    exact: check.ticks[0].entered + check.ticks[0].exited === 0,
  };
}

/** Whether all engines found the same members; undefined for one engine alone. */
export function sameMembers(results) {
  if (results.length < 2) return undefined;
  const [one, ...others] = results.map(({ membership }) => membership.join('\n'));
  return others.every((other) => other === one);
}

/** Medians over ticks of one kind; `spread_ms` the fastest and the slowest run. */
function summaryOf(ticks) {
  const runs = ticks.map(({ runMs }) => runMs);
  return {
    ticks: ticks.length,
    mode: [...new Set(ticks.map(({ mode }) => mode))].join('+'),
    run_ms: round(median(runs)),
    spread_ms: [round(Math.min(...runs)), round(Math.max(...runs))],
    tick_ms: round(median(ticks.map(({ tickMs }) => tickMs))),
    cpu_ms: round(median(ticks.map(({ cpuMs }) => cpuMs))),
    affected: Math.round(median(ticks.map(({ affected }) => affected))),
    changes: Math.round(median(ticks.map(({ entered, exited }) => entered + exited))),
  };
}

/** The ticks of single segments as if they were one: sums, and the most keys that one of them had to look at. */
function together(alone) {
  const sum = (of) => alone.reduce((added, each) => added + each[of], 0);
  return {
    runMs: sum('runMs'),
    tickMs: sum('tickMs'),
    cpuMs: sum('cpuMs'),
    mode: [...new Set(alone.map(({ mode }) => mode))].join('+'),
    affected: Math.max(...alone.map(({ affected }) => affected)),
    entered: sum('entered'),
    exited: sum('exited'),
  };
}

function total(members) {
  return Object.values(members).reduce((added, each) => added + each, 0);
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function ratio(more, less) {
  return Math.round((more / less) * 10) / 10;
}

function round(ms) {
  return Math.round(ms * 10) / 10;
}
