/** The options of `type: braze`. */
import { z } from 'zod';
import type { Secret } from '../../config/project.ts';
import { parseRate, rateOption, reveal, timeoutMs, timeoutOption } from '../options.ts';

/** Objects a call, of all kinds together. Source: Braze, `users/track`. */
export const MOST_ROWS = 75;

const DEFAULTS = {
  create_users: false,
  batch_size: MOST_ROWS,
  concurrency: 4,
  rate: '100/s',
  timeout: '30s',
  allow_private_address: false,
};

/** Schema of the options as the YAML gives them. */
export const brazeOptions = z.strictObject({
  endpoint: z.url({
    protocol: /^https?$/,
    error: 'expected the REST endpoint, such as `https://rest.iad-01.braze.com`',
  }),
  api_key: z.string().min(1),
  create_users: z.boolean().default(DEFAULTS.create_users),
  batch_size: z.number().int().min(1).max(MOST_ROWS).default(DEFAULTS.batch_size),
  concurrency: z.number().int().min(1).max(32).default(DEFAULTS.concurrency),
  rate: rateOption.default(DEFAULTS.rate),
  timeout: timeoutOption.default(DEFAULTS.timeout),
  allow_private_address: z.boolean().default(DEFAULTS.allow_private_address),
});

/** The options as the adapter uses them. */
export interface BrazeSettings {
  /** Without a slash at the end. */
  readonly endpoint: string;
  readonly apiKey: string;
  readonly createUsers: boolean;
  readonly batchRows: number;
  readonly concurrency: number;
  readonly requestsPerSecond: number;
  readonly timeoutMs: number;
  readonly allowPrivateAddress: boolean;
}

interface Checked extends Omit<z.output<typeof brazeOptions>, 'api_key'> {
  readonly api_key: Secret | string;
}

/** Options -> settings; also without defaults, as they are where a reference has no value and nothing is sent. */
export function brazeSettings(options: Readonly<Record<string, unknown>>): BrazeSettings {
  const checked = { ...DEFAULTS, ...options } as unknown as Checked;
  return {
    endpoint: checked.endpoint.replace(/\/$/, ''),
    apiKey: reveal(checked.api_key),
    createUsers: checked.create_users,
    batchRows: checked.batch_size,
    concurrency: checked.concurrency,
    requestsPerSecond: parseRate(checked.rate) ?? parseRate(DEFAULTS.rate)!,
    timeoutMs: timeoutMs(checked.timeout),
    allowPrivateAddress: checked.allow_private_address,
  };
}
