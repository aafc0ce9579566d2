/**
 * When a verdict changes by time alone. Between the moments at which an edge passes a row nothing can change, so the
 * verdict is asked for at these moments only, in their order, until it is another one.
 */
import { renderQuery } from '../compile/render.ts';
import { edgesQuery, verdictsAt, type WhyInput } from '../compile/why.ts';
import { earliest, formatInstant, type Instant } from '../instant.ts';
import type { WhyNextChange } from '../report/results.ts';
import { crossingOf } from '../segment/crossings.ts';
import type { Edge } from '../segment/edges.ts';
import type { Dialect } from '../warehouse/dialect.ts';
import type { Statements } from '../warehouse/warehouse.ts';

/** How many rows of each edge are looked at, and how many moments in all. */
const MOST_ROWS = 120;
const MOST_MOMENTS = 240;
/** Moments of one statement: the first few are the likely ones. */
const TOGETHER = [6, 18, 36];

export interface Waiting {
  readonly statements: Statements;
  readonly dialect: Dialect;
  readonly input: WhyInput;
  readonly edges: readonly Edge[];
  readonly holds: boolean;
}

/** The first moment after the scope's instant at which the verdict is another one. */
export async function nextChange(waiting: Waiting): Promise<WhyNextChange> {
  if (waiting.edges.length === 0) return { kind: 'not_by_time' };
  const { moments, until } = await readMoments(waiting);
  const found = await firstOther(waiting, moments);
  if (found !== undefined && !(await isConfirmed(waiting, found))) return { kind: 'unknown', reason: MOVED };
  if (found !== undefined) return { kind: 'at', at: formatInstant(found), holds: !waiting.holds };
  return until === undefined ? { kind: 'not_by_time' } : { kind: 'not_before', at: formatInstant(until) };
}

interface Moments {
  readonly moments: readonly Instant[];
  /** Later ones were not looked at. */
  readonly until?: Instant;
}

async function readMoments({ statements, dialect, input, edges }: Waiting): Promise<Moments> {
  const { t, timezone } = input.scope;
  const rows = await statements.query(renderQuery(edgesQuery(input, edges, MOST_ROWS), dialect));
  const of = (row: (typeof rows)[number]): Instant =>
    crossingOf(edges[Number(row.edge)]!.position, BigInt(row.at!), timezone);
  const cut = earliest(rows.filter(({ rank }) => Number(rank) >= MOST_ROWS).map(of));
  const all = [...new Set(rows.map(of))]
    .filter((each) => each > t && (cut === undefined || each <= cut))
    .sort((a, b) => (a < b ? -1 : 1));
  const moments = all.slice(0, MOST_MOMENTS);
  const until = all.length > moments.length ? moments.at(-1) : cut;
  return { moments, ...(until === undefined ? {} : { until }) };
}

async function firstOther(waiting: Waiting, moments: readonly Instant[]): Promise<Instant | undefined> {
  for (let from = 0, turn = 0; from < moments.length; turn += 1) {
    const together = moments.slice(from, from + TOGETHER[Math.min(turn, TOGETHER.length - 1)]!);
    const found = await otherAmong(waiting, together);
    if (found !== undefined) return found;
    from += together.length;
  }
  return undefined;
}

/** Where there is no snapshot, rows may have come while this was looked at. */
const MOVED = 'rows changed while it was looked at; ask again';

/** Held against the moment just before: there the verdict must still be the present one. */
async function isConfirmed(waiting: Waiting, found: Instant): Promise<boolean> {
  const before = found - 1n;
  return before <= waiting.input.scope.t || (await otherAmong(waiting, [before])) === undefined;
}

async function otherAmong(
  { statements, dialect, input, holds }: Waiting,
  moments: readonly Instant[],
): Promise<Instant | undefined> {
  const rows = await statements.query(renderQuery(verdictsAt(input, moments), dialect));
  const others = rows.filter((row) => (row.holds === '1') !== holds).map((row) => moments[Number(row.at)]!);
  return earliest(others);
}
