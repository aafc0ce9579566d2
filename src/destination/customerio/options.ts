/** The options of `type: customerio`. */
import { z } from 'zod';
import type { Secret } from '../../config/project.ts';
import { type CallSettings, callOptions, callSettings } from '../call.ts';
import { reveal } from '../options.ts';
import type { IdType } from './people.ts';

/** Ids a call. Source: Customer.io Track API, `add_customers`, `remove_customers`. */
export const MOST_ROWS = 1_000;

/**
 * A hundred calls a second are fair use of the Track API. A batch makes one; two where people are made or have fields.
 * The App API, ten a second, is asked once a sync.
 */
const CALLS = { batch_size: MOST_ROWS, concurrency: 4, rate: '40/s', timeout: '60s' };

const TRACK = { us: 'https://track.customer.io', eu: 'https://track-eu.customer.io' } as const;
const APP = { us: 'https://api.customer.io', eu: 'https://api-eu.customer.io' } as const;

const DEFAULTS = { region: 'us' as keyof typeof TRACK, id_type: 'id' as IdType, create_people: false };

const address = z.url({ protocol: /^https?$/ }).optional();

/** Schema of the options as the YAML gives them. */
export const customerioOptions = z.strictObject({
  site_id: z
    .string()
    .min(1)
    .describe('the Track API’s site id of the workspace')
    .meta({ examples: ['a1b2c3d4e5f6a7b8c9d0'] }),
  api_key: z.string().min(1).describe('the Track API’s key'),
  app_api_key: z
    .string()
    .min(1)
    .optional()
    .describe('a key of the App API, which finds and makes segments; events do without'),
  region: z.enum(['us', 'eu']).default(DEFAULTS.region).describe('where the account is kept'),
  id_type: z.enum(['id', 'email']).default(DEFAULTS.id_type).describe('what people are known by'),
  create_people: z
    .boolean()
    .default(DEFAULTS.create_people)
    .describe('whether a member whom the workspace does not know becomes a person there'),
  ...callOptions(CALLS),
  track_url: address
    .describe('where the Track API is; default: by `region`')
    .meta({ examples: ['https://track.customer.io'] }),
  app_url: address
    .describe('where the App API is; default: by `region`')
    .meta({ examples: ['https://api.customer.io'] }),
});

/** The options as the adapter uses them. `base` is the Track API’s. */
export interface CustomerioSettings extends CallSettings {
  readonly appBase: string;
  readonly siteId: string;
  readonly apiKey: string;
  readonly appApiKey?: string;
  readonly region: string;
  readonly idType: IdType;
  readonly createPeople: boolean;
}

interface Checked extends Omit<z.output<typeof customerioOptions>, 'api_key' | 'app_api_key'> {
  readonly api_key: Secret | string;
  readonly app_api_key?: Secret | string;
}

/** Options -> settings; also without defaults, as they are where a reference has no value and nothing is sent. */
export function customerioSettings(options: Readonly<Record<string, unknown>>): CustomerioSettings {
  const checked = { ...DEFAULTS, ...options } as unknown as Checked;
  const { region, app_api_key } = checked;
  return {
    ...callSettings({ ...checked, base_url: checked.track_url ?? TRACK[region] }, CALLS),
    appBase: (checked.app_url ?? APP[region] ?? '').replace(/\/$/, ''),
    siteId: checked.site_id,
    apiKey: reveal(checked.api_key),
    ...(app_api_key === undefined ? {} : { appApiKey: reveal(app_api_key) }),
    region,
    idType: checked.id_type,
    createPeople: checked.create_people,
  };
}
