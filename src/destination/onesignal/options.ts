/** The options of `type: onesignal`. */
import { z } from 'zod';
import type { Secret } from '../../config/project.ts';
import { type CallSettings, callOptions, callSettings } from '../call.ts';
import { reveal } from '../options.ts';

/** A call changes one user. Source: Update user. The rate is far below the 1,000 a second that an app has. */
const CALLS = {
  ...{ base_url: 'https://api.onesignal.com', batch_size: 1 },
  ...{ concurrency: 16, rate: '200/s', timeout: '30s' },
};

const DEFAULTS = { alias_label: 'external_id' };

/** Schema of the options as the YAML gives them. */
export const onesignalOptions = z.strictObject({
  app_id: z
    .string()
    .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'expected the id of an app, such as `9a3f...-...`')
    .describe('the app whose users are tagged')
    .meta({ examples: ['9a3f0c1e-0000-4000-8000-000000000000'] }),
  api_key: z.string().min(1).describe('an API key of the app'),
  alias_label: z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/)
    .default(DEFAULTS.alias_label)
    .describe('the alias that `external_id` stands for there'),
  ...callOptions(CALLS),
});

/** The options as the adapter uses them. */
export interface OnesignalSettings extends CallSettings {
  readonly appId: string;
  readonly apiKey: string;
  readonly aliasLabel: string;
}

interface Checked extends Omit<z.output<typeof onesignalOptions>, 'api_key'> {
  readonly api_key: Secret | string;
}

/** Options -> settings; also without defaults, as they are where a reference has no value and nothing is sent. */
export function onesignalSettings(options: Readonly<Record<string, unknown>>): OnesignalSettings {
  const checked = { ...DEFAULTS, ...options } as unknown as Checked;
  return {
    ...callSettings(options, CALLS),
    appId: checked.app_id,
    apiKey: reveal(checked.api_key),
    aliasLabel: checked.alias_label,
  };
}
