/**
 * Sessions whose process is gone, and with it what would have ended them: BigQuery keeps their transactions open for a day,
 * in the way of everybody who changes the same tables. They are known by a label, by that nothing runs in them, and by how
 * long that has been so: a process that lives never waits so long between two statements of a transaction.
 */
import type { Jobs } from './jobs.ts';

/** Of the statement that begins a session. */
export const BEGUN = { segsync_session: 'begun' } as const;

const IDLE = 'INTERVAL 10 MINUTE';

/** Ends them. Who may not list jobs ends none: BigQuery does, after a day. */
export async function endAbandoned(jobs: Jobs, location: string): Promise<void> {
  try {
    const { rows } = await jobs.run(abandonedSql(location));
    for (const { f } of rows) {
      // One that has ended meanwhile is no reason to leave the others.
      await jobs.run(`CALL BQ.ABORT_SESSION('${String(f[0]!.v)}')`).catch(() => undefined);
    }
  } catch {
    // Whatever stands in the way of this is no worse for it.
  }
}

export function abandonedSql(location: string): string {
  return (
    `SELECT session_info.session_id AS session_id FROM \`region-${location.toLowerCase()}\`.INFORMATION_SCHEMA.JOBS_BY_USER\n` +
    'WHERE creation_time > TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 2 DAY) AND session_info.session_id IS NOT NULL\n' +
    'GROUP BY session_id\n' +
    "HAVING LOGICAL_OR(EXISTS (SELECT 1 FROM UNNEST(labels) AS label WHERE label.key = 'segsync_session'))\n" +
    "  AND NOT LOGICAL_OR(query = 'CALL BQ.ABORT_SESSION()') AND LOGICAL_AND(state = 'DONE')\n" +
    `  AND MAX(end_time) < TIMESTAMP_SUB(CURRENT_TIMESTAMP(), ${IDLE})`
  );
}
