/** The options of `type: redis`. */
import { z } from 'zod';
import type { Secret } from '../../config/project.ts';
import { DAY, type Duration, parseDuration } from '../../instant.ts';
import { reveal, timeoutMs, timeoutOption } from '../options.ts';
import { addressOf } from './address.ts';

const DEFAULTS = {
  key_prefix: 'segsync:audience:',
  member: 'key',
  batch_size: 1_000,
  concurrency: 2,
  timeout: '10s',
};

/** Members of one transaction: a server does nothing else meanwhile. */
export const MOST_ROWS = 10_000;
/** Members are renewed once a day, when a tenth of the time is left. */
const SHORTEST = 10n * DAY;

const expiry = z.string().refine((text) => {
  const duration = parseDuration(text);
  return duration !== undefined && duration >= SHORTEST && duration <= 3650n * DAY;
}, 'expected a duration from `10d`');

/** Schema of the options as the YAML gives them. */
export const redisOptions = z.strictObject({
  url: z
    .string()
    .refine(
      (text) => addressOf(text) !== undefined,
      'expected an address such as `rediss://user:password@host:6379/0`',
    )
    .describe('the server, with user, password and the database’s number; `rediss://` for TLS'),
  ca: z
    .string()
    .min(1)
    .optional()
    .describe('certificates to trust instead of the usual ones, in PEM')
    .meta({ examples: [`\${env:REDIS_CA}`] }),
  key_prefix: z
    .string()
    .default(DEFAULTS.key_prefix)
    .describe('what the key of an audience’s set begins with; its name follows'),
  member: z
    .string()
    .min(1)
    .default(DEFAULTS.member)
    .describe('what stands in the sets: `key`, or the name of an identifier of `match`'),
  lookup_prefix: z
    .string()
    .min(1)
    .optional()
    .describe('also keep a hash for each member, whose key begins with this; the member follows')
    .meta({ examples: ['members:'] }),
  expire_after: expiry
    .optional()
    .describe('how long keys last to which nothing is sent, from `10d`; members are renewed in time')
    .meta({ examples: ['30d'] }),
  batch_size: z
    .number()
    .int()
    .min(1)
    .max(MOST_ROWS)
    .default(DEFAULTS.batch_size)
    .describe('most members of one transaction'),
  concurrency: z
    .number()
    .int()
    .min(1)
    .max(16)
    .default(DEFAULTS.concurrency)
    .describe('transactions in flight on the one connection'),
  timeout: timeoutOption.default(DEFAULTS.timeout).describe('how long an answer may take'),
});

/** The options as the adapter uses them. */
export interface RedisSettings {
  readonly url: string;
  readonly ca?: string;
  readonly keyPrefix: string;
  /** `key`, or an identifier's name. */
  readonly member: string;
  readonly lookupPrefix?: string;
  readonly expireAfter?: Duration;
  readonly batchRows: number;
  readonly concurrency: number;
  readonly timeoutMs: number;
}

interface Checked extends Omit<z.output<typeof redisOptions>, 'url'> {
  readonly url: Secret | string;
}

/** Options -> settings; also without defaults, as they are where a reference has no value and nothing is sent. */
export function redisSettings(options: Readonly<Record<string, unknown>>): RedisSettings {
  const checked = { ...DEFAULTS, ...options } as unknown as Checked;
  const { ca, lookup_prefix: lookupPrefix } = checked;
  const expireAfter = parseDuration(checked.expire_after ?? '');
  return {
    url: reveal(checked.url),
    keyPrefix: checked.key_prefix,
    member: checked.member,
    ...(ca === undefined ? {} : { ca }),
    ...(lookupPrefix === undefined ? {} : { lookupPrefix }),
    ...(expireAfter === undefined ? {} : { expireAfter }),
    batchRows: checked.batch_size,
    concurrency: checked.concurrency,
    timeoutMs: timeoutMs(checked.timeout),
  };
}
