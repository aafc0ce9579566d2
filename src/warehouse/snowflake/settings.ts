/** What each session is set to. */
import type { Options } from './index.ts';

/** Longer than any of segsync's own transactions; Snowflake itself would wait for twelve hours. */
const LOCK_TIMEOUT_SECONDS = 60;

/**
 * UTC, exact texts of times to the nanosecond, dates and times read in any usual form whatever the account says, and each
 * statement its own transaction until one is begun. Statements of a process that is gone end soon.
 */
export function sessionSettings({ statement_timeout: seconds }: Options): string {
  const settings: Record<string, string> = {
    TIMEZONE: "'UTC'",
    AUTOCOMMIT: 'TRUE',
    ABORT_DETACHED_QUERY: 'TRUE',
    LOCK_TIMEOUT: String(LOCK_TIMEOUT_SECONDS),
    DATE_INPUT_FORMAT: "'AUTO'",
    TIMESTAMP_INPUT_FORMAT: "'AUTO'",
    DATE_OUTPUT_FORMAT: "'YYYY-MM-DD'",
    TIME_OUTPUT_FORMAT: "'HH24:MI:SS.FF9'",
    TIMESTAMP_NTZ_OUTPUT_FORMAT: "'YYYY-MM-DD HH24:MI:SS.FF9'",
    TIMESTAMP_LTZ_OUTPUT_FORMAT: "'YYYY-MM-DD HH24:MI:SS.FF9 TZH:TZM'",
    TIMESTAMP_TZ_OUTPUT_FORMAT: "'YYYY-MM-DD HH24:MI:SS.FF9 TZH:TZM'",
    BINARY_OUTPUT_FORMAT: "'HEX'",
    STRICT_JSON_OUTPUT: 'TRUE',
    ...(seconds === undefined ? {} : { STATEMENT_TIMEOUT_IN_SECONDS: String(seconds) }),
  };
  return `ALTER SESSION SET ${Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}`)
    .join(' ')}`;
}
