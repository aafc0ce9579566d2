/** What is not as fresh as it looks, a line a table: those that are older than they should be, those slower than a tier. */
import { formatAge, formatDuration } from '../instant.ts';
import type { RunReport, SegmentResult, SlowTable, StaleTable } from './results.ts';

/** Of a plan. */
export function oldLines({ segments }: Pick<RunReport, 'segments'>): string[] {
  return [...staleLines(segments), ...slowLines(segments)];
}

/** Only of tables that promise something: whoever reviews a change need not hear that another one is quiet. */
export function promisedLines({ segments }: Pick<RunReport, 'segments'>): string[] {
  const promised = segments.filter(({ slow }) => slow?.expected_ms !== undefined);
  return [...staleLines(segments), ...slowLines(promised)];
}

/** `stale       churny: ml.churn_scores is 20h 03m old, expected to be fresh within 6h`. */
export function staleLines(
  segments: readonly { readonly segment: string; readonly stale?: readonly StaleTable[] }[],
): string[] {
  return segments.flatMap(({ segment, stale = [] }) =>
    stale.map((table) => `stale       ${segment}: ${staleText(table)}`),
  );
}

function staleText({ table, age_ms: age, expected_ms: expected }: StaleTable): string {
  const is = age === undefined ? 'shows no row at all' : `is ${ageText(age)} old`;
  return `${table} ${is}, expected to be fresh within ${durationText(expected)}`;
}

/** Segments that are slow for the same table and tier share a line. */
function slowLines(segments: readonly SegmentResult[]): string[] {
  const lines = new Map<string, string[]>();
  for (const { segment, slow } of segments) {
    if (!slow) continue;
    const text = `${slowText(slow)}; its tier promises ${durationText(slow.promise_ms)}`;
    lines.set(text, [...(lines.get(text) ?? []), segment]);
  }
  return [...lines].map(([text, names]) => `slow        ${named(names)}: ${text}`);
}

const NAMED = 5;

function named(names: readonly string[]): string {
  const more = names.length - NAMED;
  return `${names.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** `ml.churn_scores is 20h 03m old, and may be 26h old`. */
function slowText({ table, age_ms: age, expected_ms: expected }: SlowTable): string {
  const may = expected === undefined ? '' : `may be ${durationText(expected)} old`;
  if (age === undefined) return `${table} ${may}`;
  return `${table} is ${ageText(age)} old${may && `, and ${may}`}`;
}

/** Milliseconds -> `20h 03m`. */
export function ageText(ms: number): string {
  return formatAge(BigInt(Math.max(0, Math.round(ms))) * 1000n);
}

/** Milliseconds -> `26h`, as tiers are written. */
export function durationText(ms: number): string {
  return formatDuration(BigInt(Math.round(ms)) * 1000n);
}
