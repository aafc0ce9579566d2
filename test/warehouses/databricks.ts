/**
 * A double of Databricks' own protocol, which the official client talks to over loopback. It runs what stands for a
 * statement in a stand-in and answers in Databricks' form. What its documentation does not allow is refused, and what it
 * says of transactions is done: only rows are read and written in one, tables that are written have to be coordinated by
 * the catalog, and of two that change one table at once, the later to commit fails.
 */
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { UTC } from '../../src/warehouse/databricks/client.ts';
import { selfSigned } from './certificate.ts';
import { CATALOG, Own, Refusal } from './databricks-own.ts';
import { Rules, type Session } from './databricks-rules.ts';
import {
  arrowOf,
  type Exchange,
  Int64,
  type Interference,
  openWire,
  schemaOf,
  wire,
} from './databricks-wire.ts';
import { Feeds } from './feeds.ts';
import { type Answer, StandIn } from './stand-in.ts';

export const HOST = '127.0.0.1';
export const HTTP_PATH = '/sql/1.0/warehouses/abc123';
export const TOKEN = 'dapi-a-token';

/** Taken by the next call of a statement that `of` tells. */
export interface Fault extends Interference {
  readonly of: (sql: string) => boolean;
  readonly call?: 'ExecuteStatement' | 'FetchResults' | 'GetOperationStatus' | 'OpenSession';
  /** The statement is run all the same. */
  readonly applied?: boolean;
  /** It answers that the statement goes on, so many times. */
  readonly slow?: number;
  /** What was changed is not counted. */
  readonly uncounted?: boolean;
  /** The session has ended of itself. */
  readonly ended?: boolean;
  /** An error of the server's. */
  readonly error?: { readonly message: string; readonly sqlState?: string; readonly state?: string };
}

export interface ExecuteRequest {
  readonly statement: string;
  readonly session: string;
  readonly tags?: string;
}

export interface DatabricksDouble {
  readonly port: number;
  /** Its certificate, to be trusted. */
  readonly ca: string;
  readonly standIn: StandIn;
  readonly feeds: Feeds;
  readonly faults: Fault[];
  /** Rows of a page at most, whatever the client asks for. */
  pageRows: number;
  /** What EXPLAIN says. */
  plan: string;
  /** It is no SQL warehouse: it takes no transactions. */
  plain: boolean;
  /** Statements that were asked for, in order. */
  readonly requests: ExecuteRequest[];
  /** Calls, in order. */
  readonly calls: string[];
  /** Sessions that are open. */
  readonly open: ReadonlyMap<string, Session>;
  /** Relations that the user may not read, and rights that the user has not. */
  readonly refused: Set<string>;
  close(): Promise<void>;
}

interface Running {
  readonly sql: string;
  readonly answer?: Answer;
  readonly refusal?: Refusal;
  /** What the client takes in types of its own. */
  readonly native: { readonly times: boolean; readonly decimals: boolean };
  slow: number;
  isCancelled: boolean;
  at: number;
}

interface Handle {
  readonly operationHandle: { readonly operationId: { readonly guid: Buffer } };
}

interface OfSession {
  readonly sessionHandle: { readonly sessionId: { readonly guid: Buffer } };
}

interface Execute extends OfSession {
  readonly statement: string;
  readonly confOverlay?: Readonly<Record<string, string>>;
  readonly parameters?: readonly { readonly value: { readonly stringValue: string } }[];
  readonly useArrowNativeTypes?: { readonly timestampAsArrow?: boolean; readonly decimalAsArrow?: boolean };
  readonly getDirectResults: { readonly maxRows: Count };
  readonly canDownloadResult?: boolean;
}

interface Count {
  toNumber(): number;
}

const GONE = '08003';

export async function openDatabricks(): Promise<DatabricksDouble> {
  const standIn = await StandIn.open();
  const feeds = new Feeds(standIn);
  // A feed is a table by then, whose name stays.
  standIn.feed = async (text) => text.replaceAll('`', '');
  const [own, rules, tls] = [new Own(standIn, feeds), new Rules(standIn), selfSigned()];
  const sessions = new Map<string, Session>();
  const operations = new Map<string, Running>();
  const faults: Fault[] = [];
  const requests: ExecuteRequest[] = [];
  const calls: string[] = [];
  const refused = new Set<string>();
  const double = { pageRows: 100_000, plan: '', plain: false };
  const { TStatusCode, TOperationState, TSparkRowSetType, TProtocolVersion } = wire;
  const status = { statusCode: TStatusCode!.SUCCESS_STATUS };
  const version = { serverProtocolVersion: TProtocolVersion!.SPARK_CLI_SERVICE_PROTOCOL_V8 };
  const wrong = (errorMessage: string, sqlState?: string): object => ({
    status: { statusCode: TStatusCode!.ERROR_STATUS, errorMessage, sqlState },
  });

  const execute = async (session: Session, text: string, parameters: readonly string[]): Promise<Answer> => {
    if (session.configuration.ANSI_MODE !== 'true') throw new Refusal('the session is not in ANSI mode');
    const sql = text.replace(/^-- segsync[^\n]*\n/, '');
    if (sql === UTC) {
      session.zone = 'UTC';
      return { columns: [], rows: [], changed: 0 };
    }
    const { zone } = session;
    if (zone !== 'UTC') throw new Refusal('the session is not in UTC');
    standIn.arrived.push({ sql, session: session.id });
    if (/^(BEGIN TRANSACTION|COMMIT|ROLLBACK)$/.test(sql)) {
      if (double.plain)
        throw new Refusal(
          '[TRANSACTION_NOT_SUPPORTED.INTERACTIVE_TRANSACTION] Only on SQL warehouses.',
          '0A000',
        );
      return rules.say(session, sql);
    }
    rules.check(session, sql);
    const found = await own.of({ sql, parameters, zone, plan: double.plan, refused });
    if (found === undefined) throw new Refusal(`no plan made this statement: ${sql}`);
    return typeof found === 'string' ? rules.run(session, sql, found) : found;
  };

  const sessionOf = ({ sessionHandle }: OfSession): Session => {
    const session = sessions.get(idOf(sessionHandle.sessionId));
    if (!session) throw new Refusal('Invalid SessionHandle: SessionHandle [it]', GONE);
    return session;
  };
  const runningOf = ({ operationHandle }: Handle): Running =>
    operations.get(idOf(operationHandle.operationId))!;
  const stateOf = (running: Running): object => {
    const { refusal } = running;
    if (running.isCancelled) return { status, operationState: TOperationState!.CANCELED_STATE };
    if (running.slow-- > 0) return { status, operationState: TOperationState!.RUNNING_STATE };
    if (!refusal) return { status, operationState: TOperationState!.FINISHED_STATE };
    const { message, sqlState, state } = refusal;
    const told = { sqlState, errorMessage: message, displayMessage: message };
    return { status, operationState: TOperationState![state], ...told };
  };
  const metadataOf = ({ answer, native }: Running): object => ({
    status,
    schema: schemaOf(answer!),
    resultFormat: TSparkRowSetType!.ARROW_BASED_SET,
    arrowSchema: arrowOf(answer!, 0, 0, native).schema,
  });
  const pageOf = (
    running: Running,
    { maxRows }: { readonly maxRows: Count },
  ): { readonly hasMoreRows: boolean } => {
    const { answer, native, at } = running;
    const count = Math.min(maxRows.toNumber(), double.pageRows, answer!.rows.length - at);
    running.at += count;
    const { batch } = arrowOf(answer!, at, at + count, native);
    const arrowBatches = count > 0 ? [{ batch, rowCount: new Int64(count) }] : [];
    const results = { startRowOffset: new Int64(at), rows: [], arrowBatches };
    return Object.assign({ status, results }, { hasMoreRows: running.at < answer!.rows.length });
  };
  const faultOf = ({ call }: Exchange, sql: string): Fault | undefined => {
    const at = faults.findIndex((each) => (each.call ?? 'ExecuteStatement') === call && each.of(sql));
    return at < 0 ? undefined : faults.splice(at, 1)[0];
  };
  const isInstead = (fault: Fault | undefined): boolean => Boolean(fault?.status || fault?.drop);

  const start = async (request: Execute, fault: Fault | undefined): Promise<Running> => {
    const { statement, useArrowNativeTypes: types, parameters = [] } = request;
    const native = { times: types?.timestampAsArrow ?? true, decimals: types?.decimalAsArrow ?? true };
    const running = { sql: statement, native, slow: fault?.slow ?? 0, isCancelled: false, at: 0 };
    try {
      const session = sessionOf(request);
      if (fault?.ended) {
        sessions.delete(session.id);
        sessionOf(request);
      }
      const tags = request.confOverlay?.query_tags;
      requests.push({ statement, session: session.id, ...(tags === undefined ? {} : { tags }) });
      if (request.canDownloadResult) throw new Refusal('rows are asked for in a place beside the workspace');
      if (fault?.error) throw new Refusal(fault.error.message, fault.error.sqlState, fault.error.state);
      const texts = parameters.map(({ value }) => value.stringValue);
      const answer = await execute(session, statement, texts);
      return { ...running, answer: fault?.uncounted ? { ...answer, columns: [] } : answer };
    } catch (error) {
      return { ...running, refusal: error instanceof Refusal ? error : refusalOf(error as Error) };
    }
  };

  const handler = {
    async OpenSession(
      {
        configuration = {},
        initialNamespace,
      }: { configuration?: Record<string, string>; initialNamespace?: { catalogName?: string } },
      exchange: Exchange,
    ) {
      calls.push('OpenSession');
      const fault = faultOf(exchange, '');
      if (isInstead(fault)) return exchange.instead(fault!);
      if (initialNamespace?.catalogName?.toLowerCase() !== CATALOG)
        return { ...wrong('[NO_SUCH_CATALOG_EXCEPTION] Catalog was not found. SQLSTATE: 42704'), ...version };
      const id = randomUUID();
      const turn = Promise.resolve();
      sessions.set(id, {
        id,
        configuration,
        zone: 'America/Los_Angeles',
        transaction: 'none',
        seen: new Map(),
        changed: new Set(),
        turn,
      });
      return { status, ...version, sessionHandle: { sessionId: guidOf(id) } };
    },
    async ExecuteStatement(request: Execute, exchange: Exchange) {
      calls.push('ExecuteStatement');
      const fault = faultOf(exchange, request.statement);
      if (isInstead(fault) && !fault!.applied) return exchange.instead(fault!);
      const running = await start(request, fault);
      if (isInstead(fault)) return exchange.instead(fault!);
      if (running.refusal?.sqlState === GONE) return wrong(running.refusal.message, GONE);
      const id = randomUUID();
      operations.set(id, running);
      const hasResultSet = (running.answer?.columns.length ?? 0) > 0;
      const operationStatus = stateOf(running);
      const isDone = running.slow < 0 && running.refusal === undefined;
      const found = isDone && hasResultSet ? pageOf(running, request.getDirectResults) : undefined;
      // What is answered whole has ended.
      const isWhole = isDone && !found?.hasMoreRows;
      if (isWhole) operations.delete(id);
      return {
        status,
        operationHandle: { operationId: guidOf(id), operationType: 0, hasResultSet },
        directResults: {
          operationStatus,
          ...(found ? { resultSetMetadata: metadataOf(running), resultSet: found } : {}),
          ...(isWhole ? { closeOperation: { status } } : {}),
        },
      };
    },
    async GetOperationStatus(request: Handle, exchange: Exchange) {
      calls.push('GetOperationStatus');
      const running = runningOf(request);
      const fault = faultOf(exchange, running.sql);
      return isInstead(fault) ? exchange.instead(fault!) : stateOf(running);
    },
    async GetResultSetMetadata(request: Handle) {
      calls.push('GetResultSetMetadata');
      return metadataOf(runningOf(request));
    },
    async FetchResults(request: Handle & { readonly maxRows: Count }, exchange: Exchange) {
      calls.push('FetchResults');
      const running = runningOf(request);
      const fault = faultOf(exchange, running.sql);
      if (isInstead(fault)) return exchange.instead(fault!);
      if (fault?.error) return wrong(fault.error.message, fault.error.sqlState);
      return running.isCancelled ? wrong('the operation was canceled') : pageOf(running, request);
    },
    async CancelOperation(request: Handle) {
      calls.push('CancelOperation');
      runningOf(request).isCancelled = true;
      return { status };
    },
    async CloseOperation({ operationHandle }: Handle) {
      calls.push('CloseOperation');
      operations.delete(idOf(operationHandle.operationId));
      return { status };
    },
    async CloseSession(request: OfSession) {
      calls.push('CloseSession');
      const session = sessionOf(request);
      sessions.delete(session.id);
      await session.turn.catch(() => undefined);
      standIn.endSession(session.id);
      return { status };
    },
  };
  const server = openWire(tls, handler as never, (authorization) => authorization === `Bearer ${TOKEN}`);
  await new Promise<void>((done) => server.listen(0, HOST, done));
  const { port } = server.address() as AddressInfo;
  return Object.assign(double, {
    port,
    ca: tls.cert,
    standIn,
    feeds,
    faults,
    requests,
    calls,
    open: sessions,
    refused,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      standIn.close();
    },
  });
}

function guidOf(id: string): object {
  return { guid: Buffer.from(id.replaceAll('-', ''), 'hex'), secret: Buffer.alloc(16) };
}

function idOf({ guid }: { readonly guid: Buffer }): string {
  return guid.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** DuckDB's words -> those that Databricks has for the same. */
function refusalOf({ message }: Error): Refusal {
  if (/Catalog Error.*does not exist/s.test(message))
    return new Refusal('[TABLE_OR_VIEW_NOT_FOUND] The table or view `x` cannot be found.', '42P01');
  if (/TransactionContext Error|write-write conflict|Conflict on/i.test(message))
    return new Refusal('[DELTA_CONCURRENT_WRITE] A concurrent transaction has written new data.', '2D521');
  const value = /Could not convert string '([^']*)'/.exec(message)?.[1];
  if (value !== undefined)
    return new Refusal(
      `[CAST_INVALID_INPUT] The value '${value}' of the type "STRING" cannot be cast to "BIGINT" because it is malformed.`,
      '22018',
    );
  return new Refusal(`[PARSE_SYNTAX_ERROR] ${message}`, '42601');
}
