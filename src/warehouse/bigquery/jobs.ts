/** Statements as jobs, by the client's own authenticated and retried requests; every value of an answer stays text. */
import type { BigQuery } from '@google-cloud/bigquery';
import type { World } from '../../world.ts';
import { isRateLimit } from './failure.ts';
import type { Options } from './index.ts';
import type { Cell, Field } from './values.ts';

/** How long a request waits for a job; then it is asked for again. */
const WAIT_MS = 10_000;
const PAGE_ROWS = 10_000;
const RATE_ATTEMPTS = 6;

export interface JobOptions {
  /** The text of a parameter `@rows`. */
  readonly rows?: string;
  /** Only looks at the statement: its columns, and how many bytes it would read. */
  readonly dryRun?: boolean;
  /** Begins a session, of which the result tells the id. */
  readonly begins?: boolean;
  readonly session?: string | undefined;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface Page {
  readonly rows: readonly { readonly f: readonly { readonly v: Cell }[] }[];
  /** The next page; undefined after the last. */
  readonly next?: () => Promise<Page>;
}

export interface Result extends Page {
  readonly fields: readonly Field[];
  /** How many rows a DML statement changed. */
  readonly changed: number;
  readonly bytes: number;
  readonly session?: string;
}

export interface Jobs {
  run(sql: string, options?: JobOptions): Promise<Result>;
  /** The resource of a table of the project `project`, or of the target's. */
  table(project: string | undefined, dataset: string, table: string): Promise<Record<string, unknown>>;
  /** All entries of a list, page by page. */
  list(uri: string, of: string): Promise<Record<string, unknown>[]>;
  /** Asks for the end of every job that runs. */
  cancel(): Promise<void>;
}

/** An answer of `jobs.query` and `jobs.getQueryResults`. */
interface Answer {
  readonly jobReference?: { readonly jobId: string; readonly location?: string };
  readonly jobComplete?: boolean;
  readonly schema?: { readonly fields?: readonly Field[] };
  readonly rows?: Page['rows'];
  readonly pageToken?: string;
  readonly numDmlAffectedRows?: string;
  readonly totalBytesProcessed?: string;
  readonly sessionInfo?: { readonly sessionId?: string };
}

interface Request {
  readonly method: 'GET' | 'POST';
  readonly uri: string;
  readonly json?: object;
  readonly qs?: Readonly<Record<string, string | number>>;
  readonly projectId?: string | undefined;
}

export function openJobs(world: World, client: BigQuery, options: Options): Jobs {
  const open = new Set<NonNullable<Answer['jobReference']>>();
  const ask = <T>(request: Request): Promise<T> => patiently(world, () => requestOn<T>(client, request));

  const wait = async (first: Answer): Promise<Answer> => {
    const job = first.jobReference;
    if (first.jobComplete !== false || !job) return first;
    open.add(job);
    try {
      for (let answer = first; ; ) {
        if (answer.jobComplete !== false) return answer;
        answer = await ask<Answer>(resultsOf(job));
      }
    } finally {
      open.delete(job);
    }
  };
  const pageOf = (answer: Answer, job: Answer['jobReference']): Page => {
    const { rows = [], pageToken } = answer;
    if (pageToken === undefined || !job) return { rows };
    return { rows, next: async () => pageOf(await ask<Answer>(resultsOf(job, pageToken)), job) };
  };
  return {
    async run(sql, request = {}) {
      const answer = await wait(await ask<Answer>(queryOf(sql, request, options, () => world.random.uuid())));
      const session = answer.sessionInfo?.sessionId;
      return {
        ...pageOf(answer, answer.jobReference),
        fields: answer.schema?.fields ?? [],
        changed: Number(answer.numDmlAffectedRows ?? 0),
        bytes: Number(answer.totalBytesProcessed ?? 0),
        ...(session === undefined ? {} : { session }),
      };
    },
    table: (projectId, dataset, table) =>
      ask({
        method: 'GET',
        uri: `/datasets/${encodeURIComponent(dataset)}/tables/${encodeURIComponent(table)}`,
        projectId,
      }),
    async list(uri, of) {
      const entries: Record<string, unknown>[] = [];
      for (let pageToken: string | undefined = ''; pageToken !== undefined; ) {
        const qs: Record<string, string> = pageToken === '' ? {} : { pageToken };
        const answer: Record<string, unknown> = await ask({
          method: 'GET',
          uri,
          qs: { ...qs, maxResults: 1_000 },
        });
        entries.push(...((answer[of] ?? []) as Record<string, unknown>[]));
        pageToken = answer.nextPageToken as string | undefined;
      }
      return entries;
    },
    async cancel() {
      const cancelled = [...open].map((job) =>
        ask({ method: 'POST', uri: `/jobs/${job.jobId}/cancel`, qs: placeOf(job) }),
      );
      await Promise.allSettled(cancelled);
    },
  };
}

/** A new id for each attempt of ours; the client repeats a request under the one it has, and then it runs once. */
function queryOf(sql: string, request: JobOptions, options: Options, id: () => string): Request {
  const { max_bytes_billed: most, statement_timeout: seconds, location } = options;
  const { rows, dryRun, begins, session, labels } = request;
  const json = {
    query: sql,
    useLegacySql: false,
    location,
    requestId: id(),
    timeoutMs: WAIT_MS,
    maxResults: PAGE_ROWS,
    formatOptions: { useInt64Timestamp: true },
    ...(dryRun ? { dryRun } : {}),
    ...(begins ? { createSession: true } : {}),
    ...(session === undefined ? {} : { connectionProperties: [{ key: 'session_id', value: session }] }),
    ...(labels && Object.keys(labels).length > 0 ? { labels } : {}),
    ...(most === undefined ? {} : { maximumBytesBilled: String(most) }),
    ...(seconds === undefined ? {} : { jobTimeoutMs: String(seconds * 1000) }),
    ...(rows === undefined ? {} : { parameterMode: 'NAMED', queryParameters: [rowsParameter(rows)] }),
  };
  return { method: 'POST', uri: '/queries', json };
}

function rowsParameter(rows: string): object {
  return { name: 'rows', parameterType: { type: 'STRING' }, parameterValue: { value: rows } };
}

function resultsOf(job: NonNullable<Answer['jobReference']>, pageToken?: string): Request {
  const more: Record<string, string> = pageToken === undefined ? {} : { pageToken };
  const format = { 'formatOptions.useInt64Timestamp': 'true' };
  return {
    method: 'GET',
    uri: `/queries/${job.jobId}`,
    qs: { ...placeOf(job), ...more, ...format, maxResults: PAGE_ROWS, timeoutMs: WAIT_MS },
  };
}

function placeOf({ location }: { readonly location?: string }): Record<string, string> {
  return location === undefined ? {} : { location };
}

function requestOn<T>(client: BigQuery, request: Request): Promise<T> {
  return new Promise((done, refuse) => {
    client.request(request as Parameters<BigQuery['request']>[0], (error, body) => {
      if (error) refuse(error);
      else done(body as T);
    });
  });
}

/** The client repeats 429, 5xx and lost connections; a rate limit that comes as 403 has run nothing, and is repeated here. */
async function patiently<T>(world: World, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isRateLimit(error) || attempt >= RATE_ATTEMPTS) throw error;
      await world.timers.sleep(250 * 2 ** attempt * (0.5 + world.random.fraction() / 2));
    }
  }
}
