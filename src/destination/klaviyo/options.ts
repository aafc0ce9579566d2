/** The options of `type: klaviyo`. */
import { z } from 'zod';
import type { Secret } from '../../config/project.ts';
import { type CallSettings, callOptions, callSettings } from '../call.ts';
import { reveal } from '../options.ts';
import type { Attribute } from './profiles.ts';

/**
 * Members a call. An import takes 10,000, a removal and events 1,000. Source: Klaviyo OpenAPI, `bulk_import_profiles`,
 * `remove_profiles_from_list`, `bulk_create_events`.
 */
export const MOST_ROWS = 1_000;

/**
 * Klaviyo takes 150 imports, and 150 removals, a minute, and 750 look-ups. A removal of 1,000 members looks up ten times
 * or more before its one call, so that sixty a minute stay below all three.
 */
const CALLS = {
  ...{ base_url: 'https://a.klaviyo.com', batch_size: MOST_ROWS },
  ...{ concurrency: 2, rate: '60/m', timeout: '60s' },
};

const DEFAULTS = { profiles_by: 'email' as Attribute, revision: '2026-07-15' };

/** Schema of the options as the YAML gives them. */
export const klaviyoOptions = z.strictObject({
  api_key: z.string().min(1).describe('a private API key'),
  profiles_by: z
    .enum(['email', 'phone_number', 'external_id'])
    .default(DEFAULTS.profiles_by)
    .describe('what profiles are found and made by'),
  revision: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, 'expected a revision such as `2026-07-15`')
    .default(DEFAULTS.revision)
    .describe('the revision of the API; each ends two years after its date'),
  ...callOptions(CALLS),
});

/** The options as the adapter uses them. */
export interface KlaviyoSettings extends CallSettings {
  readonly apiKey: string;
  readonly profilesBy: Attribute;
  readonly revision: string;
}

interface Checked extends Omit<z.output<typeof klaviyoOptions>, 'api_key'> {
  readonly api_key: Secret | string;
}

/** Options -> settings; also without defaults, as they are where a reference has no value and nothing is sent. */
export function klaviyoSettings(options: Readonly<Record<string, unknown>>): KlaviyoSettings {
  const checked = { ...DEFAULTS, ...options } as unknown as Checked;
  return {
    ...callSettings(options, CALLS),
    apiKey: reveal(checked.api_key),
    profilesBy: checked.profiles_by,
    revision: checked.revision,
  };
}
