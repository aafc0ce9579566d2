/** Imports that Klaviyo works off in the background, asked after to their end. */
import { NetworkError } from '../../world.ts';
import type { JobContext, JobState } from '../destination.ts';
import { importErrors, jobOf } from './answer.ts';
import type { Client } from './client.ts';
import { type Attribute, nameOf, refOf } from './profiles.ts';

/** What became of a job. No answer, or a busy one, is no end: it is asked again. */
export async function polled(client: Client, job: string, of: JobContext, by: Attribute): Promise<JobState> {
  try {
    const path = `/api/profile-bulk-import-jobs/${encodeURIComponent(job)}`;
    const state = jobOf(await client.call({ method: 'GET', path }));
    return state.kind === 'ended' ? await refusals(client, path, state.failed, of, by) : state;
  } catch (error) {
    if (error instanceof NetworkError && error.reason !== 'private_address') return { kind: 'running' };
    throw error;
  }
}

/** Which rows failed, by what they were found by. */
async function refusals(
  client: Client,
  path: string,
  failed: number,
  of: JobContext,
  by: Attribute,
): Promise<JobState> {
  const read = await client.pages(`${path}/import-errors?page[size]=100`);
  if ('status' in read) return { kind: 'running' };
  if (read.data.length < failed) {
    const message = 'Klaviyo counts more failures than it names';
    return { kind: 'failed', again: true, code: 'unclear_errors', message };
  }
  const rows = (await of.rows()).map((row) => ({ key: row.key, ref: refOf(row, of.kinds, by) }));
  const attributes = [...new Set(rows.flatMap(({ ref }) => (ref ? [ref.attribute] : [])))];
  const errors = importErrors(read.data, attributes);
  const rejected = new Map<string, { code: string; message: string }>();
  for (const { key, ref } of rows) {
    const error = ref && errors.get(nameOf(ref));
    if (error) rejected.set(key, error);
  }
  // Of an error that names nobody of the job's it is not known whose it is.
  const invalid = failed - rejected.size;
  return { kind: 'done', rejected, ...(invalid > 0 ? { invalid } : {}) };
}
