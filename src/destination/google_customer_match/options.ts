/** The options of `type: google_customer_match`. */
import { z } from 'zod';
import { type CallSettings, callOptions, callSettings } from '../call.ts';
import { type Credentials, credentialsOf, type GivenCredentials, keyOf } from './credentials.ts';

/** Members a call. Source: Data Manager API, `IngestAudienceMembersRequest`. */
export const MOST_ROWS = 10_000;

const TOKEN_URL = 'https://oauth2.googleapis.com/token';

/** The API takes 300 requests a minute from a Cloud project; some are left to others. Source: its page on limits. */
const CALLS = {
  ...{ base_url: 'https://datamanager.googleapis.com', batch_size: MOST_ROWS },
  ...{ concurrency: 2, rate: '240/m', timeout: '120s' },
};

const DEFAULTS = {
  upload_key_type: 'CONTACT_ID' as const,
  token_url: TOKEN_URL,
  hashed: [] as readonly string[],
};

const accountNumber = z
  .string()
  .regex(/^\d{3}-?\d{3}-?\d{4}$/, 'expected the ten digits of a Google Ads account, such as `123-456-7890`');
const consent = z.enum(['CONSENT_GRANTED', 'CONSENT_DENIED']).optional();

/** Schema of the options as the YAML gives them. */
export const googleOptions = z
  .strictObject({
    account_id: accountNumber
      .describe('the Google Ads account that has the lists')
      .meta({ examples: ['123-456-7890'] }),
    login_account_id: accountNumber
      .optional()
      .describe('the manager account through which the credentials reach it')
      .meta({ examples: ['123-456-7890'] }),
    client_id: z
      .string()
      .min(1)
      .optional()
      .describe('the OAuth client, with `refresh_token`')
      .meta({ examples: [`\${env:GOOGLE_CLIENT_ID}`] }),
    client_secret: z.string().min(1).optional().describe('the OAuth client’s secret'),
    refresh_token: z
      .string()
      .min(1)
      .optional()
      .describe('a refresh token with the scope `https://www.googleapis.com/auth/datamanager`'),
    service_account: z
      .string()
      .refine((text) => keyOf(text) !== undefined, 'expected the JSON key of a service account')
      .optional()
      .describe('the JSON key of a service account, as text, instead of the three above'),
    token_url: z
      .url({ protocol: /^https?$/ })
      .default(DEFAULTS.token_url)
      .describe('where access tokens are got'),
    upload_key_type: z
      .enum(['CONTACT_ID', 'USER_ID'])
      .default(DEFAULTS.upload_key_type)
      .describe('what the lists are filled by: addresses and numbers, or your own ids'),
    customer_match_terms_of_service_status: z
      .literal('ACCEPTED')
      .describe('`ACCEPTED`: you have accepted the Customer Match terms, as is told with every upload')
      .meta({ examples: ['ACCEPTED'] }),
    ad_user_data: consent.describe(
      'the consent to send people’s data to Google, for everybody who is uploaded',
    ),
    ad_personalization: consent.describe('the consent to personalised ads, for everybody who is uploaded'),
    hashed: z
      .array(z.enum(['email', 'phone', 'first_name', 'last_name']))
      .default([...DEFAULTS.hashed] as [])
      .describe('kinds of identifiers that the warehouse holds as SHA-256 already'),
    ...callOptions(CALLS),
  })
  .refine(({ client_id, client_secret, refresh_token, service_account }) => {
    const given = [client_id, client_secret, refresh_token].filter((part) => part !== undefined).length;
    return given === (service_account === undefined ? 3 : 0);
  }, 'expected either `service_account`, or `client_id`, `client_secret` and `refresh_token`');

/** The options as the adapter uses them. */
export interface GoogleSettings extends CallSettings {
  /** Ten digits. */
  readonly account: string;
  readonly loginAccount?: string;
  readonly tokenUrl: string;
  readonly credentials: Credentials;
  readonly uploadKeyType: 'CONTACT_ID' | 'USER_ID';
  /** As the API takes it; empty where nothing is said. */
  readonly consent: Readonly<Record<string, string>>;
  /** Kinds whose values are SHA-256 already. */
  readonly hashed: ReadonlySet<string>;
}

type Checked = Omit<z.output<typeof googleOptions>, keyof GivenCredentials> & GivenCredentials;

/** Options -> settings; also without defaults, as they are where a reference has no value and nothing is sent. */
export function googleSettings(options: Readonly<Record<string, unknown>>): GoogleSettings {
  const checked = { ...DEFAULTS, ...options } as unknown as Checked;
  const { login_account_id, ad_user_data, ad_personalization } = checked;
  return {
    ...callSettings(options, CALLS),
    account: digits(checked.account_id),
    ...(login_account_id === undefined ? {} : { loginAccount: digits(login_account_id) }),
    tokenUrl: checked.token_url,
    credentials: credentialsOf(checked),
    uploadKeyType: checked.upload_key_type,
    consent: {
      ...(ad_user_data === undefined ? {} : { adUserData: ad_user_data }),
      ...(ad_personalization === undefined ? {} : { adPersonalization: ad_personalization }),
    },
    hashed: new Set(checked.hashed),
  };
}

function digits(text: string): string {
  return text.replaceAll('-', '');
}
