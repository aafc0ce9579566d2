import { fail } from '../diagnostics/diagnostic.ts';
import { type Instant, parseInstant } from '../instant.ts';

/** An option's instant or date; a date is the first instant of that day in `timezone`. Throws E604. */
export function readInstant(
  option: string,
  value: string | undefined,
  timezone: string,
): Instant | undefined {
  if (value === undefined) return undefined;
  const instant = parseInstant(value, timezone);
  const expected = 'an instant such as 2026-11-22T10:00:00Z, or a date';
  return instant ?? fail('E604', { option, value, expected });
}
