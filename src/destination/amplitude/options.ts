/** The options of `type: amplitude`. */
import { z } from 'zod';
import type { Secret } from '../../config/project.ts';
import { type CallSettings, callOptions, callSettings } from '../call.ts';
import { reveal } from '../options.ts';

/** Ids of one call. Source: Behavioral Cohorts API, "Limits and considerations". */
export const MOST_ROWS = 100_000;

const CALLS = {
  ...{ base_url: 'https://amplitude.com', batch_size: 10_000, most_rows: MOST_ROWS },
  ...{ concurrency: 1, rate: '1/s', timeout: '120s' },
};

/** Schema of the options as the YAML gives them. */
export const amplitudeOptions = z.strictObject({
  api_key: z.string().min(1).describe('the project’s API key'),
  secret_key: z.string().min(1).describe('the project’s secret key'),
  app_id: z
    .number()
    .int()
    .positive()
    .describe('the number of the project')
    .meta({ examples: [123456] }),
  owner: z
    .email()
    .describe('the login of whom cohorts that are made belong to')
    .meta({ examples: ['growth@example.com'] }),
  seed_user: z
    .string()
    .min(1)
    .optional()
    .describe('a user id that Amplitude knows: a cohort is made with it, for none can be made empty')
    .meta({ examples: ['42'] }),
  ...callOptions(CALLS),
});

/** The options as the adapter uses them. */
export interface AmplitudeSettings extends CallSettings {
  readonly apiKey: string;
  readonly secretKey: string;
  readonly appId: number;
  readonly owner: string;
  readonly seedUser?: string;
}

interface Checked extends Omit<z.output<typeof amplitudeOptions>, 'api_key' | 'secret_key'> {
  readonly api_key: Secret | string;
  readonly secret_key: Secret | string;
}

/** Options -> settings; also without defaults, as they are where a reference has no value and nothing is sent. */
export function amplitudeSettings(options: Readonly<Record<string, unknown>>): AmplitudeSettings {
  const checked = options as unknown as Checked;
  return {
    ...callSettings(options, CALLS),
    apiKey: reveal(checked.api_key),
    secretKey: reveal(checked.secret_key),
    appId: checked.app_id,
    owner: checked.owner,
    ...(checked.seed_user === undefined ? {} : { seedUser: checked.seed_user }),
  };
}
