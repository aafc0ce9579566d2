/** The options of `type: mixpanel`. */
import { z } from 'zod';
import type { Secret } from '../../config/project.ts';
import { type CallSettings, callOptions, callSettings } from '../call.ts';
import { reveal } from '../options.ts';

/** Profile updates of one call, and events. Source: User Profiles API, "Limits"; `import-events`. */
export const MOST_ROWS = 2_000;

/** Of events, 30,000 a second are allowed; of profile updates no figure is published. */
const CALLS = { batch_size: MOST_ROWS, concurrency: 4, rate: '10/s', timeout: '60s' };

/** Source: ingestion.openapi.yaml, `servers`. */
const BASES = {
  us: 'https://api.mixpanel.com',
  eu: 'https://api-eu.mixpanel.com',
  in: 'https://api-in.mixpanel.com',
} as const;

const DEFAULTS = { region: 'us' as keyof typeof BASES };

/** Schema of the options as the YAML gives them. */
export const mixpanelOptions = z
  .strictObject({
    project_token: z.string().min(1).describe('the token of the project'),
    region: z.enum(['us', 'eu', 'in']).default(DEFAULTS.region).describe('where the project is kept'),
    project_id: z
      .string()
      .regex(/^\d+$/, 'expected the number of the project, in quotes')
      .optional()
      .describe('the number of the project, for `mode: on_enter`')
      .meta({ examples: ['1234567'] }),
    service_account_username: z
      .string()
      .min(1)
      .optional()
      .describe('a service account that may import events, for `mode: on_enter`')
      .meta({ examples: ['segsync.abc123.mp-service-account'] }),
    service_account_secret: z.string().min(1).optional().describe('its secret'),
    ...callOptions(CALLS),
    base_url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('where the API is; default: by `region`')
      .meta({ examples: ['https://api-eu.mixpanel.com'] }),
  })
  .refine(({ project_id, service_account_username, service_account_secret }) => {
    const given = [project_id, service_account_username, service_account_secret];
    return new Set(given.map((value) => value === undefined)).size === 1;
  }, 'events need `project_id`, `service_account_username` and `service_account_secret`');

/** Who imports events, and into which project. */
export interface ServiceAccount {
  readonly projectId: string;
  readonly username: string;
  readonly secret: string;
}

/** The options as the adapter uses them. */
export interface MixpanelSettings extends CallSettings {
  readonly token: string;
  readonly account?: ServiceAccount;
}

interface Checked extends Omit<z.output<typeof mixpanelOptions>, 'project_token' | 'service_account_secret'> {
  readonly project_token: Secret | string;
  readonly service_account_secret?: Secret | string;
}

/** Options -> settings; also without defaults, as they are where a reference has no value and nothing is sent. */
export function mixpanelSettings(options: Readonly<Record<string, unknown>>): MixpanelSettings {
  const checked = { ...DEFAULTS, ...options } as unknown as Checked;
  const { project_id: projectId, service_account_username: username, service_account_secret } = checked;
  const isWhole = projectId !== undefined && username !== undefined && service_account_secret !== undefined;
  return {
    ...callSettings({ ...checked, base_url: checked.base_url ?? BASES[checked.region] }, CALLS),
    token: reveal(checked.project_token),
    ...(isWhole ? { account: { projectId, username, secret: reveal(service_account_secret) } } : {}),
  };
}
