/** The options of `type: iterable`. */
import { z } from 'zod';
import type { Secret } from '../../config/project.ts';
import { parseRate, rateOption, reveal, timeoutMs, timeoutOption } from '../options.ts';

/** Subscribers a call. Unconfirmed: the figure that other senders keep to. */
export const MOST_ROWS = 1_000;

const BASES = { us: 'https://api.iterable.com', eu: 'https://api.eu.iterable.com' } as const;
const PROJECTS = ['email', 'user_id'] as const;

const DEFAULTS = {
  data_center: 'us' as keyof typeof BASES,
  users_by: PROJECTS[0] as (typeof PROJECTS)[number],
  create_users: false,
  batch_size: MOST_ROWS,
  concurrency: 2,
  rate: '5/s',
  timeout: '60s',
  allow_private_address: false,
};

/** Schema of the options as the YAML gives them. */
export const iterableOptions = z.strictObject({
  api_key: z.string().min(1),
  data_center: z.enum(['us', 'eu']).default(DEFAULTS.data_center),
  users_by: z.enum(PROJECTS).default(DEFAULTS.users_by),
  create_users: z.boolean().default(DEFAULTS.create_users),
  batch_size: z.number().int().min(1).max(MOST_ROWS).default(DEFAULTS.batch_size),
  concurrency: z.number().int().min(1).max(16).default(DEFAULTS.concurrency),
  rate: rateOption.default(DEFAULTS.rate),
  timeout: timeoutOption.default(DEFAULTS.timeout),
  base_url: z.url({ protocol: /^https?$/ }).optional(),
  allow_private_address: z.boolean().default(DEFAULTS.allow_private_address),
});

/** The options as the adapter uses them. */
export interface IterableSettings {
  /** Without a slash at the end. */
  readonly base: string;
  readonly apiKey: string;
  readonly usersBy: 'email' | 'user_id';
  readonly createUsers: boolean;
  readonly batchRows: number;
  readonly concurrency: number;
  readonly requestsPerSecond: number;
  readonly timeoutMs: number;
  readonly allowPrivateAddress: boolean;
}

interface Checked extends Omit<z.output<typeof iterableOptions>, 'api_key'> {
  readonly api_key: Secret | string;
}

/** Options -> settings; also without defaults, as they are where a reference has no value and nothing is sent. */
export function iterableSettings(options: Readonly<Record<string, unknown>>): IterableSettings {
  const checked = { ...DEFAULTS, ...options } as unknown as Checked;
  return {
    base: (checked.base_url ?? BASES[checked.data_center]).replace(/\/$/, ''),
    apiKey: reveal(checked.api_key),
    usersBy: checked.users_by,
    createUsers: checked.create_users,
    batchRows: checked.batch_size,
    concurrency: checked.concurrency,
    requestsPerSecond: parseRate(checked.rate) ?? parseRate(DEFAULTS.rate)!,
    timeoutMs: timeoutMs(checked.timeout),
    allowPrivateAddress: checked.allow_private_address,
  };
}
