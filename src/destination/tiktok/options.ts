/** The options of `type: tiktok`. */
import { z } from 'zod';
import type { Secret } from '../../config/project.ts';
import { type CallSettings, callOptions, callSettings } from '../call.ts';
import { reveal } from '../options.ts';

/** Rows a call. Unconfirmed: the figure that other senders keep to. */
export const MOST_ROWS = 1_000;

const CALLS = {
  ...{ base_url: 'https://business-api.tiktok.com', batch_size: MOST_ROWS },
  ...{ concurrency: 2, rate: '5/s', timeout: '60s' },
};

const DEFAULTS = { api_version: 'v1.3', hashed: [] as readonly string[] };

/** Schema of the options as the YAML gives them. */
export const tiktokOptions = z.strictObject({
  advertiser_id: z
    .string()
    .regex(/^\d{1,20}$/, 'expected the number of an ad account, in quotes')
    .describe('the ad account that has the audiences')
    .meta({ examples: ['7012345678901234567'] }),
  access_token: z
    .string()
    .min(1)
    .describe('a long-lived token of an app with audience management; it lasts until it is revoked'),
  api_version: z
    .string()
    .regex(/^v\d{1,2}\.\d{1,2}$/, 'expected a version such as `v1.3`')
    .default(DEFAULTS.api_version)
    .describe('the version of the Business API'),
  hashed: z
    .array(z.enum(['email', 'phone']))
    .default([...DEFAULTS.hashed] as [])
    .describe('kinds of identifiers that the warehouse holds as SHA-256 already'),
  ...callOptions(CALLS),
});

/** The options as the adapter uses them. */
export interface TiktokSettings extends CallSettings {
  readonly advertiser: string;
  readonly token: string;
  /** Kinds whose values are SHA-256 already. */
  readonly hashed: ReadonlySet<string>;
}

interface Checked extends Omit<z.output<typeof tiktokOptions>, 'access_token'> {
  readonly access_token: Secret | string;
}

/** Options -> settings; also without defaults, as they are where a reference has no value and nothing is sent. */
export function tiktokSettings(options: Readonly<Record<string, unknown>>): TiktokSettings {
  const checked = { ...DEFAULTS, ...options } as unknown as Checked;
  const calls = callSettings(options, CALLS);
  return {
    ...calls,
    base: `${calls.base}/open_api/${checked.api_version}`,
    advertiser: checked.advertiser_id,
    token: reveal(checked.access_token),
    hashed: new Set(checked.hashed),
  };
}
