/** The options of `type: s3`. */
import { z } from 'zod';
import type { Secret } from '../../config/project.ts';
import { isPrivateHost } from '../../private-address.ts';
import { address, type CallSettings, callOptions, callSettings } from '../call.ts';
import { FORMATS, type Format } from '../lines.ts';
import { reveal } from '../options.ts';

/** A bucket takes thousands of requests a second; objects that are too small are the greater trouble. */
const CALLS = { batch_size: 5_000, concurrency: 4, rate: '100/s', timeout: '60s' };

const DEFAULTS = { prefix: '', region: 'us-east-1', format: FORMATS[0], gzip: false };

/** Each of these is also a part of an address: `.` and `..` would be taken for another one. */
const SEGMENT = /^(?!\.{1,2}$)[A-Za-z0-9_.=-]{1,200}$/;
/** A key has 1,024 bytes at most, of which an audience may take 255. Source: Naming objects. */
const MOST_PREFIX = 400;

const prefix = z
  .string()
  .max(MOST_PREFIX)
  .refine(
    (text) =>
      text === '' ||
      text
        .replace(/\/$/, '')
        .split('/')
        .every((part) => SEGMENT.test(part)),
    {
      message:
        'expected parts of letters, digits, `_`, `-`, `.` and `=` between single slashes, none in front',
    },
  );

const endpoint = address.refine((text) => {
  const url = parsed(text);
  return url === undefined || url.pathname === '/';
}, 'expected the store’s address without a path: the bucket is named by `bucket`');

/** Schema of the options as the YAML gives them. */
export const s3Options = z
  .strictObject({
    bucket: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]$/, 'expected the name of a bucket')
      .describe('the bucket, which has to be there')
      .meta({ examples: ['acme-audiences'] }),
    prefix: prefix.default(DEFAULTS.prefix).describe('what every key begins with, `segsync/audiences/` say'),
    region: z
      .string()
      .regex(/^[a-z0-9-]{1,40}$/)
      .default(DEFAULTS.region)
      .describe('the bucket’s region; stores other than Amazon’s say what they want here'),
    endpoint: endpoint
      .optional()
      .describe('where a compatible store is; default: Amazon’s of the region')
      .meta({ examples: ['https://storage.example.com'] }),
    path_style: z
      .boolean()
      .optional()
      .describe('the bucket’s name in the path, not in the host; default: with `endpoint`'),
    access_key_id: z.string().min(1).describe('the id of an access key'),
    secret_access_key: z.string().min(1).describe('its secret'),
    session_token: z.string().min(1).optional().describe('of temporary credentials'),
    format: z.enum(FORMATS).default(DEFAULTS.format).describe('one JSON document a line, or CSV'),
    gzip: z.boolean().default(DEFAULTS.gzip).describe('parts are compressed'),
    encryption: z
      .enum(['AES256', 'aws:kms'])
      .optional()
      .describe('server-side encryption that is asked for; default: the bucket’s own'),
    kms_key_id: z
      .string()
      .min(1)
      .optional()
      .describe('the key for `encryption: aws:kms`, where not the default')
      .meta({ examples: ['alias/audiences'] }),
    ...callOptions(CALLS),
  })
  .refine(({ encryption, kms_key_id: key }) => key === undefined || encryption === 'aws:kms', {
    message: 'goes with `encryption: aws:kms` only',
    path: ['kms_key_id'],
  })
  .refine(({ endpoint: at, allow_private_address: isMeant }) => isSafe(at, isMeant), {
    message: 'without TLS only a store on a private address, and with `allow_private_address: true`',
    path: ['endpoint'],
  });

/** In clear only where it is said to stay inside; a name may be one of a private network. */
function isSafe(endpointUrl: string | undefined, isPrivateMeant: boolean): boolean {
  const url = endpointUrl === undefined ? undefined : parsed(endpointUrl);
  if (url?.protocol !== 'http:') return true;
  const isNumber = /^[\d.]+$|^\[/.test(url.hostname);
  return isPrivateMeant && (!isNumber || isPrivateHost(url.hostname));
}

function parsed(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** The options as the adapter uses them. */
export interface S3Settings extends CallSettings {
  readonly bucket: string;
  /** Ends in a slash, or is empty. */
  readonly prefix: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly format: Format;
  readonly gzip: boolean;
  /** Headers by which each object asks for encryption. */
  readonly encryption: Readonly<Record<string, string>>;
  /** Before every key in an address, with a slash at the end. */
  readonly root: string;
  /** Before every key where people see it, with a slash at the end: tells which store it is. */
  readonly place: string;
}

interface Checked extends Omit<z.output<typeof s3Options>, keyof Secrets>, Secrets {}

interface Secrets {
  readonly access_key_id: Secret | string;
  readonly secret_access_key: Secret | string;
  readonly session_token?: Secret | string;
}

/** Options -> settings; also without defaults, as they are where a reference has no value and nothing is sent. */
export function s3Settings(options: Readonly<Record<string, unknown>>): S3Settings {
  const checked = { ...DEFAULTS, ...options } as unknown as Checked;
  const { session_token: token, prefix: written } = checked;
  return {
    ...callSettings(options, CALLS),
    bucket: checked.bucket,
    prefix: written === '' || written.endsWith('/') ? written : `${written}/`,
    region: checked.region,
    accessKeyId: reveal(checked.access_key_id),
    secretAccessKey: reveal(checked.secret_access_key),
    ...(token === undefined ? {} : { sessionToken: reveal(token) }),
    ...{ format: checked.format, gzip: checked.gzip },
    encryption: encryptionOf(checked),
    ...addressOf(checked),
  };
}

function encryptionOf({ encryption, kms_key_id: key }: Checked): Record<string, string> {
  return {
    ...(encryption === undefined ? {} : { 'x-amz-server-side-encryption': encryption }),
    ...(key === undefined ? {} : { 'x-amz-server-side-encryption-aws-kms-key-id': key }),
  };
}

/** A certificate for `*.s3...` is none for a bucket with dots in its name. Source: Virtual hosting of buckets. */
function addressOf({ bucket, region, endpoint: given, path_style: style }: Checked) {
  const inPath = style ?? (given !== undefined || bucket.includes('.'));
  const store = (given ?? amazon(region)).replace(/\/$/, '');
  return {
    root: inPath ? `${store}/${bucket}/` : `${store.replace('://', `://${bucket}.`)}/`,
    place: given === undefined ? `s3://${bucket}/` : `${store}/${bucket}/`,
  };
}

function amazon(region: string): string {
  return `https://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}
