/** The options of `type: sendgrid`. */
import { z } from 'zod';
import type { Secret } from '../../config/project.ts';
import { type CallSettings, callOptions, callSettings } from '../call.ts';
import { reveal } from '../options.ts';
import { IDENTIFIER_TYPES, type IdentifierType } from './contacts.ts';

/** Contacts of one upsert. Source: `tsg_mc_contacts_v3`, `PutMarketingContacts`. */
export const MOST_ROWS = 30_000;

const BASES = { global: 'https://api.sendgrid.com', eu: 'https://api.eu.sendgrid.com' } as const;

/** The rate is unconfirmed: SendGrid publishes none for these calls. */
const CALLS = { batch_size: 2_000, most_rows: MOST_ROWS, concurrency: 2, rate: '1/s', timeout: '60s' };

const DEFAULTS = {
  region: 'global' as keyof typeof BASES,
  identifier_type: IDENTIFIER_TYPES[0] as IdentifierType,
};

/** Schema of the options as the YAML gives them. */
export const sendgridOptions = z.strictObject({
  api_key: z.string().min(1).describe('an API key with full access to Marketing'),
  region: z.enum(['global', 'eu']).default(DEFAULTS.region).describe('where the account is kept'),
  identifier_type: z
    .enum(IDENTIFIER_TYPES)
    .default(DEFAULTS.identifier_type)
    .describe('what contacts are found by and made with'),
  ...callOptions(CALLS),
  base_url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('where the API is; default: by `region`')
    .meta({ examples: ['https://api.sendgrid.com'] }),
});

/** The options as the adapter uses them. */
export interface SendgridSettings extends CallSettings {
  readonly apiKey: string;
  readonly identifierType: IdentifierType;
}

interface Checked extends Omit<z.output<typeof sendgridOptions>, 'api_key'> {
  readonly api_key: Secret | string;
}

/** Options -> settings; also without defaults, as they are where a reference has no value and nothing is sent. */
export function sendgridSettings(options: Readonly<Record<string, unknown>>): SendgridSettings {
  const checked = { ...DEFAULTS, ...options } as unknown as Checked;
  const base_url = checked.base_url ?? BASES[checked.region];
  return {
    ...callSettings({ ...checked, base_url }, CALLS),
    apiKey: reveal(checked.api_key),
    identifierType: checked.identifier_type,
  };
}
