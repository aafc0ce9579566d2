/** Windows, written down once more from the table of conditions: which end is open, which closed. */
import type { Instant } from '../../src/instant.ts';
import type { Window } from '../../src/segment/condition.ts';
import { startOf } from './calendar.ts';

/** True when `at` lies in the window at the tick's instant `now`; `timezone` is the project's. */
export function inWindow(window: Window, at: Instant, now: Instant, timezone: string): boolean {
  switch (window.kind) {
    case 'within':
      return now - window.duration < at && at <= now;
    case 'older_than':
      return at <= now - window.duration;
    case 'between':
      return now - window.from < at && at <= now - window.to;
    case 'next':
      return now < at && at <= now + window.duration;
    case 'this':
      return startOf(window.unit, 0, now, timezone) <= at && at <= now;
    case 'previous':
      return (
        startOf(window.unit, window.count, now, timezone) <= at && at < startOf(window.unit, 0, now, timezone)
      );
    case 'after':
      return window.instant <= at;
    case 'before':
      return at < window.instant;
  }
}
