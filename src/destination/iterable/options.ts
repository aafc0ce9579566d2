/** The options of `type: iterable`. */
import { z } from 'zod';
import type { Secret } from '../../config/project.ts';
import { type CallSettings, callOptions, callSettings } from '../call.ts';
import { reveal } from '../options.ts';

/** Subscribers a call. Unconfirmed: the figure that other senders keep to. */
export const MOST_ROWS = 1_000;

const BASES = { us: 'https://api.iterable.com', eu: 'https://api.eu.iterable.com' } as const;
const PROJECTS = ['email', 'user_id'] as const;
const CALLS = { batch_size: MOST_ROWS, concurrency: 2, rate: '5/s', timeout: '60s' };

const DEFAULTS = {
  data_center: 'us' as keyof typeof BASES,
  users_by: PROJECTS[0] as (typeof PROJECTS)[number],
  create_users: false,
};

/** Schema of the options as the YAML gives them. */
export const iterableOptions = z.strictObject({
  api_key: z.string().min(1).describe('a server-side API key of the project'),
  data_center: z.enum(['us', 'eu']).default(DEFAULTS.data_center).describe('where the project is kept'),
  users_by: z.enum(PROJECTS).default(DEFAULTS.users_by).describe('what the project knows its users by'),
  create_users: z
    .boolean()
    .default(DEFAULTS.create_users)
    .describe('whether a member whom Iterable does not know becomes a user there'),
  ...callOptions(CALLS),
  base_url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('where the API is; default: by `data_center`')
    .meta({ examples: ['https://api.iterable.com'] }),
});

/** The options as the adapter uses them. */
export interface IterableSettings extends CallSettings {
  readonly apiKey: string;
  readonly usersBy: 'email' | 'user_id';
  readonly createUsers: boolean;
}

interface Checked extends Omit<z.output<typeof iterableOptions>, 'api_key'> {
  readonly api_key: Secret | string;
}

/** Options -> settings; also without defaults, as they are where a reference has no value and nothing is sent. */
export function iterableSettings(options: Readonly<Record<string, unknown>>): IterableSettings {
  const checked = { ...DEFAULTS, ...options } as unknown as Checked;
  const base_url = checked.base_url ?? BASES[checked.data_center];
  return {
    ...callSettings({ ...checked, base_url }, CALLS),
    apiKey: reveal(checked.api_key),
    usersBy: checked.users_by,
    createUsers: checked.create_users,
  };
}
