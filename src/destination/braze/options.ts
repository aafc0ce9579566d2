/** The options of `type: braze`. */
import { z } from 'zod';
import type { Secret } from '../../config/project.ts';
import { type CallSettings, callOptions, callSettings } from '../call.ts';
import { reveal } from '../options.ts';

/** Objects a call, of all kinds together. Source: Braze, `users/track`. */
export const MOST_ROWS = 75;

const CALLS = { batch_size: MOST_ROWS, concurrency: 4, rate: '100/s', timeout: '30s' };

/** Schema of the options as the YAML gives them. */
export const brazeOptions = z.strictObject({
  endpoint: z
    .url({
      protocol: /^https?$/,
      error: 'expected the REST endpoint, such as `https://rest.iad-01.braze.com`',
    })
    .describe('the REST endpoint of your cluster')
    .meta({ examples: ['https://rest.iad-01.braze.com'] }),
  api_key: z.string().min(1).describe('a REST API key with the permission `users.track`'),
  create_users: z
    .boolean()
    .default(false)
    .describe('whether a member whom Braze does not know becomes a user there'),
  ...callOptions(CALLS),
});

/** The options as the adapter uses them. */
export interface BrazeSettings extends CallSettings {
  readonly apiKey: string;
  readonly createUsers: boolean;
}

interface Checked extends Omit<z.output<typeof brazeOptions>, 'api_key'> {
  readonly api_key: Secret | string;
}

/** Options -> settings; also without defaults, as they are where a reference has no value and nothing is sent. */
export function brazeSettings(options: Readonly<Record<string, unknown>>): BrazeSettings {
  const checked = { create_users: false, ...options } as unknown as Checked;
  return {
    ...callSettings({ ...checked, base_url: checked.endpoint }, CALLS),
    apiKey: reveal(checked.api_key),
    createUsers: checked.create_users,
  };
}
