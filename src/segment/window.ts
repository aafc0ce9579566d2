/** Where the edges of windows stand, and which instants lie between them. */
import { type Duration, formatDuration, type Instant, startOfUnit } from '../instant.ts';
import type { CalendarUnit, Window } from './condition.ts';

/** A place that moves forward as `T` does: steadily, or in jumps at the beginning of a calendar unit. */
export type EdgePosition =
  /** `T + offset`. */
  | { readonly kind: 'offset'; readonly offset: Duration }
  /** The start of the unit that `T` lies in, `back` units earlier. */
  | { readonly kind: 'calendar'; readonly unit: CalendarUnit; readonly back: number };

export interface Bounds {
  readonly low?: Bound;
  readonly high?: Bound;
}

export interface Bound {
  readonly at: Instant;
  /** Whether the bound itself lies in the window. */
  readonly inside: boolean;
}

/** Where a window's edges stand. Fixed windows have none. */
export function edgesOfWindow(window: Window): EdgePosition[] {
  switch (window.kind) {
    case 'within':
      return [offset(-window.duration), offset(0n)];
    case 'older_than':
      return [offset(-window.duration)];
    case 'between':
      return [offset(-window.from), offset(-window.to)];
    case 'next':
      return [offset(0n), offset(window.duration)];
    case 'this':
      return [{ kind: 'calendar', unit: window.unit, back: 0 }, offset(0n)];
    case 'previous':
      return [
        { kind: 'calendar', unit: window.unit, back: window.count },
        { kind: 'calendar', unit: window.unit, back: 0 },
      ];
    case 'after':
    case 'before':
      return [];
  }
}

/** The two ends of a window at `t`. */
export function boundsOf(window: Window, t: Instant, timezone: string): Bounds {
  const unitStart = (unit: CalendarUnit, back: number): Instant => startOfUnit(t, unit, back, timezone);
  switch (window.kind) {
    case 'within':
      return { low: { at: t - window.duration, inside: false }, high: { at: t, inside: true } };
    case 'older_than':
      return { high: { at: t - window.duration, inside: true } };
    case 'between':
      return { low: { at: t - window.from, inside: false }, high: { at: t - window.to, inside: true } };
    case 'next':
      return { low: { at: t, inside: false }, high: { at: t + window.duration, inside: true } };
    case 'this':
      return { low: { at: unitStart(window.unit, 0), inside: true }, high: { at: t, inside: true } };
    case 'previous':
      return {
        low: { at: unitStart(window.unit, window.count), inside: true },
        high: { at: unitStart(window.unit, 0), inside: false },
      };
    case 'after':
      return { low: { at: window.instant, inside: true } };
    case 'before':
      return { high: { at: window.instant, inside: false } };
  }
}

/** True when rows from some instant back cannot lie in the window. */
export function hasLowEnd(window: Window | undefined): boolean {
  return window !== undefined && boundsOf(window, 0n, 'UTC').low !== undefined;
}

/** Where the edge stands at `t`. */
export function standsAt(position: EdgePosition, t: Instant, timezone: string): Instant {
  if (position.kind === 'offset') return t + position.offset;
  return startOfUnit(t, position.unit, position.back, timezone);
}

/** `T`, `T - 30m`, `T + 7d`, `start of month`, `start of week - 2`. */
export function positionName(position: EdgePosition): string {
  if (position.kind === 'calendar') {
    return `start of ${position.unit}${position.back === 0 ? '' : ` - ${position.back}`}`;
  }
  const { offset: by } = position;
  if (by === 0n) return 'T';
  return by < 0n ? `T - ${formatDuration(-by)}` : `T + ${formatDuration(by)}`;
}

/** `within 30m`, `this month`, for people. */
export function windowName(window: Window): string {
  switch (window.kind) {
    case 'within':
    case 'older_than':
    case 'next':
      return `${window.kind} ${formatDuration(window.duration)}`;
    case 'between':
      return `between ${formatDuration(window.from)} and ${formatDuration(window.to)} ago`;
    case 'this':
      return `this ${window.unit}`;
    case 'previous':
      return window.count === 1 ? `previous ${window.unit}` : `previous ${window.count} ${window.unit}s`;
    case 'after':
    case 'before':
      return `${window.kind} a fixed instant`;
  }
}

function offset(by: Duration): EdgePosition {
  return { kind: 'offset', offset: by };
}
