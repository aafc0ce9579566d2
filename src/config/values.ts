/** Schemas of single values: durations, percentages, names, time zones. */
import { z } from 'zod';
import { DAY, type Duration, HOUR, isTimezone, parseDuration } from '../instant.ts';

/** Longest duration: beyond it, instants leave what warehouses can store. */
const LONGEST: Duration = 36_500n * DAY;

const DURATION = 'a duration such as `30m`, `2h` or `7d`';
const AT_MOST = 'at most a hundred years';

/** How the text of a value looks, for JSON Schemas: never stricter than what reads it. */
interface Form {
  readonly pattern?: RegExp;
  readonly examples: readonly string[];
}

/** A value that `read` makes of text; anything else is refused as not `expected`. */
function written<T>(read: (text: string) => T | undefined, form: Form, expected: string, hint?: string) {
  const { pattern, examples } = form;
  return z
    .unknown()
    .transform((value, context): T => {
      const made = typeof value === 'string' ? read(value) : undefined;
      if (made !== undefined) return made;
      context.addIssue({ code: 'custom', message: expected, params: { expected: true, hint } });
      return z.NEVER;
    })
    .meta({ type: 'string', ...(pattern ? { pattern: pattern.source } : {}), samples: examples });
}

/** Durations that mean something: longer than nothing, at most a hundred years. */
export function readDuration(text: string): Duration | undefined {
  const duration = parseDuration(text);
  return duration !== undefined && duration > 0n && duration <= LONGEST ? duration : undefined;
}

/** What `readDuration` takes. */
export const DURATION_EXPECTED = `${DURATION}, more than \`0s\` and ${AT_MOST}`;
export const DURATION_HINT = 'units: s, m, h, d, w; whole numbers; `90s` rather than `1.5m`';

export const DURATION_FORM = { pattern: /^\s*\d{1,9}[smhdw]\s*$/, examples: ['30m', '2h', '7d'] };

export const duration = written(readDuration, DURATION_FORM, DURATION_EXPECTED, DURATION_HINT);

/** As `duration`, but nothing at all is allowed. */
export const overlapDuration = written(
  (text) => (/^0[smhdw]$/.test(text.trim()) ? 0n : readDuration(text)),
  DURATION_FORM,
  `${DURATION}, ${AT_MOST}`,
  DURATION_HINT,
);

/** How often everyone is evaluated: not so often that nothing else is done, or `never`. */
export const reconcile = written(
  (text) => {
    const every = text === 'never' ? text : readDuration(text);
    return every === 'never' || (every !== undefined && every >= HOUR) ? every : undefined;
  },
  { pattern: /^never$|^\s*\d{1,9}[smhdw]\s*$/, examples: ['24h', 'never'] },
  'a duration from `1h` such as `24h`, or `never`',
  DURATION_HINT,
);

/** `30%` -> `30`: decimal text without the sign. */
export function readPercent(text: string): string | undefined {
  return /^(\d{1,7}(?:\.\d{1,9})?)\s*%$/.exec(text.trim())?.[1];
}

export const PERCENT_FORM = { pattern: /^\s*\d{1,7}(\.\d{1,9})?\s*%\s*$/, examples: ['30%', '2.5%'] };

export const percent = written(
  readPercent,
  PERCENT_FORM,
  'a percentage such as `30%`',
  'the % sign is part of it',
);

export const NAME = /^[a-z0-9_-]+$/;

/** Any text but the empty one: names of columns, titles. */
export const text = z.string().min(1);

export const sql = text.refine((query) => query.trim() !== '', 'must not be empty');

export const timezone = written(
  (name) => (isTimezone(name) ? name : undefined),
  { examples: ['Europe/Berlin', 'UTC'] },
  'a time zone such as `Europe/Berlin` or `UTC`',
  'names are those of the IANA time zone database',
);

const TIME_OF_DAY = /^([01]\d|2[0-3]):[0-5]\d$/;

export const timeOfDay = written(
  (time) => (TIME_OF_DAY.test(time) ? time : undefined),
  { pattern: TIME_OF_DAY, examples: ['06:00'] },
  'a time of day such as `"06:00"`',
);

const SCHEMA_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

export const schemaName = written(
  (name) => (SCHEMA_NAME.test(name) ? name : undefined),
  { pattern: SCHEMA_NAME, examples: ['segsync'] },
  'the name of a schema: letters, digits and `_`',
);

const COUNTRY = /^[A-Z]{2}$/;

export const country = written(
  (code) => (COUNTRY.test(code) ? code : undefined),
  { pattern: COUNTRY, examples: ['DE', 'US'] },
  'a country’s two capital letters, such as `DE`',
);
