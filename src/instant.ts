/**
 * Instants and durations: microseconds as `bigint`, since a double cannot hold what a warehouse stores and
 * a `Date` rounds to milliseconds. Calendar work (a day's first instant in a time zone) is done by Temporal.
 */
import { Temporal } from 'temporal-polyfill';

/** Microseconds since 1970-01-01T00:00:00Z. */
export type Instant = bigint;

/** A length of time in microseconds. Exact: one day is 24 hours. */
export type Duration = bigint;

export const SECOND: Duration = 1_000_000n;
export const MINUTE: Duration = 60n * SECOND;
export const HOUR: Duration = 60n * MINUTE;
export const DAY: Duration = 24n * HOUR;
const WEEK: Duration = 7n * DAY;

const UNIT: Record<string, Duration> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: WEEK };

/** `30m` -> microseconds; undefined when the text is not a duration. Whole numbers of `s m h d w`. */
export function parseDuration(text: string): Duration | undefined {
  const match = /^(\d{1,9})([smhdw])$/.exec(text.trim());
  if (!match) return undefined;
  return BigInt(match[1]!) * UNIT[match[2]!]!;
}

/** Microseconds -> exact text in days or less, as people write windows: `14d`, `36h`, `90s`; below a second, `250ms` or `7us`. */
export function formatDuration(duration: Duration): string {
  for (const unit of ['d', 'h', 'm', 's']) {
    const size = UNIT[unit]!;
    if (duration !== 0n && duration % size === 0n) return `${duration / size}${unit}`;
  }
  if (duration === 0n) return '0s';
  return duration % 1000n === 0n ? `${duration / 1000n}ms` : `${duration}us`;
}

/** Microseconds -> how old something is, for people: `45s`, `12m 05s`, `20h 03m`, from two days on `3d 04h`. */
export function formatAge(age: Duration): string {
  const pair = (large: string, small: string): string => {
    const rest = (age % UNIT[large]!) / UNIT[small]!;
    return `${age / UNIT[large]!}${large} ${two(Number(rest))}${small}`;
  };
  if (age < MINUTE) return `${age / SECOND}s`;
  if (age < HOUR) return pair('m', 's');
  return age < 2n * DAY ? pair('h', 'm') : pair('d', 'h');
}

/** ISO 8601 in UTC with microseconds: `2026-11-22T10:00:00.000000Z`. */
export function formatInstant(instant: Instant): string {
  if (instant !== formatted.instant) {
    const { date, time } = utcParts(instant);
    formatted = { instant, text: `${date}T${time}Z` };
  }
  return formatted.text;
}

/** Of thousands of rows of one tick or batch, all have the same instant. */
let formatted: { instant?: Instant; text: string } = { text: '' };

/** UTC calendar date and time of day of an instant: `{date: '2026-11-22', time: '10:00:00.000000'}`. */
export function utcParts(instant: Instant): { date: string; time: string } {
  const day = floorDiv(instant, DAY);
  const rest = Number(instant - day * DAY);
  const seconds = Math.floor(rest / 1e6);
  const micros = String(rest % 1e6).padStart(6, '0');
  const time = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${micros}`;
  return { date: dateFromDays(Number(day)), time };
}

/**
 * Text -> instant. A date (`2026-01-01`) is the first instant of that day in `timezone`; a time stamp without
 * offset is UTC; an offset or `Z` is honoured. Undefined when the text is neither.
 */
export function parseInstant(text: string, timezone: string): Instant | undefined {
  const trimmed = text.trim();
  if (/^\d{4}-\d{2}-\d{2}$/.test(trimmed)) {
    return isRealDate(trimmed) ? startOfDay(trimmed, timezone) : undefined;
  }
  const match =
    /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)\s*(Z|[+-]\d{2}(?::?\d{2})?)?$/.exec(
      trimmed,
    );
  if (!match) return undefined;
  const offset = match[3] ?? 'Z';
  const zone = /^[+-]\d{2}$/.test(offset) ? `${offset}:00` : offset;
  try {
    return Temporal.Instant.from(`${match[1]}T${match[2]}${zone}`).epochNanoseconds / 1000n;
  } catch {
    return undefined;
  }
}

/** The first instant of a calendar day (`YYYY-MM-DD`) in a time zone. */
export function startOfDay(date: string, timezone: string): Instant {
  return Temporal.PlainDate.from(date).toZonedDateTime(timezone).epochNanoseconds / 1000n;
}

/** The calendar day (`YYYY-MM-DD`) that an instant falls on in a time zone. */
export function dayOf(instant: Instant, timezone: string): string {
  return Temporal.Instant.fromEpochNanoseconds(instant * 1000n)
    .toZonedDateTimeISO(timezone)
    .toPlainDate()
    .toString();
}

/** The day `n` days after `date` (negative: before). */
export function addDays(date: string, n: number): string {
  return Temporal.PlainDate.from(date).add({ days: n }).toString();
}

/**
 * The first instant of a calendar unit in a time zone: of the one that `instant` lies in, or of the one `back` units
 * before it (negative: after). Weeks begin on Monday.
 */
export function startOfUnit(
  instant: Instant,
  unit: 'day' | 'week' | 'month' | 'quarter' | 'year',
  back: number,
  timezone: string,
): Instant {
  const day = Temporal.PlainDate.from(dayOf(instant, timezone));
  const first = {
    day: () => day.subtract({ days: back }),
    week: () => day.subtract({ days: day.dayOfWeek - 1 + 7 * back }),
    month: () => day.with({ day: 1 }).subtract({ months: back }),
    quarter: () => day.with({ day: 1 }).subtract({ months: ((day.month - 1) % 3) + 3 * back }),
    year: () => day.with({ day: 1, month: 1 }).subtract({ years: back }),
  }[unit]();
  return startOfDay(first.toString(), timezone);
}

/** Days from 1970-01-01 to `date`. */
export function daysSinceEpoch(date: string): number {
  return Temporal.PlainDate.from('1970-01-01').until(date).days;
}

/** The instant of a wall-clock time (`HH:MM`) on a day in a time zone; a time that a change of clocks skips moves forward. */
export function atTimeOfDay(date: string, time: string, timezone: string): Instant {
  return (
    Temporal.PlainDate.from(date).toZonedDateTime({
      timeZone: timezone,
      plainTime: Temporal.PlainTime.from(time),
    }).epochNanoseconds / 1000n
  );
}

/** What the clocks of a time zone show at an instant: microseconds since they showed 1970-01-01 00:00. */
export function wallClock(instant: Instant, timezone: string): Duration {
  const { offsetNanoseconds } = Temporal.Instant.fromEpochNanoseconds(instant * 1000n).toZonedDateTimeISO(
    timezone,
  );
  return instant + BigInt(offsetNanoseconds) / 1000n;
}

/** When the clocks of a time zone show `reading`; what a change of clocks skips moves forward, of two the earlier. */
export function atWallClock(reading: Duration, timezone: string): Instant {
  const { date, time } = utcParts(reading);
  return Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(timezone).epochNanoseconds / 1000n;
}

/** Milliseconds of a clock or a timer, as a duration. */
export function ofMilliseconds(ms: number): Duration {
  return BigInt(Math.round(ms * 1000));
}

/** The first of some instants; undefined of none. */
export function earliest(instants: readonly Instant[]): Instant | undefined {
  return instants.length === 0 ? undefined : instants.reduce((least, each) => (each < least ? each : least));
}

/** The last of some instants; undefined of none. */
export function latest(instants: readonly Instant[]): Instant | undefined {
  return instants.length === 0 ? undefined : instants.reduce((most, each) => (each > most ? each : most));
}

/** True for a name of the IANA time zone database that this Node knows. */
export function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function isRealDate(date: string): boolean {
  try {
    Temporal.PlainDate.from(date, { overflow: 'reject' });
    return true;
  } catch {
    return false;
  }
}

/** 0000-03-01 and 10000-01-01 as days since 1970: between them a year has four digits. */
const FIRST_DAY = -719_468;
const AFTER_LAST_DAY = 2_932_897;

/**
 * Counted by hand, since every row that is sent or written carries instants: years begin in March, so that the odd day
 * comes last, and go round every 400 (146,097 days).
 */
function dateFromDays(day: number): string {
  if (day < FIRST_DAY || day >= AFTER_LAST_DAY) return distantDate(day);
  const sinceMarch0 = day - FIRST_DAY;
  const era = Math.floor(sinceMarch0 / 146_097);
  const dayOfEra = sinceMarch0 - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const dayOfMonth = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(dayOfMonth)}`;
}

function distantDate(day: number): string {
  return Temporal.PlainDate.from('1970-01-01').add({ days: day }).toString();
}

function two(n: number): string {
  return n < 10 ? `0${n}` : String(n);
}

function floorDiv(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}
