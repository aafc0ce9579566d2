/** The options of `type: mailchimp`. */
import { z } from 'zod';
import type { Secret } from '../../config/project.ts';
import { type CallSettings, callOptions, callSettings } from '../call.ts';
import { reveal } from '../options.ts';

/** Members a call. Source: Mailchimp Marketing API, `lists` batch; of segments, its own words when it is too many. */
export const MOST_ROWS = 500;

/** Ten connections at once are allowed for all programs of a user; a batch makes one call, two with `status_if_new`. */
const CALLS = { batch_size: MOST_ROWS, concurrency: 4, rate: '5/s', timeout: '120s' };

const STATUSES = ['subscribed', 'pending', 'unsubscribed', 'transactional'] as const;

/** Schema of the options as the YAML gives them. */
export const mailchimpOptions = z.strictObject({
  api_key: z
    .string()
    .regex(/-[a-z]{2,3}\d{1,3}$/, 'expected an API key, which ends with its data centre, such as `-us6`')
    .describe('an API key'),
  list_id: z
    .string()
    .regex(/^[A-Za-z0-9]{1,40}$/, 'expected an audience’s id, such as `a1b2c3d4e5`')
    .describe('the audience (list) whose contacts are tagged')
    .meta({ examples: ['a1b2c3d4e5'] }),
  status_if_new: z
    .enum(STATUSES)
    .optional()
    .describe('how a member whom the audience does not know joins it; nobody does unless this is set'),
  ...callOptions(CALLS),
  base_url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('where the API is; default: by the key’s data centre')
    .meta({ examples: ['https://us6.api.mailchimp.com'] }),
});

/** The options as the adapter uses them. */
export interface MailchimpSettings extends CallSettings {
  readonly apiKey: string;
  readonly listId: string;
  readonly statusIfNew?: string;
}

interface Checked extends Omit<z.output<typeof mailchimpOptions>, 'api_key'> {
  readonly api_key: Secret | string;
}

/** Options -> settings; also without defaults, as they are where a reference has no value and nothing is sent. */
export function mailchimpSettings(options: Readonly<Record<string, unknown>>): MailchimpSettings {
  const checked = options as unknown as Checked;
  const apiKey = reveal(checked.api_key);
  const dataCentre = /-([a-z]{2,3}\d{1,3})$/.exec(apiKey)?.[1] ?? 'us1';
  const base_url = checked.base_url ?? `https://${dataCentre}.api.mailchimp.com/3.0`;
  return {
    ...callSettings({ ...checked, base_url }, CALLS),
    apiKey,
    listId: checked.list_id,
    ...(checked.status_if_new === undefined ? {} : { statusIfNew: checked.status_if_new }),
  };
}
