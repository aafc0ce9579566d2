/**
 * Amazon S3 as documented, of one bucket: signatures of version 4 (computed here by themselves), objects, and lists of
 * keys, page by page. What it holds is read by manifests alone, as whoever uses it should.
 */
import { createHash, createHmac } from 'node:crypto';
import { type RunReader, readRuns, type Shelf } from '../run-reader.ts';
import { type Call, type Fault, type Reply, type Simulator, startSimulator } from './simulator.ts';
import type { Vendor } from './vendor.ts';

export const BUCKET = 'lake';
export const REGION = 'eu-west-1';
export const KEY_ID = 'AKIAIOSFODNN7EXAMPLE';
export const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

/** Keys a page. The documented most is 1,000; few, so that lists have several pages. */
const PAGE = 5;

export interface StoredObject {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

export interface S3Simulator extends Simulator {
  readonly objects: Map<string, StoredObject>;
  /** Taken by the next PUT of a key that contains the text, before any other fault. */
  readonly keyFaults: { readonly key: string; readonly fault: Fault }[];
  /** From now on another secret is the right one. */
  letIn(secret: string): void;
  /** From now on its clock is so many minutes ahead. */
  shiftClock(minutes: number): void;
  /** Temporary credentials are asked for, with this token. */
  askToken(token: string): void;
  /** All keys that begin so, by lists of its API, as a reader would: it follows the pages. */
  list(prefix: string): string[];
}

export async function startS3(): Promise<S3Simulator> {
  const objects = new Map<string, StoredObject>();
  const keyFaults: S3Simulator['keyFaults'] = [];
  let secret = SECRET;
  let ahead = 0;
  let token: string | undefined;

  function answer(call: Call): Reply {
    const refusal = refusalOf(call, { secret, token, now: Date.now() + ahead * 60_000 });
    if (refusal) return refusal;
    const [, bucket, ...rest] = call.path.split('/').map(decodeURIComponent);
    if (bucket !== BUCKET) return problem(404, 'NoSuchBucket');
    const key = rest.join('/');
    if (call.method === 'PUT') return put(key, call);
    return key === '' ? listed(call.query) : problem(405, 'MethodNotAllowed');
  }

  function put(key: string, call: Call): Reply {
    if (key === '' || Buffer.byteLength(key) > 1024) return problem(400, 'KeyTooLongError');
    if (Number(call.headers['content-length']) !== call.bytes.length)
      return problem(411, 'MissingContentLength');
    objects.set(key, { body: call.bytes, headers: call.headers });
    return { status: 200, headers: { etag: `"${createHash('md5').update(call.bytes).digest('hex')}"` } };
  }

  function listed(query: URLSearchParams): Reply {
    if (query.get('list-type') !== '2') return problem(400, 'InvalidArgument');
    const { keys, next } = page(query);
    const contents = keys.map(
      (key) =>
        `<Contents><Key>${escapeXml(key)}</Key><Size>${objects.get(key)!.body.length}</Size></Contents>`,
    );
    const more = next === undefined ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`;
    return xml(
      200,
      `<ListBucketResult><Name>${BUCKET}</Name><KeyCount>${keys.length}</KeyCount>` +
        `<IsTruncated>${next !== undefined}</IsTruncated>${more}${contents.join('')}</ListBucketResult>`,
    );
  }

  function page(query: URLSearchParams): { keys: string[]; next?: string } {
    const after = query.get('continuation-token') ?? '';
    const from = after === '' ? '' : Buffer.from(after, 'base64').toString();
    const all = [...objects.keys()]
      .filter((key) => key.startsWith(query.get('prefix') ?? '') && key > from)
      .sort();
    const most = Math.min(PAGE, Number(query.get('max-keys') ?? PAGE));
    const keys = all.slice(0, most);
    const isCut = all.length > most && keys.length > 0;
    return { keys, ...(isCut ? { next: Buffer.from(keys.at(-1)!).toString('base64') } : {}) };
  }

  function list(prefix: string): string[] {
    const keys: string[] = [];
    for (let next: string | undefined = ''; next !== undefined; ) {
      const some = page(new URLSearchParams({ prefix, 'continuation-token': next }));
      keys.push(...some.keys);
      next = some.next;
    }
    return keys;
  }

  const simulator = await startSimulator(answer, (call) => {
    if (call.method !== 'PUT') return false;
    const at = keyFaults.findIndex(({ key }) => decodeURIComponent(call.path).includes(key));
    if (at >= 0) simulator.faults.unshift(keyFaults.splice(at, 1)[0]!.fault);
    return true;
  });
  return {
    ...{ ...simulator, objects, keyFaults, list },
    letIn(right) {
      secret = right;
    },
    shiftClock(minutes) {
      ahead = minutes;
    },
    askToken(right) {
      token = right;
    },
  };
}

interface Door {
  readonly secret: string;
  readonly token: string | undefined;
  readonly now: number;
}

/** Why a request is not let in. Source: Authenticating requests (AWS Signature Version 4), and the list of error codes. */
function refusalOf(call: Call, { secret, token, now }: Door): Reply | undefined {
  const { headers } = call;
  const given =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    );
  if (!given) return problem(headers.authorization ? 400 : 403, 'AuthorizationHeaderMalformed');
  const [, id, day, region, names, signature] = given as unknown as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  if (id !== KEY_ID) return problem(403, 'InvalidAccessKeyId');
  if (region !== REGION) return problem(400, 'AuthorizationHeaderMalformed', `<Region>${REGION}</Region>`);
  const date = headers['x-amz-date'] ?? '';
  if (!/^\d{8}T\d{6}Z$/.test(date) || !date.startsWith(day)) return problem(403, 'AccessDenied');
  if (Math.abs(millisOf(date) - now) > 15 * 60_000) return problem(403, 'RequestTimeTooSkewed');
  const mustSign = ['host', ...Object.keys(headers).filter((name) => name.startsWith('x-amz-'))];
  if (mustSign.some((name) => !names.split(';').includes(name))) return problem(403, 'AccessDenied');
  const right = signatureOf(call, { secret, day, region, names: names.split(';') });
  if (signature !== right) return problem(403, 'SignatureDoesNotMatch');
  if (headers['x-amz-security-token'] !== token)
    return token === undefined ? problem(403, 'InvalidAccessKeyId') : problem(400, 'ExpiredToken');
  if (headers['x-amz-content-sha256'] !== sha256(call.bytes))
    return problem(400, 'XAmzContentSHA256Mismatch');
  return undefined;
}

function signatureOf(
  { method, path, query, headers }: Call,
  { secret, day, region, names }: { secret: string; day: string; region: string; names: string[] },
): string {
  const canonical = [
    method,
    path.split('/').map(decodeURIComponent).map(escapeRfc3986).join('/'),
    [...query]
      .map(([name, value]) => `${escapeRfc3986(name)}=${escapeRfc3986(value)}`)
      .sort()
      .join('&'),
    ...names.map((name) => `${name}:${headers[name]!.trim().replace(/ +/g, ' ')}`),
    '',
    names.join(';'),
    headers['x-amz-content-sha256'],
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const hmac = (key: string | Buffer, text: string): Buffer =>
    createHmac('sha256', key).update(text).digest();
  const key = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secret}`);
  return hmac(key, toSign).toString('hex');
}

function escapeRfc3986(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(body: string | Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}

function millisOf(date: string): number {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/
    .exec(date)!
    .map(Number);
  return Date.UTC(year!, month! - 1, day!, hour!, minute!, second!);
}

export function problem(
  status: number,
  code: string,
  more = '',
  headers: Record<string, string> = {},
): Reply {
  const reply = xml(
    status,
    `<Error><Code>${code}</Code><Message>Words that may repeat what was sent: Ada@Example.com</Message>${more}<RequestId>4442587FB7D0A2F9</RequestId></Error>`,
  );
  return { ...reply, headers: { ...reply.headers, ...headers } };
}

function xml(status: number, body: string): Reply {
  return {
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
  };
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The simulator as a reader of whole runs sees it. */
export function shelfOf(simulator: S3Simulator): Shelf {
  return {
    list: (folder) => simulator.list(folder === '' ? '' : `${folder}/`),
    read: (path) => simulator.objects.get(path)?.body,
  };
}

/** A destination's file for it. */
export function s3File({ url }: Simulator, options = ''): string {
  return `type: s3
targets: [test]
bucket: ${BUCKET}
prefix: audiences/
region: ${REGION}
endpoint: ${url}
access_key_id: ${KEY_ID}
secret_access_key: "\${env:LAKE_SECRET}"
allow_private_address: true
rate: 1000/s
${options}`;
}

/** The vendor as the shared story needs it. */
export async function openS3(options = ''): Promise<Vendor> {
  const simulator = await startS3();
  const read = (audience: string): RunReader => readRuns(shelfOf(simulator), `audiences/${audience}`);
  let others = 0;
  // Another sync that fills the same audience, of somebody else.
  const tell = (audience: string, op: string, key: string): void => {
    others += 1;
    const id = `2000010${others}T000000.000000Z-theirs`;
    const body = Buffer.from(
      `${JSON.stringify({ op, key, segment: 'theirs', caused_at: '', identifiers: {}, fields: {} })}\n`,
    );
    const path = `audiences/${audience}/parts/part-theirs${others}.ndjson`;
    const written_at = new Date().toISOString().replace('Z', '000Z');
    const part = { path, op, rows: 1, bytes: body.length, written_at };
    const previous = others === 1 ? null : `2000010${others - 1}T000000.000000Z-theirs`;
    const manifest = {
      version: 1,
      id,
      previous,
      sync: 'theirs.lake',
      rows: 1,
      bytes: body.length,
      parts: [part],
    };
    simulator.objects.set(path, { body, headers: {} });
    simulator.objects.set(`audiences/${audience}/manifests/theirs.lake/${id}.json`, {
      body: Buffer.from(JSON.stringify(manifest)),
      headers: {},
    });
  };
  return {
    simulator,
    file: s3File(simulator, options),
    environment: { LAKE_SECRET: SECRET },
    match: ['external_id'],
    known: ({ key }) => key,
    members: (audience) => new Set(read(audience).members.keys()),
    addForeign(audience) {
      tell(audience, 'add', 'another');
      return 'another';
    },
    takeOut: (audience, { key }) => tell(audience, 'remove', key),
    field: { name: 'level', of: ({ key }) => read('active').members.get(key)?.fields.level },
    faults: {
      busy: { reply: problem(503, 'SlowDown') },
      busyFor1s: { reply: problem(503, 'SlowDown', '', { 'retry-after': '1' }) },
      down: { reply: problem(500, 'InternalError') },
    },
    refuseCredentials() {
      simulator.letIn('another secret');
      return { back: () => simulator.letIn(SECRET) };
    },
  };
}
