/** The `Retry-After` header: when the other side wants to be asked again. */
import { HOUR, type Instant, parseInstant } from '../instant.ts';

const LONGEST_MS = Number(HOUR / 1000n);

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * Seconds, or an HTTP date -> milliseconds from `now`, never negative and an hour at most. Undefined when the
 * header is missing or is neither.
 */
export function retryAfterMs(header: string | undefined, now: Instant): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(Math.ceil(Number(text) * 1000), LONGEST_MS);
  const date = parseHttpDate(text);
  if (date === undefined) return undefined;
  return Math.min(Math.max(Number((date - now) / 1000n), 0), LONGEST_MS);
}

/** `Sun, 06 Nov 1994 08:49:37 GMT` -> an instant. The two obsolete forms of a date are not understood. */
function parseHttpDate(text: string): Instant | undefined {
  const match = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}:\d{2}:\d{2}) GMT$/.exec(text);
  if (!match) return undefined;
  const [, day, name, year, time] = match;
  const month = MONTHS.indexOf(name!) + 1;
  if (month === 0) return undefined;
  return parseInstant(`${year}-${String(month).padStart(2, '0')}-${day}T${time}Z`, 'UTC');
}
