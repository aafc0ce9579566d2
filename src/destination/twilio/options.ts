/** The options of `type: twilio`. */
import { z } from 'zod';
import type { Secret } from '../../config/project.ts';
import { type CallSettings, callOptions, callSettings } from '../call.ts';
import { reveal } from '../options.ts';

/** Consents a call. Source: Bulk Upsert Consents. */
export const MOST_ROWS = 25;

/** Twilio takes 100 calls a minute. Source: Bulk Upsert Consents, rate limits. */
const CALLS = {
  ...{ base_url: 'https://accounts.twilio.com', batch_size: MOST_ROWS },
  ...{ concurrency: 2, rate: '80/m', timeout: '30s' },
};

const SOURCES = ['website', 'offline', 'opt-in-message', 'opt-out-message', 'others'] as const;
const DEFAULTS = { source: 'others' as (typeof SOURCES)[number] };

const sid = (prefix: string) =>
  z
    .string()
    .regex(new RegExp(`^${prefix}[0-9a-fA-F]{32}$`), `expected a SID, which begins with \`${prefix}\``);

/** Schema of the options as the YAML gives them. */
export const twilioOptions = z
  .strictObject({
    account_sid: sid('AC')
      .optional()
      .describe('the account’s SID, with `auth_token`')
      .meta({ examples: ['AC00000000000000000000000000000000'] }),
    auth_token: z.string().min(1).optional().describe('the account’s token'),
    api_key_sid: sid('SK')
      .optional()
      .describe('the SID of an API key, instead of the account’s')
      .meta({ examples: ['SK00000000000000000000000000000000'] }),
    api_key_secret: z.string().min(1).optional().describe('the secret of that key'),
    sender_id: z
      .string()
      .regex(
        /^(MG[0-9a-fA-F]{32}|\+\d{7,15}|\d{3,8})$/,
        'expected the SID of a messaging service, or a number',
      )
      .describe('the messaging service, or the number, whose messages people are opted out of')
      .meta({ examples: ['MG00000000000000000000000000000000'] }),
    source: z.enum(SOURCES).default(DEFAULTS.source).describe('how the opt-outs were collected'),
    ...callOptions(CALLS),
  })
  .refine(
    ({ account_sid, auth_token, api_key_sid, api_key_secret }) =>
      isPair(account_sid, auth_token) !== isPair(api_key_sid, api_key_secret) &&
      (account_sid === undefined) === (auth_token === undefined) &&
      (api_key_sid === undefined) === (api_key_secret === undefined),
    'expected `account_sid` and `auth_token`, or else `api_key_sid` and `api_key_secret`',
  );

function isPair(name: unknown, secret: unknown): boolean {
  return name !== undefined && secret !== undefined;
}

/** The options as the adapter uses them. */
export interface TwilioSettings extends CallSettings {
  readonly username: string;
  readonly password: string;
  readonly senderId: string;
  readonly source: string;
}

type Text = Secret | string;
interface Checked {
  readonly account_sid?: string;
  readonly auth_token?: Text;
  readonly api_key_sid?: string;
  readonly api_key_secret?: Text;
  readonly sender_id: string;
  readonly source: string;
}

/** Options -> settings; also without defaults, as they are where a reference has no value and nothing is sent. */
export function twilioSettings(options: Readonly<Record<string, unknown>>): TwilioSettings {
  const checked = { ...DEFAULTS, ...options } as unknown as Checked;
  const { account_sid, auth_token, api_key_sid, api_key_secret } = checked;
  return {
    ...callSettings(options, CALLS),
    username: api_key_sid ?? account_sid ?? '',
    password: reveal(api_key_secret ?? auth_token ?? ''),
    senderId: checked.sender_id,
    source: checked.source,
  };
}
