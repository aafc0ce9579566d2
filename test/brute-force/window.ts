/** Windows, written down once more from the table of conditions: which end is open, which closed. */
import type { Instant } from '../../src/instant.ts';
import type { Window } from '../../src/segment/condition.ts';

/** True when `at` lies in the window at the tick's instant `now`. */
export function inWindow(window: Window, at: Instant, now: Instant): boolean {
  switch (window.kind) {
    case 'within':
      return now - window.duration < at && at <= now;
    case 'older_than':
      return at <= now - window.duration;
    case 'between':
      return now - window.from < at && at <= now - window.to;
    case 'next':
      return now < at && at <= now + window.duration;
    case 'after':
      return window.instant <= at;
    case 'before':
      return at < window.instant;
  }
}
