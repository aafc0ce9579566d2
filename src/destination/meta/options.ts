/** The options of `type: meta`. */
import { z } from 'zod';
import type { Secret } from '../../config/project.ts';
import { parseRate, rateOption, reveal, timeoutMs, timeoutOption } from '../options.ts';

const SOURCES = ['USER_PROVIDED_ONLY', 'PARTNER_PROVIDED_ONLY', 'BOTH_USER_AND_PARTNER_PROVIDED'] as const;

/** A call carries at most so many rows. Source: Marketing API, reference of `custom-audience/users`. */
export const MOST_ROWS = 10_000;

const DEFAULTS = {
  api_version: 'v25.0',
  base_url: 'https://graph.facebook.com',
  customer_file_source: SOURCES[0],
  hashed: [] as readonly string[],
  batch_size: MOST_ROWS,
  concurrency: 2,
  rate: '5/s',
  timeout: '60s',
  allow_private_address: false,
};

/** Schema of the options as the YAML gives them. */
export const metaOptions = z.strictObject({
  ad_account: z
    .string()
    .regex(/^(act_)?\d{1,20}$/, 'expected the number of an ad account, with or without `act_`'),
  access_token: z.string().min(1),
  app_secret: z.string().min(1).optional(),
  api_version: z
    .string()
    .regex(/^v\d{1,3}\.\d$/, 'expected a version such as `v25.0`')
    .default(DEFAULTS.api_version),
  customer_file_source: z.enum(SOURCES).default(DEFAULTS.customer_file_source),
  hashed: z.array(z.enum(['email', 'phone'])).default([...DEFAULTS.hashed] as []),
  batch_size: z.number().int().min(1).max(MOST_ROWS).default(DEFAULTS.batch_size),
  concurrency: z.number().int().min(1).max(16).default(DEFAULTS.concurrency),
  rate: rateOption.default(DEFAULTS.rate),
  timeout: timeoutOption.default(DEFAULTS.timeout),
  base_url: z.url({ protocol: /^https?$/ }).default(DEFAULTS.base_url),
  allow_private_address: z.boolean().default(DEFAULTS.allow_private_address),
});

/** The options as the adapter uses them. */
export interface MetaSettings {
  /** `act_123`. */
  readonly account: string;
  readonly token: string;
  readonly appSecret?: string;
  /** With the version, without a slash at the end. */
  readonly base: string;
  readonly source: string;
  /** Kinds whose values are SHA-256 already. */
  readonly hashed: ReadonlySet<string>;
  readonly batchRows: number;
  readonly concurrency: number;
  readonly requestsPerSecond: number;
  readonly timeoutMs: number;
  readonly allowPrivateAddress: boolean;
}

interface Checked extends Omit<z.output<typeof metaOptions>, 'access_token' | 'app_secret'> {
  readonly access_token: Secret | string;
  readonly app_secret?: Secret | string;
}

/** Options -> settings; also without defaults, as they are where a reference has no value and nothing is sent. */
export function metaSettings(options: Readonly<Record<string, unknown>>): MetaSettings {
  const checked = { ...DEFAULTS, ...options } as unknown as Checked;
  return {
    account: `act_${checked.ad_account.replace(/^act_/, '')}`,
    token: reveal(checked.access_token),
    ...(checked.app_secret === undefined ? {} : { appSecret: reveal(checked.app_secret) }),
    base: `${checked.base_url.replace(/\/$/, '')}/${checked.api_version}`,
    source: checked.customer_file_source,
    hashed: new Set(checked.hashed),
    batchRows: checked.batch_size,
    concurrency: checked.concurrency,
    requestsPerSecond: parseRate(checked.rate) ?? parseRate(DEFAULTS.rate)!,
    timeoutMs: timeoutMs(checked.timeout),
    allowPrivateAddress: checked.allow_private_address,
  };
}
