/** What every adapter over HTTP lets its user set about its calls, and the limits that come of it. */
import { z } from 'zod';
import type { Limits } from './destination.ts';
import { parseRate, rateOption, timeoutMs, timeoutOption } from './options.ts';

export interface CallDefaults {
  /** Where the vendor's API is; left out where another option says it. */
  readonly base_url?: string;
  readonly batch_size: number;
  /** Most rows of a call that the vendor takes; default: `batch_size`. */
  readonly most_rows?: number;
  readonly concurrency: number;
  readonly rate: string;
  readonly timeout: string;
}

/** What stands before every path: neither credentials, which would be shown, nor a query. */
export const address = z
  .url({ protocol: /^https?$/ })
  .refine(
    (text) => !/^https?:\/\/[^/]*@|[?#]/.test(text),
    'expected an address without user, query and fragment',
  );

/** The options, to be spread into an adapter's schema. */
export function callOptions({
  base_url,
  batch_size,
  most_rows = batch_size,
  concurrency,
  rate,
  timeout,
}: CallDefaults) {
  return {
    batch_size: z
      .number()
      .int()
      .min(1)
      .max(most_rows)
      .default(batch_size)
      .describe('most members of one request'),
    concurrency: z
      .number()
      .int()
      .min(1)
      .max(64)
      .default(concurrency)
      .describe('requests that are in flight at once'),
    rate: rateOption.default(rate).describe('most requests, as `100/s`, `6000/m` or `1000/h`'),
    timeout: timeoutOption.default(timeout).describe('how long a request may take, `1s` to `10m`'),
    allow_private_address: z
      .boolean()
      .default(false)
      .describe('calls to loopback and private addresses are meant, for a proxy of your own'),
    ...(base_url === undefined ? {} : baseOption(base_url)),
  };
}

function baseOption(base_url: string) {
  return {
    base_url: address.default(base_url).describe('where the API is'),
  };
}

/** The options as adapters use them. */
export interface CallSettings {
  /** Without a slash at the end; empty where the adapter's own option says it. */
  readonly base: string;
  readonly batchRows: number;
  readonly concurrency: number;
  readonly requestsPerSecond: number;
  readonly timeoutMs: number;
  readonly allowPrivateAddress: boolean;
}

/** Options -> settings; also without defaults, as they are where a reference has no value and nothing is sent. */
export function callSettings(
  options: Readonly<Record<string, unknown>>,
  defaults: CallDefaults,
): CallSettings {
  const given = { ...defaults, ...options } as Readonly<Record<string, unknown>>;
  return {
    base: String(given.base_url ?? '').replace(/\/$/, ''),
    batchRows: Number(given.batch_size),
    concurrency: Number(given.concurrency),
    requestsPerSecond: parseRate(String(given.rate)) ?? parseRate(defaults.rate)!,
    timeoutMs: timeoutMs(String(given.timeout)),
    allowPrivateAddress: given.allow_private_address === true,
  };
}

/** `batchBytes` is the most that a request's rows may take. */
export function limitsOf(settings: CallSettings, batchBytes: number): Limits {
  const { batchRows, concurrency, requestsPerSecond } = settings;
  return { batchRows, batchBytes, concurrency, requestsPerSecond };
}
