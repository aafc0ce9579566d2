/** The past that is replayed, and how an edge or a window stands at an instant that is itself a column. */
import { type Instant, startOfUnit } from '../../instant.ts';
import type { CalendarUnit, Window } from '../../segment/condition.ts';
import { and, call, column, compare, type Expression, number, value } from '../expression.ts';
import type { Scope } from '../rows.ts';
import { asInstant, inWindow, type TimeColumn } from '../time.ts';

/** From the state at `from` up to and with `to`. */
export interface Span {
  readonly from: Instant;
  readonly to: Instant;
}

/** The alias of the moments: keys, each with an instant to look at it. */
export const MOMENT = 'm';
const AT = column('at', MOMENT);

/** A window at each moment's own instant. NULL lies in none: unknown, as in `inWindow`. */
export function inMovingWindow(time: TimeColumn, window: Window, span: Span, scope: Scope): Expression {
  if (window.kind === 'after' || window.kind === 'before') return inWindow(time, window, scope.t);
  const own = asInstant(time);
  const unitStart = (unit: CalendarUnit, back: number): Expression =>
    movingUnitStart(unit, back, span, scope.timezone);
  switch (window.kind) {
    case 'within':
      return and([compare(own, '>', shifted(-window.duration)), compare(own, '<=', AT)]);
    case 'older_than':
      return compare(own, '<=', shifted(-window.duration));
    case 'between':
      return and([compare(own, '>', shifted(-window.from)), compare(own, '<=', shifted(-window.to))]);
    case 'next':
      return and([compare(own, '>', AT), compare(own, '<=', shifted(window.duration))]);
    case 'this':
      return and([compare(own, '>=', unitStart(window.unit, 0)), compare(own, '<=', AT)]);
    case 'previous':
      return and([
        compare(own, '>=', unitStart(window.unit, window.count)),
        compare(own, '<', unitStart(window.unit, 0)),
      ]);
  }
}

/** A time such that every moment's own instant stands at 1970: deadlines are then constants. */
export function sinceMoment(time: TimeColumn): Expression {
  const back: Expression = { kind: 'times', left: call('micros_of', AT), right: number('-1') };
  return call('add_micros', asInstant(time), back);
}

/** Instants at which a calendar unit begins, after the span's beginning, first to last. */
export function unitStarts(unit: CalendarUnit, { from, to }: Span, timezone: string): Instant[] {
  const starts: Instant[] = [];
  for (let at = startOfUnit(from, unit, -1, timezone); at <= to; at = startOfUnit(at, unit, -1, timezone)) {
    starts.push(at);
  }
  return starts;
}

/** Where the start of the moment's own unit, `back` units earlier, stands. */
function movingUnitStart(unit: CalendarUnit, back: number, span: Span, timezone: string): Expression {
  const constant = (instant: Instant): Expression => value({ type: 'instant', instant });
  const starts = unitStarts(unit, span, timezone);
  const stands = [span.from, ...starts].map((at) => constant(startOfUnit(at, unit, back, timezone)));
  if (starts.length === 0) return stands[0]!;
  return {
    kind: 'case',
    branches: starts.map((start, index) => [compare(AT, '<', constant(start)), stands[index]!] as const),
    otherwise: stands.at(-1)!,
  };
}

function shifted(by: bigint): Expression {
  return by === 0n ? AT : call('add_micros', AT, number(by.toString()));
}
