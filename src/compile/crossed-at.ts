/** When an edge crossed a row: the instant that a change by time alone is dated by. */
import { type Instant, startOfUnit } from '../instant.ts';
import type { EdgePosition } from '../segment/window.ts';
import { call, type Expression, number, value } from './expression.ts';
import type { Scope } from './rows.ts';
import { asInstant, compareTime, type TimeColumn } from './time.ts';

/** Beyond so many jumps since the last tick, changes are dated by the last. */
const MOST_JUMPS = 40;

/** The instant at which the edge reached `time`, for rows that it crossed between `t0` and the scope's `t`. */
export function crossedAt(time: TimeColumn, position: EdgePosition, t0: Instant, scope: Scope): Expression {
  const at = asInstant(time);
  if (position.kind === 'offset') {
    return position.offset === 0n ? at : call('add_micros', at, number((-position.offset).toString()));
  }
  const jumps = jumpsOf(position, t0, scope);
  const last = jumps.at(-1)!;
  const earlier = jumps.slice(0, -1);
  const dated = (jump: Jump): Expression => value({ type: 'instant', instant: jump.at });
  if (earlier.length === 0 || jumps.length > MOST_JUMPS) return dated(last);
  return {
    kind: 'case',
    branches: earlier.map((jump) => [compareTime(time, '<', jump.to), dated(jump)] as const),
    otherwise: dated(last),
  };
}

interface Jump {
  /** When the edge jumps: a unit begins. */
  readonly at: Instant;
  /** Where it stands from then on. */
  readonly to: Instant;
}

/** The jumps of an edge after `t0`, up to the scope's `t`, first to last; at most one more than are told apart. */
function jumpsOf(
  { unit, back }: Extract<EdgePosition, { kind: 'calendar' }>,
  t0: Instant,
  { t, timezone }: Scope,
): Jump[] {
  const jumps: Jump[] = [];
  for (let before = 0; jumps.length <= MOST_JUMPS; before += 1) {
    const at = startOfUnit(t, unit, before, timezone);
    if (at <= t0) break;
    jumps.unshift({ at, to: startOfUnit(t, unit, before + back, timezone) });
  }
  return jumps;
}
