/** Asynchronous jobs of the API, asked after until they end. */

import { NetworkError } from '../../world.ts';
import type { Api, ApiAnswer } from '../api.ts';
import type { Batch, JobContext, JobState } from '../destination.ts';
import { openDisclosure } from '../disclosure.ts';
import { errorsIn, isOneOf, reasonOf, rowsAbout } from './answer.ts';
import type { JobTemplate } from './options.ts';
import { at } from './pointer.ts';
import { fillText } from './template.ts';

export interface Poller {
  readonly api: Api;
  readonly template: JobTemplate;
  readonly secrets: readonly string[];
  /** Throws E406 where the answer refuses the credentials. */
  readonly judge: (answer: ApiAnswer) => void;
}

/** What does not answer goes on. */
export async function pollJob(poller: Poller, job: string, of: JobContext): Promise<JobState> {
  const { api, template, judge } = poller;
  const names: Readonly<Record<string, string>> = {
    job,
    audience: of.audience.name,
    audience_id: of.audience.ref,
  };
  const path = fillText(template.path, (name) => names[name], encodeURIComponent);
  const answer = await api({ method: 'GET', path }).catch((error: unknown) => {
    if (error instanceof NetworkError) return undefined;
    throw error;
  });
  if (!answer) return { kind: 'running' };
  judge(answer);
  const { status, json } = answer;
  // Nothing is known of it any more: what it was about is sent again.
  if (status === 404 || status === 410)
    return {
      kind: 'failed',
      again: true,
      code: 'job_gone',
      message: 'the API does not know the job any more',
    };
  const state = status >= 200 && status < 300 ? at(json, template.status) : undefined;
  if (isOneOf(state, template.done)) return { kind: 'done', ...(await failedBy(poller, json, of)) };
  if (template.again !== undefined && isOneOf(state, template.again))
    return { kind: 'failed', again: true, code: 'job_failed', message: 'the job failed' };
  if (template.failed !== undefined && isOneOf(state, template.failed))
    return { kind: 'failed', again: false, code: 'job_failed', message: 'the job failed' };
  return { kind: 'running' };
}

type Failed = Pick<Extract<JobState, { kind: 'done' }>, 'rejected' | 'invalid'>;

/** By key; errors that name nobody of the job's are counted. */
async function failedBy({ template, secrets }: Poller, json: unknown, of: JobContext): Promise<Failed> {
  const errors = errorsIn(json, template);
  const rejected = new Map<string, { code: string; message: string }>();
  let invalid = 0;
  if (errors.length === 0) return {};
  const rows = await of.rows();
  const changes = rows.map((row) => ({ ...row, fields: {} }));
  const disclosure = openDisclosure({ changes } as unknown as Batch, secrets);
  for (const error of errors) {
    const value = template.value === undefined ? undefined : at(error, template.value);
    const isNamed = typeof value === 'string' || typeof value === 'number';
    const places = isNamed ? rowsAbout(rows, String(value)) : [];
    if (places.length === 0) invalid += 1;
    for (const place of places) rejected.set(rows[place]!.key, reasonOf(error, template, disclosure));
  }
  return { rejected, ...(invalid > 0 ? { invalid } : {}) };
}
