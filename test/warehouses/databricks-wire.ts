/** Databricks' wire: Thrift over HTTPS by the client's own classes, and answers as Arrow. */
import { createServer, type Server } from 'node:https';
import { createRequire } from 'node:module';
import { thrift } from '@databricks/sql';
import type { Answer } from './stand-in.ts';

/** The client's own, so that both ends are of one version. */
const own = createRequire(createRequire(import.meta.url).resolve('@databricks/sql'));
const arrow = own('apache-arrow');
const { TBinaryProtocol, TBufferedTransport, Int64 } = own('thrift');

export { Int64 };
export const wire = (thrift as unknown as { TCLIService_types: Record<string, Record<string, number>> })
  .TCLIService_types;

/** What an answer is instead of content. */
export interface Interference {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The connection is cut. */
  readonly drop?: boolean;
}

/** One call, of which `instead` takes the place of the answer. */
export interface Exchange {
  readonly call: string;
  instead(of: Interference): Promise<never>;
}

export type Handler = Record<string, (request: never, exchange: Exchange) => Promise<object>>;

/** `isKnown`: whether whoever sends this header may call; 403 otherwise. */
export function openWire(
  tls: { readonly key: string; readonly cert: string },
  handler: Handler,
  isKnown: (authorization: string) => boolean,
): Server {
  const { Processor } = thrift.TCLIService as unknown as { Processor: new (of: object) => never };
  let exchange: Exchange;
  const calls = Object.entries(handler).map(([call, answer]) => [
    call,
    // The processor takes what has one parameter for asynchronous, and calls it at once.
    (request: never) => answer(request, exchange),
  ]);
  const processor = new Processor(Object.fromEntries(calls)) as { process(i: unknown, o: unknown): void };
  return createServer(tls, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (!isKnown(String(request.headers.authorization))) return response.writeHead(403).end();
      const body = Buffer.concat(chunks);
      exchange = {
        // A version, a length, and then the name.
        call: body.toString('latin1', 8, 8 + body.readInt32BE(4)),
        instead({ status, headers, drop }) {
          if (drop) request.socket.destroy();
          else response.writeHead(status!, headers).end();
          return new Promise(() => {});
        },
      };
      const answer = (bytes: Buffer): void => void response.writeHead(200).end(bytes);
      const receive = TBufferedTransport.receiver((transport: unknown) =>
        processor.process(
          new TBinaryProtocol(transport),
          new TBinaryProtocol(new TBufferedTransport(undefined, answer)),
        ),
      );
      return receive(body);
    });
  });
}

const TYPES: Readonly<Record<string, readonly [wire: string, native: string]>> = {
  TINYINT: ['TINYINT_TYPE', 'tinyint'],
  SMALLINT: ['SMALLINT_TYPE', 'smallint'],
  INTEGER: ['INT_TYPE', 'int'],
  BIGINT: ['BIGINT_TYPE', 'bigint'],
  HUGEINT: ['DECIMAL_TYPE', 'decimal(38,0)'],
  DECIMAL: ['DECIMAL_TYPE', 'decimal'],
  FLOAT: ['FLOAT_TYPE', 'float'],
  DOUBLE: ['DOUBLE_TYPE', 'double'],
  BOOLEAN: ['BOOLEAN_TYPE', 'boolean'],
  DATE: ['DATE_TYPE', 'date'],
  TIMESTAMP: ['TIMESTAMP_TYPE', 'timestamp_ntz'],
  'TIMESTAMP WITH TIME ZONE': ['TIMESTAMP_TYPE', 'timestamp'],
  BLOB: ['BINARY_TYPE', 'binary'],
};

/** A DuckDB type -> what stands for it on the wire, and what SQL calls it there. */
export function typeOf(type: string): { readonly wire: string; readonly native: string } {
  const [, base, rest = ''] = /^([A-Z ]+?)(\(.*\))?$/.exec(type) ?? [];
  const [wireType, native] = TYPES[base ?? ''] ?? ['STRING_TYPE', 'string'];
  return { wire: wireType, native: base === 'DECIMAL' ? `decimal${rest}` : native };
}

export function schemaOf({ columns }: Answer): object {
  const { TTypeId } = wire;
  return {
    columns: columns.map(({ name, type }, index) => ({
      columnName: name,
      typeDesc: { types: [{ primitiveEntry: { type: TTypeId![typeOf(type).wire] } }] },
      position: index + 1,
    })),
  };
}

/** The schema's bytes, and those of some rows; `native`: what the client asked for in types of its own. */
export function arrowOf(
  { columns, rows }: Answer,
  from: number,
  to: number,
  native: { readonly times: boolean; readonly decimals: boolean },
): { readonly schema: Buffer; readonly batch: Buffer } {
  const some = rows.slice(from, to);
  const vectors = columns.map(({ name, type }) => {
    const cells = some.map((row) => row[name] ?? null);
    return [name, vectorOf(typeOf(type).wire, cells, native)];
  });
  const bytes = Buffer.from(arrow.tableToIPC(new arrow.Table(Object.fromEntries(vectors)), 'stream'));
  const end = 8 + bytes.readInt32LE(4);
  // Eight bytes at the end say that no more comes.
  return { schema: bytes.subarray(0, end), batch: bytes.subarray(end, -8) };
}

function vectorOf(
  type: string,
  cells: readonly (string | null)[],
  { times, decimals }: { readonly times: boolean; readonly decimals: boolean },
): unknown {
  const of = (into: unknown, read: (cell: string) => unknown): unknown =>
    arrow.vectorFromArray(
      cells.map((cell) => (cell === null ? null : read(cell))),
      into,
    );
  if (type === 'BIGINT_TYPE') return of(new arrow.Int64(), BigInt);
  if (/^(TINY|SMALL)?INT_TYPE$/.test(type)) return of(new arrow.Int32(), Number);
  if (type === 'DOUBLE_TYPE') return of(new arrow.Float64(), floatOf);
  if (type === 'FLOAT_TYPE') return of(new arrow.Float32(), floatOf);
  if (type === 'BOOLEAN_TYPE') return of(new arrow.Bool(), (cell) => cell === 'true');
  if (type === 'DATE_TYPE') return of(new arrow.DateDay(), (cell) => new Date(`${cell}T00:00:00Z`));
  if (type === 'BINARY_TYPE')
    return of(new arrow.Binary(), (cell) => Buffer.from(cell.replaceAll('\\x', ''), 'hex'));
  // What a client that asks for these gets: milliseconds, and doubles.
  if (type === 'TIMESTAMP_TYPE' && times)
    return of(
      new arrow.TimestampMillisecond(),
      (cell) => new Date(`${cell.replace(' ', 'T').slice(0, 23)}Z`),
    );
  if (type === 'DECIMAL_TYPE' && decimals) return of(new arrow.Float64(), Number);
  return of(new arrow.Utf8(), type === 'TIMESTAMP_TYPE' ? timeText : String);
}

function floatOf(cell: string): number {
  return /inf/i.test(cell) ? (cell.startsWith('-') ? -1 : 1) * Number.POSITIVE_INFINITY : Number(cell);
}

/** In the session's zone, which is UTC, and without saying so. */
function timeText(cell: string): string {
  return cell.replace(/\+00$/, '').replace('T', ' ');
}
