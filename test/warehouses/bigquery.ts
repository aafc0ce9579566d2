/**
 * A double of BigQuery's REST API, which the official client talks to over loopback. It runs what stands for a
 * statement in a stand-in and answers in BigQuery's form; what its documentation does not allow is refused.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { abandonedSql } from '../../src/warehouse/bigquery/abandoned.ts';
import { columnOf } from '../../src/warehouse/bigquery/values.ts';
import { insertSql } from '../../src/warehouse/bigquery/write.ts';
import { dialect as duckdb } from '../../src/warehouse/duckdb/dialect.ts';
import type { Row } from '../../src/warehouse/warehouse.ts';
import { Feeds } from './feeds.ts';
import { type Answer, StandIn } from './stand-in.ts';

export const PROJECT = 'play';
export const TOKEN = 'a-token';

/** Taken by the next request to run a statement that `of` tells. */
export interface Fault {
  readonly of: (sql: string) => boolean;
  readonly status?: number;
  readonly reason?: string;
  /** The statement is run all the same. */
  readonly applied?: boolean;
  /** The connection is cut instead of answering. */
  readonly drop?: boolean;
  /** It answers that the job goes on, so many times. */
  readonly slow?: number;
}

export interface Double {
  readonly url: string;
  readonly standIn: StandIn;
  readonly feeds: Feeds;
  readonly faults: Fault[];
  /** Rows of a page of an answer. */
  pageRows: number;
  /** Bodies of the requests to run something. */
  readonly requests: readonly QueryRequest[];
  /** What BigQuery does with sessions after a day without a statement. */
  /** From now on nothing has run for long in the sessions that are open. */
  idle(): void;
  lapse(): void;
  close(): Promise<void>;
}

export interface QueryRequest {
  readonly query: string;
  readonly requestId: string;
  readonly dryRun?: boolean;
  readonly createSession?: boolean;
  readonly connectionProperties?: readonly { readonly key: string; readonly value: string }[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly maximumBytesBilled?: string;
  readonly queryParameters?: readonly {
    readonly name: string;
    readonly parameterValue: { readonly value: string };
  }[];
  readonly useLegacySql: boolean;
  readonly formatOptions: { readonly useInt64Timestamp: boolean };
}

/** Statements of the adapter's own. */
const OWN: Readonly<Record<string, string>> = {
  'SELECT 1': 'SELECT 1',
  'SELECT UNIX_MICROS(CURRENT_TIMESTAMP()) AS now': 'SELECT epoch_us(now()) AS now',
  'SELECT SESSION_USER() AS who': "SELECT 'somebody@example.com' AS who",
  'BEGIN TRANSACTION': 'BEGIN TRANSACTION',
  'COMMIT TRANSACTION': 'COMMIT',
  'ROLLBACK TRANSACTION': 'ROLLBACK',
};
/** How long a request waits for its job; the real one does as the request says, ten seconds mostly. */
const PATIENCE_MS = 2_000;
const END_SESSION = 'CALL BQ.ABORT_SESSION()';

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

interface Job {
  readonly answer: Answer;
  readonly session?: string;
  readonly left: { slow: number };
  readonly isDml: boolean;
}

export async function openDouble(): Promise<Double> {
  const standIn = await StandIn.open();
  const feeds = new Feeds(standIn);
  standIn.feed = (text) => feedOwn(text, feeds);
  const requests: QueryRequest[] = [];
  const faults: Fault[] = [];
  /** By request id: repeated, a request is not run again. */
  const answered = new Map<string, string>();
  const jobs = new Map<string, { readonly job: Promise<Job>; readonly session: string | undefined }>();
  let names = 0;
  const double = { pageRows: 10_000 };
  /** Sessions that are open; and those in which nothing has run for long. */
  const open = new Set<string>();
  const idle = new Set<string>();

  /** Resolves to the job's id, at once. */
  const start = (request: QueryRequest, slow: number): string => {
    const id = `job_${++names}`;
    const begun = request.createSession ? `session_${names}` : undefined;
    const session = begun ?? request.connectionProperties?.find(({ key }) => key === 'session_id')?.value;
    const isDml = /^(-- [^\n]*\n)*(INSERT|UPDATE|DELETE|MERGE)\b/.test(request.query);
    if (begun !== undefined && request.labels?.segsync_session === 'begun') open.add(begun);
    if (session !== undefined) idle.delete(session);
    if (request.query === END_SESSION) open.delete(session!);
    const job = runIdle(request.query) ?? runOn(standIn, feeds, request, session);
    const told = job.then(
      (answer): Job => ({
        answer,
        isDml,
        left: { slow },
        ...(begun === undefined ? {} : { session: begun }),
      }),
    );
    // Whoever asks for it is told.
    told.catch(() => undefined);
    jobs.set(id, { job: told, session });
    return id;
  };
  /** What is said of sessions that nobody ends, and to them. */
  const runIdle = (sql: string): Promise<Answer> | undefined => {
    const column = { name: 'session_id', type: 'VARCHAR' };
    if (sql === abandonedSql('EU'))
      return Promise.resolve({
        columns: [column],
        rows: [...idle].filter((id) => open.has(id)).map((session_id) => ({ session_id })),
        changed: 0,
      });
    const ended = /^CALL BQ\.ABORT_SESSION\('([^']*)'\)$/.exec(sql)?.[1];
    if (ended === undefined) return undefined;
    open.delete(ended);
    standIn.endSession(ended);
    return Promise.resolve({ columns: [], rows: [], changed: 0 });
  };
  /** What is there of a job's answer, from a row on; that it goes on, after a while. */
  const soon = async (id: string, from: number): Promise<object> => {
    const job = await Promise.race([jobs.get(id)!.job, sleep(PATIENCE_MS, undefined, { ref: false })]);
    return job ? answerOf(id, job, from) : { jobReference: referenceOf(id), jobComplete: false };
  };
  const answerOf = (id: string, { answer, session, left, isDml }: Job, from: number): object => {
    const jobReference = referenceOf(id);
    if (left.slow-- > 0) return { jobReference, jobComplete: false };
    const to = from + double.pageRows;
    return {
      jobReference,
      jobComplete: true,
      schema: { fields: fieldsOf(answer) },
      rows: answer.rows.slice(from, to).map((row) => cellsOf(answer, row)),
      totalRows: String(answer.rows.length),
      totalBytesProcessed: '1048576',
      ...(isDml ? { numDmlAffectedRows: String(answer.changed) } : {}),
      ...(to < answer.rows.length ? { pageToken: String(to) } : {}),
      ...(session === undefined ? {} : { sessionInfo: { sessionId: session } }),
    };
  };
  const query = async (request: QueryRequest): Promise<object | 'drop'> => {
    check(request);
    const fault = takeFault(faults, request.query);
    requests.push(request);
    const run = (): string => {
      const known = answered.get(request.requestId) ?? start(request, fault?.slow ?? 0);
      answered.set(request.requestId, known);
      return known;
    };
    if (fault?.applied) await jobs.get(run())!.job;
    if (fault?.drop) return 'drop';
    if (fault?.status) throw new Refusal(fault.status, fault.reason ?? 'backendError', 'a fault');
    return soon(run(), 0);
  };

  const server = createServer((message, response) => {
    void (async () => {
      try {
        const found = await route(message);
        if (found === 'drop') message.socket.destroy();
        else send(response, 200, found);
      } catch (error) {
        const refusal = error instanceof Refusal ? error : refusalOf(error as Error);
        const { status, reason } = refusal;
        const errors = [{ reason, message: refusal.message, domain: 'global' }];
        send(response, status, { error: { code: status, message: refusal.message, errors } });
      }
    })();
  });
  const route = async (message: IncomingMessage): Promise<object | 'drop'> => {
    const url = new URL(message.url!, 'http://x');
    if (message.headers.authorization !== `Bearer ${TOKEN}`)
      throw new Refusal(401, 'authError', 'Request had invalid authentication credentials.');
    const base = `/bigquery/v2/projects/${PROJECT}`;
    if (!url.pathname.startsWith(base)) throw new Refusal(404, 'notFound', 'no such path');
    const path = url.pathname.slice(base.length);
    if (message.method === 'POST' && path === '/queries') return query(JSON.parse(await bodyOf(message)));
    const results = /^\/queries\/(\w+)$/.exec(path);
    if (message.method === 'GET' && results) {
      if (!jobs.has(results[1]!) || url.searchParams.get('location') !== 'EU')
        throw new Refusal(404, 'notFound', 'Not found: Job');
      return soon(results[1]!, Number(url.searchParams.get('pageToken') ?? 0));
    }
    const table = /^\/datasets\/([^/]+)\/tables\/([^/]+)$/.exec(path);
    if (message.method === 'GET' && table) return tableOf(standIn, table[1]!, table[2]!);
    const cancelled = /^\/jobs\/(\w+)\/cancel$/.exec(path);
    if (message.method === 'POST' && cancelled) {
      const running = jobs.get(cancelled[1]!);
      if (running) standIn.interrupt(running.session);
      return { job: {} };
    }
    throw new Refusal(404, 'notFound', 'no such path');
  };
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return Object.assign(double, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    standIn,
    feeds,
    faults,
    requests,
    lapse: () => standIn.endSessions(),
    idle: () => {
      for (const session of open) idle.add(session);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      standIn.close();
    },
  });
}

function referenceOf(jobId: string): object {
  return { projectId: PROJECT, jobId, location: 'EU' };
}

function check(request: QueryRequest): void {
  if (request.useLegacySql !== false) throw new Refusal(400, 'invalid', 'legacy SQL');
  if (!request.formatOptions?.useInt64Timestamp) throw new Refusal(400, 'invalid', 'times would be doubles');
  for (const [key, value] of Object.entries(request.labels ?? {})) {
    if (!/^[a-z][a-z0-9_-]{0,62}$/.test(key) || !/^[\p{Ll}\p{Lo}0-9_-]{0,63}$/u.test(value))
      throw new Refusal(400, 'invalid', 'a label is not of the form of one');
  }
}

function takeFault(faults: Fault[], sql: string): Fault | undefined {
  const at = faults.findIndex(({ of }) => of(sql));
  return at < 0 ? undefined : faults.splice(at, 1)[0];
}

async function runOn(
  standIn: StandIn,
  feeds: Feeds,
  request: QueryRequest,
  session: string | undefined,
): Promise<Answer> {
  const sql = request.query.replace(/^-- segsync[^\n]*\n/, '');
  if (!request.dryRun) standIn.arrived.push({ sql, session });
  if (sql === END_SESSION) {
    standIn.endSession(session!);
    return { columns: [], rows: [], changed: 0 };
  }
  const rows = request.queryParameters?.find(({ name }) => name === 'rows')?.parameterValue.value;
  if (rows !== undefined) return insert(standIn, sql, JSON.parse(rows), session);
  const own =
    OWN[sql] ?? (await feedAnswer(sql, feeds, isInTransaction(standIn, session))) ?? standIn.own(sql);
  if (own === undefined) throw new Refusal(400, 'invalidQuery', `no plan made this statement: ${sql}`);
  if (!request.dryRun) return standIn.run(own, session);
  return { columns: await standIn.look(own, session), rows: [], changed: 0 };
}

function isInTransaction({ arrived }: StandIn, session: string | undefined): boolean {
  return session !== undefined && arrived.some((each) => each.session === session && /^BEGIN/.test(each.sql));
}

const CALLS =
  /SELECT \* EXCEPT \(_CHANGE_TYPE, _CHANGE_TIMESTAMP\) FROM (APPENDS|CHANGES)\(TABLE (\S+), TIMESTAMP '([^']*)', TIMESTAMP '([^']*)'\)/g;

/** A feed as the adapter speaks of it: the table that it was put into, or the calls themselves. */
async function feedOwn(text: string, feeds: Feeds): Promise<string | undefined> {
  if (!/(APPENDS|CHANGES)\(/.test(text)) return text.replaceAll('`', '');
  let own = text;
  for (const [call, fn, table, from, to] of text.matchAll(CALLS)) {
    const rows = await feeds.between(table!.replaceAll('`', ''), from!, fn === 'CHANGES' ? to : undefined);
    if (rows === undefined) return undefined;
    own = own.replace(call, `SELECT * FROM ${rows}`);
  }
  return own;
}

/** What the adapter asks of change feeds by itself. */
async function feedAnswer(sql: string, feeds: Feeds, isInTransaction: boolean): Promise<string | undefined> {
  if (sql === 'SELECT UNIX_MICROS(CURRENT_TIMESTAMP()) AS mark')
    return `SELECT CAST(${await feeds.mark()} AS BIGINT) AS mark`;
  const [, table] = /INFORMATION_SCHEMA\.TABLE_OPTIONS WHERE table_name = '([^']*)'/.exec(sql) ?? [];
  if (table !== undefined) return `SELECT 'true' AS option_value WHERE ${feeds.tracked(table)}`;
  const [, name, feed] = /^CREATE TEMP TABLE (\S+) AS SELECT \* FROM (\(.*\))$/s.exec(sql) ?? [];
  if (feed === undefined || !/(APPENDS|CHANGES)\(/.test(feed)) return undefined;
  if (isInTransaction) throw new Refusal(400, 'invalidQuery', 'a change history function in a transaction');
  const own = await feedOwn(feed, feeds);
  if (own === undefined)
    throw new Refusal(400, 'invalidQuery', 'Invalid time travel timestamp: it is before what is kept');
  return `CREATE TEMP TABLE ${name!.replaceAll('`', '')} AS SELECT * FROM ${own}`;
}

/** Rows that are passed as one parameter. */
async function insert(
  standIn: StandIn,
  sql: string,
  rows: readonly (readonly (string | null)[])[],
  session: string | undefined,
): Promise<Answer> {
  const [, table] = /^INSERT INTO (\S+) \(/.exec(sql) ?? [];
  // Of the lists of columns that were looked at, the one that this is about.
  const known = [...standIn.looked].filter(([text]) => text.includes(` FROM ${table} LIMIT 0`));
  if (!table || known.length === 0)
    throw new Refusal(400, 'invalidQuery', `no plan made this statement: ${sql}`);
  const asked: string[] = [];
  for (const looked of known.reverse()) {
    const columns = await standIn.look(looked[1], session);
    const expected = insertSql(
      table,
      columns.map((column) => columnOf(fieldOf(column))),
    );
    if (sql === expected) return insertInto(standIn, looked[1], columns, rows, session);
    asked.push(expected);
  }
  throw new Refusal(400, 'invalidQuery', `expected one of ${asked.join('\n')}, not ${sql}`);
}

async function insertInto(
  standIn: StandIn,
  looked: string,
  columns: Answer['columns'],
  rows: readonly (readonly (string | null)[])[],
  session: string | undefined,
): Promise<Answer> {
  const own = / FROM (.+) LIMIT 0$/s.exec(looked)![1]!;
  let changed = 0;
  const names = columns.map(({ name }) => duckdb.quote(name)).join(', ');
  for (let from = 0; from < rows.length; from += 1_000) {
    const values = rows
      .slice(from, from + 1_000)
      .map(
        (row) =>
          `(${row.map((value) => (value === null ? 'NULL' : duckdb.literal({ type: 'text', text: value }))).join(', ')})`,
      );
    const answer = await standIn.run(`INSERT INTO ${own} (${names}) VALUES ${values.join(', ')}`, session);
    changed += answer.changed;
  }
  return { columns: [], rows: [], changed };
}

async function tableOf(standIn: StandIn, dataset: string, table: string): Promise<object> {
  const [schema, name] = [dataset, table].map((text) => duckdb.literal({ type: 'text', text }));
  const { rows } = await standIn.run(
    `SELECT estimated_size, table_oid FROM duckdb_tables() WHERE schema_name = ${schema} AND table_name = ${name}`,
  );
  if (rows.length === 0)
    throw new Refusal(404, 'notFound', `Not found: Table ${PROJECT}:${dataset}.${table}`);
  const { estimated_size: numRows, table_oid: creationTime } = rows[0]!;
  return { id: `${PROJECT}:${dataset}.${table}`, numRows, creationTime };
}

/** A DuckDB type -> the name that the API has for the type that stands for it there. */
function fieldOf({ name, type }: { readonly name: string; readonly type: string }) {
  const base = type.replace(/\(.*\)$/, '');
  const [mode, of] = type.endsWith('[]') ? ['REPEATED', 'STRING'] : ['NULLABLE', API_TYPES[base] ?? 'STRING'];
  return { name, type: of!, mode: mode! };
}

const API_TYPES: Readonly<Record<string, string>> = {
  BIGINT: 'INTEGER',
  INTEGER: 'INTEGER',
  SMALLINT: 'INTEGER',
  HUGEINT: 'BIGNUMERIC',
  DECIMAL: 'BIGNUMERIC',
  DOUBLE: 'FLOAT',
  FLOAT: 'FLOAT',
  BOOLEAN: 'BOOLEAN',
  'TIMESTAMP WITH TIME ZONE': 'TIMESTAMP',
  TIMESTAMP: 'DATETIME',
  DATE: 'DATE',
  VARCHAR: 'STRING',
};

function fieldsOf({ columns }: Answer): ReturnType<typeof fieldOf>[] {
  return columns.map(fieldOf);
}

function cellsOf(answer: Answer, row: Row): object {
  return { f: fieldsOf(answer).map((field) => ({ v: cellOf(field.type, row[field.name] ?? null) })) };
}

function cellOf(type: string, value: string | null): string | null {
  if (value === null) return null;
  if (type === 'TIMESTAMP') return microsText(value);
  return type === 'DATETIME' ? value.replace(' ', 'T') : value;
}

function microsText(text: string): string {
  const [, whole, fraction = ''] = /^([^.+]+?)(?:\.(\d+))?\+00$/.exec(text)!;
  return String(BigInt(Date.parse(`${whole!.replace(' ', 'T')}Z`)) * 1000n + BigInt(fraction.padEnd(6, '0')));
}

/** DuckDB's words -> those that BigQuery has for the same. */
function refusalOf({ message }: Error): Refusal {
  if (/Catalog Error.*does not exist/s.test(message))
    return new Refusal(404, 'notFound', `Not found: ${message}`);
  if (/INTERRUPT/.test(message)) return new Refusal(499, 'stopped', 'Job execution was cancelled');
  if (/TransactionContext Error|write-write conflict|Conflict on/i.test(message)) {
    return new Refusal(400, 'invalidQuery', 'Transaction is aborted due to concurrent update against table');
  }
  return new Refusal(400, 'invalidQuery', message);
}

async function bodyOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
