/** The options of `type: meta`. */
import { z } from 'zod';
import { HELPING_KINDS } from '../../config/identifier-kinds.ts';
import type { Secret } from '../../config/project.ts';
import { type CallSettings, callOptions, callSettings } from '../call.ts';
import { reveal } from '../options.ts';

const SOURCES = ['USER_PROVIDED_ONLY', 'PARTNER_PROVIDED_ONLY', 'BOTH_USER_AND_PARTNER_PROVIDED'] as const;

/** A call carries at most so many rows. Source: Marketing API, reference of `custom-audience/users`. */
export const MOST_ROWS = 10_000;

/** What Meta takes hashed. */
const HASHED = ['email', 'phone', ...HELPING_KINDS] as const;

const CALLS = {
  ...{ base_url: 'https://graph.facebook.com', batch_size: MOST_ROWS },
  ...{ concurrency: 2, rate: '5/s', timeout: '60s' },
};

const DEFAULTS = {
  api_version: 'v25.0',
  customer_file_source: SOURCES[0],
  hashed: [] as readonly string[],
};

/** Schema of the options as the YAML gives them. */
export const metaOptions = z.strictObject({
  account_id: z
    .string()
    .regex(/^(act_)?\d{1,20}$/, 'expected the number of an ad account, with or without `act_`')
    .describe('the ad account that has the audiences')
    .meta({ examples: ['act_1234567890'] }),
  access_token: z.string().min(1).describe('a token with `ads_management`; a system user’s does not expire'),
  app_secret: z
    .string()
    .min(1)
    .optional()
    .describe('the app’s secret, where the app asks for a proof of it with every call'),
  api_version: z
    .string()
    .regex(/^v\d{1,3}\.\d$/, 'expected a version such as `v25.0`')
    .default(DEFAULTS.api_version)
    .describe('the version of the Marketing API'),
  customer_file_source: z
    .enum(SOURCES)
    .default(DEFAULTS.customer_file_source)
    .describe('where the people’s data comes from, told to Meta for audiences that are made'),
  hashed: z
    .array(z.enum(HASHED))
    .default([...DEFAULTS.hashed] as [])
    .describe('kinds of identifiers that the warehouse holds as SHA-256 already'),
  ...callOptions(CALLS),
});

/** The options as the adapter uses them. */
export interface MetaSettings extends CallSettings {
  /** `act_123`. */
  readonly account: string;
  readonly token: string;
  readonly appSecret?: string;
  readonly source: string;
  /** Kinds whose values are SHA-256 already. */
  readonly hashed: ReadonlySet<string>;
}

interface Checked extends Omit<z.output<typeof metaOptions>, 'access_token' | 'app_secret'> {
  readonly access_token: Secret | string;
  readonly app_secret?: Secret | string;
}

/** Options -> settings; also without defaults, as they are where a reference has no value and nothing is sent. */
export function metaSettings(options: Readonly<Record<string, unknown>>): MetaSettings {
  const checked = { ...DEFAULTS, ...options } as unknown as Checked;
  const calls = callSettings(options, CALLS);
  return {
    ...calls,
    base: `${calls.base}/${checked.api_version}`,
    account: `act_${checked.account_id.replace(/^act_/, '')}`,
    token: reveal(checked.access_token),
    ...(checked.app_secret === undefined ? {} : { appSecret: reveal(checked.app_secret) }),
    source: checked.customer_file_source,
    hashed: new Set(checked.hashed),
  };
}
