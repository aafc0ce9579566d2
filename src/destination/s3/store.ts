/** Calls of a store: signed by Signature Version 4, sent over the one network. */
import { createHash } from 'node:crypto';
import { formatInstant } from '../../instant.ts';
import type { HttpResponse, World } from '../../world.ts';
import type { S3Settings } from './options.ts';

export interface Content {
  readonly body: string | Uint8Array;
  readonly type: string;
}

export interface Store {
  /** Throws `NetworkError` where there is no whole answer. */
  put(key: string, content: Content, signal: AbortSignal | undefined): Promise<HttpResponse>;
  /** One key at most, below the prefix. Throws as `put` does. */
  look(): Promise<HttpResponse>;
}

interface Request {
  readonly method: 'GET' | 'PUT';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal | undefined;
}

/** Opens no connection. */
export function openStore(world: World, settings: S3Settings): Store {
  const { root, prefix, encryption, timeoutMs, allowPrivateAddress } = settings;
  // Of a day's key, which costs four hashes to derive.
  const derived = new Map<string, ArrayBuffer>();
  const call = async ({ method, url, headers = {}, body, signal }: Request): Promise<HttpResponse> => {
    const hashed = { ...headers, 'x-amz-content-sha256': sha256(body ?? '') };
    return world.network.request({
      ...{ method, url, timeoutMs, allowPrivateAddress },
      headers: {
        'user-agent': 'segsync',
        ...(await signed({ method, url, headers: hashed }, settings, stamp(world), derived)),
      },
      ...(body === undefined ? {} : { body }),
      ...(signal ? { signal } : {}),
    });
  };
  return {
    put: (key, { body, type }, signal) =>
      call({
        method: 'PUT',
        url: root + escaped(key),
        headers: { ...encryption, 'content-type': type },
        ...{ body, signal },
      }),
    look: () =>
      call({
        method: 'GET',
        url: `${root}?list-type=2&max-keys=1&prefix=${encodeURIComponent(prefix)}`,
      }),
  };
}

/** Imported when first needed: a run that sends nothing there does without. */
async function signed(
  request: { method: string; url: string; headers: Record<string, string> },
  { accessKeyId, secretAccessKey, sessionToken, region }: S3Settings,
  datetime: string,
  cache: Map<string, ArrayBuffer>,
): Promise<Record<string, string>> {
  const { AwsV4Signer } = await import('aws4fetch');
  const signer = new AwsV4Signer({
    ...request,
    ...{ accessKeyId, secretAccessKey, region, datetime, cache },
    ...(sessionToken === undefined ? {} : { sessionToken }),
    service: 's3',
  });
  const { headers } = await signer.sign();
  return Object.fromEntries(headers);
}

/** `20261122T100000Z`, by this machine's clock: the store refuses what is off by more than a quarter of an hour. */
function stamp({ clock }: World): string {
  return formatInstant(clock.now()).replace(/[-:]|\.\d+/g, '');
}

function sha256(body: string | Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

function escaped(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/');
}
