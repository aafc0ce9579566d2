/**
 * A real HTTP server on loopback that behaves as a careful webhook consumer does: verifies the Standard Webhooks
 * signature with code of its own, applies each `webhook-id` once to an audience map, and remembers every request.
 * Faults are scripted: each request takes the next one from the queue; without one it is answered 200.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ReceivedChange {
  readonly op: 'add' | 'remove' | 'update';
  readonly key: string;
  readonly identifiers: Record<string, string>;
  readonly fields: Record<string, unknown>;
  readonly caused_at: string;
}

export interface ReceivedBody {
  readonly type: string;
  readonly timestamp: string;
  readonly data: {
    readonly sync: string;
    readonly segment: string;
    readonly audience: string;
    readonly batch_id: string;
    readonly changes: readonly ReceivedChange[];
  };
}

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Exactly as it came. */
  readonly body: string;
  /** Undefined when the receiver has no secret. */
  readonly signatureValid: boolean | undefined;
  /** False when the batch was applied before, or a fault kept it from being applied. */
  readonly applied: boolean;
}

export interface Fault {
  /** Cuts the connection instead of answering, before or after the batch is applied; or in the middle of the answer. */
  readonly drop?: 'before' | 'after' | 'during';
  /** Answers this status; the batch is applied only for 2xx, or when `apply` says so. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Rows that are refused, one by one; the others are applied. */
  readonly errors?: readonly unknown[];
  /** Waits before anything else, in milliseconds. */
  readonly delayMs?: number;
  /** Waits for this, too, as if the request had been on its way for so long. */
  readonly held?: Promise<void>;
  /** Overrides whether the batch is applied. */
  readonly apply?: boolean;
}

export interface Member {
  readonly identifiers: Record<string, string>;
  readonly fields: Record<string, unknown>;
}

export interface WebhookReceiver {
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** Audience name -> key -> what was sent last. */
  readonly audiences: ReadonlyMap<string, ReadonlyMap<string, Member>>;
  /** Faults for the next requests, in order. */
  script(...faults: readonly Fault[]): void;
  /** A fault for each request that has none scripted; undefined: none. */
  always(choose: ((request: { readonly body: string }) => Fault | undefined) | undefined): void;
  /** Resolves once nothing that has arrived waits to be applied. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

export interface ReceiverOptions {
  /** `whsec_...`: requests without a valid signature are answered 401. */
  readonly secret?: string;
  readonly port?: number;
}

/** Starts a receiver on a free port of 127.0.0.1. */
export async function startWebhookReceiver(options: ReceiverOptions = {}): Promise<WebhookReceiver> {
  const requests: ReceivedRequest[] = [];
  const audiences = new Map<string, Map<string, Member>>();
  const seen = new Set<string>();
  const faults: Fault[] = [];
  let choose: ((request: { readonly body: string }) => Fault | undefined) | undefined;

  const applyOnce = (id: string, body: string, fault: Fault): boolean => {
    if (seen.has(id)) return false;
    // A batch with refused rows is not done: its id may come again with them.
    if (!fault.errors?.length) seen.add(id);
    applyBody(audiences, JSON.parse(body) as ReceivedBody, refusedRows(fault));
    return true;
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readAll(request);
    const fault = faults.shift() ?? choose?.({ body }) ?? {};
    const headers = flatten(request);
    const signatureValid = options.secret ? isSigned(options.secret, headers, body) : undefined;
    if (fault.delayMs) await sleep(fault.delayMs);
    await fault.held;
    const status = signatureValid === false ? 401 : (fault.status ?? 200);
    const wanted = signatureValid !== false && fault.drop !== 'before' && (fault.apply ?? status < 300);
    const applied = wanted && applyOnce(headers['webhook-id'] ?? '', body, fault);
    requests.push({
      method: request.method ?? '',
      path: request.url ?? '',
      headers,
      body,
      signatureValid,
      applied,
    });
    if (fault.drop === 'during') await begin(response, status);
    if (fault.drop) request.socket.destroy();
    else answer(response, status, fault);
  };

  const open = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const handling = handle(request, response)
      .catch(() => void request.socket.destroy())
      .finally(() => open.delete(handling));
    open.add(handling);
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    requests,
    audiences,
    script: (...next) => void faults.push(...next),
    always: (next) => {
      choose = next;
    },
    async idle() {
      while (open.size > 0) await Promise.all(open);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Applies a body's changes in their order, rows in `refused` apart. */
function applyBody(
  audiences: Map<string, Map<string, Member>>,
  body: ReceivedBody,
  refused: ReadonlySet<unknown>,
): void {
  if (body.type !== 'segment.membership.changed') return;
  const audience = audiences.get(body.data.audience) ?? new Map<string, Member>();
  audiences.set(body.data.audience, audience);
  for (const [index, change] of body.data.changes.entries()) {
    if (refused.has(index)) continue;
    if (change.op === 'remove') audience.delete(change.key);
    else audience.set(change.key, { identifiers: change.identifiers, fields: change.fields });
  }
}

function refusedRows(fault: Fault): ReadonlySet<unknown> {
  return new Set((fault.errors ?? []).map((entry) => (entry as { index?: unknown } | null)?.index));
}

/** The published algorithm, written independently of the program's own. */
function isSigned(secret: string, headers: Readonly<Record<string, string>>, body: string): boolean {
  const id = headers['webhook-id'] ?? '';
  const timestamp = headers['webhook-timestamp'] ?? '';
  if (id === '' || id.includes('.') || !/^\d{10}$/.test(timestamp)) return false;
  const hmac = createHmac('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64'));
  hmac.update(id).update('.').update(timestamp).update('.').update(Buffer.from(body, 'utf8'));
  const expected = hmac.digest();
  return (headers['webhook-signature'] ?? '').split(' ').some((signature) => {
    const [version, base64 = ''] = signature.split(',');
    const given = Buffer.from(base64, 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
}

function answer(response: ServerResponse, status: number, fault: Fault): void {
  const body = fault.body ?? (fault.errors ? JSON.stringify({ errors: fault.errors }) : '{}');
  response.writeHead(status, { 'content-type': 'application/json', ...fault.headers });
  response.end(body);
}

/** Half an answer. */
function begin(response: ServerResponse, status: number): Promise<void> {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': '100' });
  return new Promise((resolve) => response.write('{"errors": [', () => resolve()));
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function flatten(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}
