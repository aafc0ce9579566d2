/** A collector on loopback: takes OTLP over HTTP, as JSON or protobuf, and remembers what came. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status: { readonly code: number; readonly message?: string };
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Of the resource that it came from. */
  readonly resource: Readonly<Record<string, unknown>>;
}

export interface OtlpReceiver extends AsyncDisposable {
  readonly url: string;
  /** Of those that came as JSON. */
  readonly spans: readonly ReceivedSpan[];
  /** Of all spans. */
  readonly names: readonly string[];
  readonly requests: readonly {
    readonly path: string;
    readonly headers: Readonly<Record<string, unknown>>;
  }[];
  /** Every body as it came. */
  readonly text: () => string;
}

interface Value {
  stringValue?: string;
  intValue?: number | string;
  arrayValue?: { values: Value[] };
}
type Pairs = readonly { key: string; value: Value }[];
interface Body {
  resourceSpans: {
    resource: { attributes: Pairs };
    scopeSpans: { spans: (Omit<ReceivedSpan, 'attributes' | 'resource'> & { attributes: Pairs })[] }[];
  }[];
}

/** `status`: what each request is answered; undefined: none is answered at all. */
export async function startOtlpReceiver(status: number | 'silent' = 200): Promise<OtlpReceiver> {
  const [spans, names, bodies]: [ReceivedSpan[], string[], string[]] = [[], [], []];
  const requests: OtlpReceiver['requests'][number][] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts);
      requests.push({ path: request.url!, headers: request.headers });
      bodies.push(body.toString('latin1'));
      const isJson = request.headers['content-type'] === 'application/json';
      const came = isJson ? spansIn(JSON.parse(body.toString('utf8')) as Body) : [];
      spans.push(...came);
      names.push(...(isJson ? came.map(({ name }) => name) : namesIn(body)));
      if (status === 'silent') return;
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ spans, names, requests, text: () => bodies.join('\n') },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function spansIn({ resourceSpans }: Body): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        ...span,
        attributes: plain(span.attributes),
        resource: plain(resource.attributes),
      })),
    ),
  );
}

/** ExportTraceServiceRequest > resource_spans (1) > scope_spans (2) > spans (2) > name (5). */
function namesIn(body: Buffer): string[] {
  const path = [1, 2, 2, 5];
  const below = path.reduce((messages, field) => messages.flatMap((each) => fieldOf(each, field)), [body]);
  return below.map((name) => name.toString('utf8'));
}

/** The length-delimited values of one field of a protobuf message. */
function fieldOf(message: Buffer, wanted: number): Buffer[] {
  const found: Buffer[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = message[at++]!;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const [field, type] = [tag >>> 3, tag & 7];
    if (type === 0) varint();
    else {
      const length = type === 1 ? 8 : type === 5 ? 4 : varint();
      if (type === 2 && field === wanted) found.push(message.subarray(at, at + length));
      at += length;
    }
  }
  return found;
}

function plain(pairs: Pairs): Record<string, unknown> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, plainValue(value)]));
}

function plainValue({ stringValue, intValue, arrayValue }: Value): unknown {
  if (arrayValue) return arrayValue.values.map(plainValue);
  return stringValue ?? Number(intValue);
}
