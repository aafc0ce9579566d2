/** First instants of calendar units, counted on the digits of a date. */
import { addDays, dayOf, daysSinceEpoch, type Instant, startOfDay } from '../../src/instant.ts';
import type { CalendarUnit } from '../../src/segment/condition.ts';

const MONTHS = { month: 1, quarter: 3, year: 12 } as const;

const known = new Map<string, Instant>();

/** The start of the unit that `at` lies in, or of the one `back` units before it. */
export function startOf(unit: CalendarUnit, back: number, at: Instant, timezone: string): Instant {
  // The same few are asked for by every row.
  const name = `${unit} ${back} ${at} ${timezone}`;
  const start = known.get(name) ?? startOfDay(firstDay(unit, back, dayOf(at, timezone)), timezone);
  known.set(name, start);
  return start;
}

function firstDay(unit: CalendarUnit, back: number, date: string): string {
  if (unit === 'day') return addDays(date, -back);
  if (unit === 'week') return addDays(date, -weekday(date) - 7 * back);
  const [year, month] = date.split('-').map(Number) as [number, number, number];
  const months = MONTHS[unit];
  const ordinal = (Math.floor((12 * year + month - 1) / months) - back) * months;
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${String(Math.floor(ordinal / 12)).padStart(4, '0')}-${two((ordinal % 12) + 1)}-01`;
}

/** 0 for Monday: 1970 began on a Thursday. */
function weekday(date: string): number {
  return (((daysSinceEpoch(date) + 3) % 7) + 7) % 7;
}
