/**
 * A double of Snowflake's own protocol, which the official client talks to over loopback. It runs what stands for a
 * statement in a stand-in and answers in Snowflake's form. What its documentation does not allow is refused, and what it
 * says of transactions is done: defining anything commits the one that is open, and who changes rows of a table waits
 * for others that have done so.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { dialect as duckdb } from '../../src/warehouse/duckdb/dialect.ts';
import { PLACE } from '../../src/warehouse/snowflake/connect.ts';
import { WHO } from '../../src/warehouse/snowflake/grants.ts';
import { folded } from '../../src/warehouse/snowflake/quote.ts';
import { IDENTITY, NOW, VERSION } from '../../src/warehouse/snowflake/session.ts';
import { Feeds } from './feeds.ts';
import { Locks } from './snowflake-locks.ts';
import { type Answer, StandIn } from './stand-in.ts';

export const ACCOUNT = 'play';
export const USER = 'SEGSYNC';
export const PASSWORD = 'a-password';
const PLACES = { warehouse: 'WORK', databaseName: 'SHOPDB', schemaName: 'PUBLIC' };

/** Taken by the next request to run a statement that `of` tells. */
export interface Fault {
  readonly of: (sql: string) => boolean;
  readonly status?: number;
  /** The statement is run all the same. */
  readonly applied?: boolean;
  /** The connection is cut instead of answering. */
  readonly drop?: boolean;
  /** It answers that the statement goes on, so many times. */
  readonly slow?: number;
  /** The session's token has expired. */
  readonly expired?: boolean;
  /** An error of the server's. */
  readonly code?: string;
}

export interface SnowflakeDouble {
  readonly url: string;
  readonly standIn: StandIn;
  readonly feeds: Feeds;
  readonly faults: Fault[];
  /** Rows of a chunk of an answer. */
  chunkRows: number;
  /** Chunks that are not there any more. */
  lostChunks: boolean;
  /** Bodies of the requests to run something, in order. */
  readonly requests: readonly QueryRequest[];
  /** What else was asked for: the paths. */
  readonly paths: readonly string[];
  /** Relations that the role may not read, and rights that it has not; names as Snowflake keeps them. */
  readonly refused: Set<string>;
  /** What Snowflake does with transactions whose client is gone: after five minutes, once they are in somebody's way. */
  lapse(): Promise<void>;
  close(): Promise<void>;
}

interface Binding {
  readonly type: string;
  readonly value: string | null | readonly (string | null)[];
}

export interface QueryRequest {
  readonly sqlText: string;
  readonly requestId: string;
  readonly describeOnly?: boolean;
  readonly bindings?: Readonly<Record<string, Binding>>;
  readonly parameters?: Readonly<Record<string, string>>;
}

class Refusal extends Error {
  constructor(
    readonly code: string,
    readonly sqlState: string,
    message: string,
  ) {
    super(message);
  }
}

interface Session {
  readonly id: string;
  token: string;
  readonly masterToken: string;
  readonly settings: Map<string, string>;
  readonly places: Readonly<Record<string, string | null>>;
  isExpired: boolean;
  /** `begun`: BEGIN was said; `open`: the stand-in's own transaction runs. */
  transaction: 'none' | 'begun' | 'open';
  /** One statement at a time on the stand-in's connection. */
  turn: Promise<unknown>;
}

interface Job {
  readonly session: Session;
  readonly answer: Answer;
  slow: number;
  isCancelled: boolean;
}

const TEXTS = /'(?:[^'\\]|''|\\.)*'/g;
const LABEL = /^-- segsync[^\n]*\n/;
const DEFINES = /^(?:\s*--[^\n]*\n)*(CREATE|DROP|ALTER|TRUNCATE)\b/i;
const DML = /^(?:\s*--[^\n]*\n)*(INSERT INTO|UPDATE|DELETE FROM)\s+(\S+)/i;

export async function openSnowflake(): Promise<SnowflakeDouble> {
  const standIn = await StandIn.open();
  const feeds = new Feeds(standIn);
  standIn.feed = (text) => feedOwn(text, feeds);
  const requests: QueryRequest[] = [];
  const paths: string[] = [];
  const faults: Fault[] = [];
  const refused = new Set<string>();
  const sessions = new Map<string, Session>();
  const locks = new Locks();
  /** By request id: repeated, a request is not run again. */
  const answered = new Map<string, Promise<string>>();
  const jobs = new Map<string, Job>();
  const double = { chunkRows: 10_000, lostChunks: false };

  const login = (url: URL, data: Record<string, unknown>): object => {
    const isPassword = data.LOGIN_NAME === USER && data.PASSWORD === PASSWORD;
    const isToken = /OAUTH|PROGRAMMATIC|JWT/.test(String(data.AUTHENTICATOR)) && data.TOKEN !== 'wrong';
    if (data.ACCOUNT_NAME !== ACCOUNT || !(isPassword || isToken))
      throw new Refusal('390100', '08004', 'Incorrect username or password was specified.');
    const place = (name: keyof typeof PLACES): string | null => {
      const given = url.searchParams.get(name) ?? (name === 'schemaName' ? 'PUBLIC' : '');
      return given.toUpperCase() === PLACES[name] ? PLACES[name] : null;
    };
    const session: Session = {
      id: randomUUID(),
      token: randomUUID(),
      masterToken: randomUUID(),
      // As an account that nobody has set: the client's texts would then be wrong.
      settings: new Map([
        ['TIMEZONE', 'America/Los_Angeles'],
        ['TIMESTAMP_OUTPUT_FORMAT', 'YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM'],
        ['DATE_OUTPUT_FORMAT', 'MM/DD/YYYY'],
        ['BINARY_OUTPUT_FORMAT', 'BASE64'],
        ...Object.entries((data.SESSION_PARAMETERS ?? {}) as Record<string, string>),
      ]),
      places: {
        warehouse_name: place('warehouse'),
        database_name: place('databaseName'),
        schema_name: place('schemaName'),
      },
      isExpired: false,
      transaction: 'none',
      turn: Promise.resolve(),
    };
    sessions.set(session.id, session);
    const { token, masterToken, id: sessionId } = session;
    const validity = { validityInSeconds: 3600, masterValidityInSeconds: 14_400 };
    return { token, masterToken, sessionId, parameters: parametersOf(session), ...validity };
  };
  const sessionOf = (message: IncomingMessage, of: 'token' | 'masterToken' = 'token'): Session => {
    const given = /^Snowflake Token="(.*)"$/.exec(message.headers.authorization ?? '')?.[1];
    const session = [...sessions.values()].find((each) => each[of] === given);
    if (!session) throw new Refusal('390104', '08001', 'Session token is invalid.');
    if (of === 'token' && session.isExpired)
      throw new Refusal('390112', '08001', 'Your session has expired. Please login again.');
    return session;
  };
  const end = async (session: Session): Promise<void> => {
    sessions.delete(session.id);
    await session.turn.catch(() => undefined);
    standIn.endSession(session.id);
    locks.release(session.id);
  };

  /** On the stand-in's connection of the session, after whatever runs there. */
  const inTurn = <T>(session: Session, work: () => Promise<T>): Promise<T> => {
    const result = session.turn.then(work);
    session.turn = result.catch(() => undefined);
    return result;
  };
  const finish = async (session: Session, how: 'COMMIT' | 'ROLLBACK'): Promise<void> => {
    if (session.transaction === 'open') await standIn.run(how, session.id);
    session.transaction = 'none';
    locks.release(session.id);
  };
  const execute = async (session: Session, request: QueryRequest): Promise<Answer> => {
    const sql = request.sqlText.replace(LABEL, '');
    const set = /^ALTER SESSION SET (.*)$/s.exec(sql);
    if (set) {
      for (const [, name, value] of set[1]!.matchAll(/(\w+) = ('[^']*'|\w+)/g))
        session.settings.set(name!, value!.replaceAll("'", ''));
      return status();
    }
    if (session.settings.get('TIMEZONE') !== 'UTC') throw wrong('the session is not in UTC');
    standIn.arrived.push({ sql, session: session.id });
    if (/^INSERT INTO [^()]+ \([^()]*\)\s+VALUES\b.*\(SELECT\b/s.test(sql.replaceAll(TEXTS, '')))
      throw new Refusal('002014', '22000', 'SQL compilation error:\nInvalid expression in VALUES clause');
    if (/^(BEGIN|COMMIT|ROLLBACK)$/.test(sql)) {
      if (sql === 'BEGIN' && session.transaction === 'none') session.transaction = 'begun';
      else if (sql !== 'BEGIN') await inTurn(session, () => finish(session, sql as 'COMMIT' | 'ROLLBACK'));
      return status();
    }
    const own = ownOf(session, sql, request) ?? (await feedAnswer(sql, feeds)) ?? standIn.own(sql);
    if (own === undefined) throw wrong(`no plan made this statement: ${sql}`);
    if (typeof own !== 'string') return own;
    if (request.describeOnly)
      return { columns: await inTurn(session, () => standIn.look(own, session.id)), rows: [], changed: 0 };
    const [, verb, table] = DML.exec(sql) ?? [];
    // Only what changes rows that are there holds others up; a table without a schema is the session's own.
    const isChange = table?.includes('.') && !/^INSERT/i.test(verb!);
    if (isChange) await locks.take(session.id, table!.toLowerCase());
    try {
      return await inTurn(session, async () => {
        // In the middle of a transaction: it is over, whatever becomes of the statement.
        if (DEFINES.test(sql)) await finish(session, 'COMMIT');
        else if (session.transaction === 'begun') {
          await standIn.run('BEGIN TRANSACTION', session.id);
          session.transaction = 'open';
        }
        const answer = await standIn.run(own, session.id);
        return table === undefined && !DEFINES.test(sql) ? answer : outcomeOf(sql, answer.changed);
      });
    } finally {
      if (session.transaction === 'none') locks.release(session.id);
    }
  };

  /** What the adapter says by itself: an answer, or what is run for it. */
  const ownOf = (session: Session, sql: string, request: QueryRequest): string | Answer | undefined => {
    if (sql === PLACE) return rowOf(session.places);
    if (sql === WHO) return rowOf({ role_name: 'SEGSYNC', database_name: 'SHOPDB' });
    if (sql === NOW) return 'SELECT epoch_us(now()) AS now';
    if (sql === VERSION) return rowOf({ version: '9.99.9' });
    if (sql === IDENTITY) return rowOf({ place: 'AWS_EU/PLAY/SHOPDB' });
    if (sql.startsWith('EXPLAIN USING JSON ') && standIn.own(sql.slice(19)) !== undefined)
      return rowOf({ content: JSON.stringify({ GlobalStats: { partitionsAssigned: 3 } }) });
    const insert = /^INSERT INTO (.+) \(([^()]*)\) VALUES \(\?(?:, \?)*\)$/s.exec(sql);
    if (insert && request.bindings) return insertOwn(standIn, insert[1]!, insert[2]!, request.bindings);
    const table =
      /FROM (\S+) (?:LIMIT 0|WHERE FALSE)$/.exec(sql)?.[1] ?? /^SELECT 1 FROM (\S+)$/.exec(sql)?.[1];
    if (table && refused.has(table.toUpperCase()))
      throw new Refusal(
        '003001',
        '42501',
        `SQL access control error:\nInsufficient privileges to operate on table`,
      );
    const looked = /^(?:SELECT 1|DELETE) FROM (\S+)(?: WHERE FALSE)?$/.exec(sql);
    if (looked && request.describeOnly) return `SELECT 1 FROM ${looked[1]}`;
    return sql.includes('INFORMATION_SCHEMA.') ? aboutTables(sql, refused) : undefined;
  };

  const start = async (session: Session, request: QueryRequest, slow: number): Promise<string> => {
    const id = randomUUID();
    const answer = await execute(session, request);
    jobs.set(id, { session, answer, slow, isCancelled: false });
    return id;
  };
  const answerOf = (queryId: string): object => {
    const job = jobs.get(queryId);
    if (!job) throw new Refusal('000709', '02000', 'Statement not found');
    if (job.isCancelled) throw new Refusal('000604', '57014', 'SQL execution canceled');
    if (job.slow-- > 0) {
      const data = { queryId, getResultUrl: `/queries/${queryId}/result` };
      return { success: true, code: '333333', message: 'in progress', data };
    }
    return { success: true, code: null, message: null, data: dataOf(queryId, job, double, url()) };
  };
  const query = async (session: Session, request: QueryRequest): Promise<object | 'drop' | number> => {
    const fault = takeFault(faults, request.sqlText);
    requests.push(request);
    if (fault?.expired) {
      session.isExpired = true;
      throw new Refusal('390112', '08001', 'Your session has expired. Please login again.');
    }
    const run = (): Promise<string> => {
      const known = answered.get(request.requestId) ?? start(session, request, fault?.slow ?? 0);
      answered.set(request.requestId, known);
      return known;
    };
    if (fault?.applied) await run();
    if (fault?.drop) return 'drop';
    if (fault?.status) return fault.status;
    if (fault?.code) throw new Refusal(fault.code, '57014', `Statement reached its statement timeout`);
    return answerOf(await run());
  };

  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const server = createServer((message, response) => {
    void (async () => {
      try {
        const found = await route(message);
        if (found === 'drop') message.socket.destroy();
        else if (typeof found === 'number') send(response, found, 'text/plain', 'a fault');
        else if (typeof found === 'string') send(response, 200, 'binary/octet-stream', found);
        else send(response, 200, 'application/json', JSON.stringify(found));
      } catch (error) {
        const {
          code,
          sqlState,
          message: text,
        } = error instanceof Refusal ? error : refusalOf(error as Error);
        const data = { sqlState, errorCode: code, queryId: randomUUID() };
        send(
          response,
          200,
          'application/json',
          JSON.stringify({ success: false, code, message: text, data }),
        );
      }
    })();
  });
  const route = async (message: IncomingMessage): Promise<object | string | number> => {
    const asked = new URL(message.url!, 'http://x');
    const { pathname } = asked;
    if (pathname !== '/queries/v1/query-request') paths.push(pathname);
    const body = message.method === 'POST' ? await bodyOf(message) : {};
    if (pathname === '/session/v1/login-request')
      return { success: true, data: login(asked, body.data as Record<string, unknown>) };
    const chunk = /^\/chunks\/([\w-]+)\/(\d+)$/.exec(pathname);
    if (chunk)
      return double.lostChunks ? 404 : chunkOf(jobs.get(chunk[1]!)!, Number(chunk[2]), double.chunkRows);
    if (pathname === '/session/token-request') {
      const session = sessionOf(message, 'masterToken');
      Object.assign(session, { token: randomUUID(), isExpired: false });
      const { token: sessionToken, masterToken } = session;
      const validity = { validityInSecondsST: 3600, validityInSecondsMT: 14_400 };
      return { success: true, data: { sessionToken, masterToken, ...validity } };
    }
    if (pathname === '/telemetry/send') return { success: true, data: null };
    const session = sessionOf(message);
    if (pathname === '/session') {
      await end(session);
      return { success: true, data: null };
    }
    if (pathname === '/queries/v1/query-request') {
      const requestId = asked.searchParams.get('requestId')!;
      return query(session, { ...(body as unknown as QueryRequest), requestId });
    }
    const result = /^\/queries\/([\w-]+)\/result$/.exec(pathname);
    if (result) return answerOf(result[1]!);
    const abort = /^\/queries\/([\w-]+)\/abort-request$/.exec(pathname);
    if (abort) {
      const job = jobs.get(abort[1]!);
      if (job) job.isCancelled = true;
      // The client asks by the request's id as long as it knows no other.
      else standIn.interrupt(session.id);
      return { success: true, data: null };
    }
    return 404;
  };
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return Object.assign(double, {
    url: url(),
    standIn,
    feeds,
    faults,
    requests,
    paths,
    refused,
    async lapse() {
      for (const session of [...sessions.values()]) await end(session);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      standIn.close();
    },
  });
}

function wrong(message: string): Refusal {
  return new Refusal('001003', '42000', `SQL compilation error:\n${message}`);
}

function takeFault(faults: Fault[], sql: string): Fault | undefined {
  const at = faults.findIndex(({ of }) => of(sql));
  return at < 0 ? undefined : faults.splice(at, 1)[0];
}

/** Rows that are bound in arrays, one a column. */
function insertOwn(
  standIn: StandIn,
  table: string,
  names: string,
  bindings: Readonly<Record<string, Binding>>,
): string {
  const looked = standIn.own(`SELECT ${names} FROM ${table} LIMIT 0`);
  if (looked === undefined) throw wrong(`no plan made a table ${table} (${names})`);
  const [, list, own] = /^SELECT (.+?) FROM (.+) LIMIT 0$/s.exec(looked)!;
  const columns = Object.values(bindings).map(({ value }) => value as readonly (string | null)[]);
  if (columns.flat().length > 65_280) throw wrong('too many values for one request');
  const rows = columns[0]!.map((_, row) => {
    const cells = columns.map((values) => values[row]!);
    return `(${cells.map((text) => (text === null ? 'NULL' : duckdb.literal({ type: 'text', text }))).join(', ')})`;
  });
  return `INSERT INTO ${own} (${list}) VALUES ${rows.join(', ')}`;
}

const ONE_FEED = String.raw`\(SELECT \* FROM (\S+) CHANGES\(INFORMATION => DEFAULT\) AT\(TIMESTAMP => '([^']*)'::TIMESTAMP_LTZ\)\)`;
const FEED = new RegExp(`^${ONE_FEED}$|^\\(${ONE_FEED}(?: UNION ALL ${ONE_FEED})+\\)$`);

/** Since one instant, or since each of several. */
async function feedOwn(text: string, feeds: Feeds): Promise<string | undefined> {
  if (!FEED.test(text)) return undefined;
  const told: string[] = [];
  for (const [, table, at] of text.matchAll(new RegExp(ONE_FEED, 'g'))) {
    const between = await feeds.between(table!, at!);
    if (between === undefined) return undefined;
    told.push(between);
  }
  return told.length === 1 ? told[0] : `(${told.map((each) => `SELECT * FROM ${each}`).join(' UNION ALL ')})`;
}

/** What the adapter asks of change feeds by itself. */
async function feedAnswer(sql: string, feeds: Feeds): Promise<string | Answer | undefined> {
  if (sql === 'SELECT DATE_PART(EPOCH_MICROSECOND, CURRENT_TIMESTAMP()) AS mark')
    return rowOf({ mark: (await feeds.mark()).toString() });
  const [, name] = /^SHOW TABLES STARTS WITH '([^']*)' IN SCHEMA \S+$/.exec(sql) ?? [];
  if (name !== undefined)
    return rowOf({ name, change_tracking: feeds.tracked(name) ? 'ON' : 'OFF', retention_time: '1' });
  const [, feed] = /^SELECT \* FROM (\(.*\)) AS feed LIMIT 0$/s.exec(sql) ?? [];
  if (feed === undefined) return undefined;
  const own = await feedOwn(feed, feeds);
  if (own === undefined) throw wrong('Change tracking is not available for this time range');
  return `SELECT * FROM ${own} AS feed LIMIT 0`;
}

function aboutTables(sql: string, refused: ReadonlySet<string>): string | Answer | undefined {
  const [, schema] = /table_schema = '([^']*)'/.exec(sql) ?? [];
  const [, name] = /table_name = '([^']*)'/.exec(sql) ?? [];
  const all = `SELECT upper(schema_name) AS s, upper(table_name) AS t, estimated_size AS n, table_oid AS o FROM duckdb_tables() WHERE NOT temporary`;
  const of = `FROM (${all}) AS own WHERE s = '${schema}' AND t = '${name}'`;
  if (/^SELECT row_count FROM /.test(sql)) return `SELECT n AS row_count ${of}`;
  if (/ AS made FROM /.test(sql)) return `SELECT o AS made ${of}`;
  if (/^SELECT table_name FROM /.test(sql))
    return `SELECT t AS table_name FROM (${all}) AS own WHERE s = '${schema}'`;
  if (/^SELECT table_schema, table_name FROM /.test(sql))
    return `SELECT s AS table_schema, t AS table_name FROM (${all}) AS own ORDER BY 1, 2`;
  if (/INFORMATION_SCHEMA\.FUNCTIONS/.test(sql)) return "SELECT 'own_function' AS name WHERE FALSE";
  const [, right] = /privilege_type IN \('([A-Z ]+)'/.exec(sql) ?? [];
  return right === undefined ? undefined : rowOf({ n: refused.has(right) ? '0' : '1' });
}

function rowOf(row: Readonly<Record<string, string | null>>): Answer {
  return { columns: Object.keys(row).map((name) => ({ name, type: 'VARCHAR' })), rows: [row], changed: 0 };
}

function status(): Answer {
  return rowOf({ status: 'Statement executed successfully.' });
}

function outcomeOf(sql: string, changed: number): Answer {
  const [, verb] = DML.exec(sql) ?? [];
  if (verb === undefined) return status();
  const count = String(changed);
  if (/^INSERT/i.test(verb)) return rowOf({ 'number of rows inserted': count });
  if (/^DELETE/i.test(verb)) return rowOf({ 'number of rows deleted': count });
  // The second is no count of changed rows.
  return rowOf({ 'number of rows updated': count, 'number of multi-joined rows updated': '7' });
}

function parametersOf({ settings }: Session): object[] {
  return [...settings].map(([name, value]) => ({ name, value: value === 'TRUE' ? true : value }));
}

function dataOf(queryId: string, job: Job, { chunkRows }: { chunkRows: number }, url: string): object {
  const { columns, rows } = job.answer;
  const chunks = [];
  for (let from = chunkRows; from < rows.length; from += chunkRows) {
    const rowCount = Math.min(chunkRows, rows.length - from);
    const size = { compressedSize: 1, uncompressedSize: 1 };
    chunks.push({ url: `${url}/chunks/${queryId}/${from}`, rowCount, ...size });
  }
  return {
    queryId,
    version: 1,
    queryResultFormat: 'json',
    parameters: parametersOf(job.session),
    rowtype: columns.map(fieldOf),
    rowset: cellsOf(job.answer, 0, chunkRows),
    total: rows.length,
    returned: rows.length,
    chunks,
    chunkHeaders: {},
  };
}

/** Rows without the outer brackets. */
function chunkOf(job: Job, from: number, rows: number): string {
  return JSON.stringify(cellsOf(job.answer, from, from + rows)).slice(1, -1);
}

function cellsOf({ columns, rows }: Answer, from: number, to: number): (string | null)[][] {
  const fields = columns.map((column) => ({ ...fieldOf(column), own: column.name }));
  return rows.slice(from, to).map((row) => fields.map(({ type, own }) => cellOf(type, row[own] ?? null)));
}

const WIRE_TYPES: Readonly<Record<string, string>> = {
  BIGINT: 'fixed',
  INTEGER: 'fixed',
  SMALLINT: 'fixed',
  HUGEINT: 'fixed',
  DECIMAL: 'fixed',
  DOUBLE: 'real',
  FLOAT: 'real',
  BOOLEAN: 'boolean',
  'TIMESTAMP WITH TIME ZONE': 'timestamp_ltz',
  TIMESTAMP: 'timestamp_ntz',
  DATE: 'date',
};

/** A DuckDB type -> the type that stands for it on the wire. */
function fieldOf({ name, type }: { readonly name: string; readonly type: string }) {
  const [, base, scale = '0'] = /^([A-Z ]+?)(?:\(\d+,\s*(\d+)\))?$/.exec(type) ?? [];
  const wire = WIRE_TYPES[base ?? ''] ?? 'text';
  const isTime = wire.startsWith('timestamp');
  return {
    name: folded(name),
    type: wire,
    precision: wire === 'fixed' ? 38 : null,
    scale: isTime ? 9 : Number(scale),
    nullable: true,
  };
}

function cellOf(type: string, value: string | null): string | null {
  if (value === null) return null;
  if (type === 'boolean') return value === 'true' ? '1' : '0';
  if (type === 'date') return String(Date.parse(`${value}T00:00:00Z`) / 86_400_000);
  if (!type.startsWith('timestamp')) return value;
  const [, whole, fraction = ''] = /^([^.+]+?)(?:\.(\d+))?(?:\+00)?$/.exec(value)!;
  return `${Date.parse(`${whole!.replace(' ', 'T')}Z`) / 1000}.${fraction.padEnd(9, '0')}`;
}

/** DuckDB's words -> those that Snowflake has for the same. */
function refusalOf({ message }: Error): Refusal {
  if (/Catalog Error.*does not exist/s.test(message))
    return new Refusal(
      '002003',
      '02000',
      "SQL compilation error:\nObject 'X' does not exist or not authorized.",
    );
  if (/INTERRUPT/.test(message)) return new Refusal('000604', '57014', 'SQL execution canceled');
  if (/TransactionContext Error|write-write conflict|Conflict on/i.test(message))
    return new Refusal('000625', '57014', 'Statement has locked table; this lock has not yet been released.');
  const value = /Could not convert string '([^']*)'/.exec(message)?.[1];
  if (value !== undefined)
    return new Refusal('100038', '22018', `Numeric value '${value}' is not recognized`);
  return wrong(message);
}

async function bodyOf(message: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const text = message.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
  return text.length === 0 ? {} : JSON.parse(text.toString());
}

function send(response: ServerResponse, code: number, type: string, text: string): void {
  response.writeHead(code, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
