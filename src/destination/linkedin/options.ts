/** The options of `type: linkedin`. */
import { z } from 'zod';
import type { Secret } from '../../config/project.ts';
import { type CallSettings, callOptions, callSettings } from '../call.ts';
import { reveal } from '../options.ts';

/** Elements a call. Unconfirmed: the figure that other senders keep to. */
export const MOST_ROWS = 5_000;

/** Limits are by minute and by day, and not published any more: this is half of what was, by minute. */
const CALLS = {
  ...{ base_url: 'https://api.linkedin.com', batch_size: MOST_ROWS },
  ...{ concurrency: 2, rate: '300/m', timeout: '60s' },
};

const DEFAULTS = {
  token_url: 'https://www.linkedin.com/oauth/v2/accessToken',
  linkedin_version: '202608',
  hashed: [] as readonly string[],
};

/** Schema of the options as the YAML gives them. */
export const linkedinOptions = z
  .strictObject({
    account_id: z
      .string()
      .regex(/^(urn:li:sponsoredAccount:)?\d{1,19}$/, 'expected the number of an ad account, or its URN')
      .describe('the ad account that has the segments')
      .meta({ examples: ['512345678'] }),
    access_token: z
      .string()
      .min(1)
      .optional()
      .describe('a token with `rw_dmp_segments`; it ends after 60 days'),
    client_id: z
      .string()
      .min(1)
      .optional()
      .describe('the application, with `refresh_token`')
      .meta({ examples: [`\${env:LINKEDIN_CLIENT_ID}`] }),
    client_secret: z.string().min(1).optional().describe('the application’s secret'),
    refresh_token: z
      .string()
      .min(1)
      .optional()
      .describe('gets access tokens for a year, instead of `access_token`'),
    token_url: z
      .url({ protocol: /^https?$/ })
      .default(DEFAULTS.token_url)
      .describe('where access tokens are got'),
    source_platform: z
      .string()
      .regex(/^[A-Z][A-Z0-9_]{0,99}$/, 'expected a name in capitals, as LinkedIn gave it to you')
      .describe('the name that LinkedIn gave your platform when it approved the application')
      .meta({ examples: ['ACME'] }),
    linkedin_version: z
      .string()
      .regex(/^20\d{2}(0[1-9]|1[0-2])$/, 'expected a version such as `202608`')
      .default(DEFAULTS.linkedin_version)
      .describe('the version of the API; each ends after about a year'),
    hashed: z
      .array(z.enum(['email']))
      .default([...DEFAULTS.hashed] as [])
      .describe('kinds of identifiers that the warehouse holds as SHA-256 already'),
    ...callOptions(CALLS),
  })
  .refine(({ access_token, client_id, client_secret, refresh_token }) => {
    const given = [client_id, client_secret, refresh_token].filter((part) => part !== undefined).length;
    return given === (access_token === undefined ? 3 : 0);
  }, 'expected either `access_token`, or `client_id`, `client_secret` and `refresh_token`');

/** The options as the adapter uses them. */
export interface LinkedinSettings extends CallSettings {
  /** `urn:li:sponsoredAccount:123`. */
  readonly account: string;
  readonly credentials: Credentials;
  readonly tokenUrl: string;
  readonly sourcePlatform: string;
  readonly version: string;
  /** Kinds whose values are SHA-256 already. */
  readonly hashed: ReadonlySet<string>;
}

export type Credentials =
  | { readonly accessToken: string }
  | { readonly clientId: string; readonly clientSecret: string; readonly refreshToken: string };

type Secrets = 'access_token' | 'client_secret' | 'refresh_token';
type Checked = Omit<z.output<typeof linkedinOptions>, Secrets> & Partial<Record<Secrets, Secret | string>>;

/** Options -> settings; also without defaults, as they are where a reference has no value and nothing is sent. */
export function linkedinSettings(options: Readonly<Record<string, unknown>>): LinkedinSettings {
  const checked = { ...DEFAULTS, ...options } as unknown as Checked;
  return {
    ...callSettings(options, CALLS),
    account: `urn:li:sponsoredAccount:${checked.account_id.replace(/^urn:li:sponsoredAccount:/, '')}`,
    credentials: credentialsOf(checked),
    tokenUrl: checked.token_url,
    sourcePlatform: checked.source_platform,
    version: checked.linkedin_version,
    hashed: new Set(checked.hashed),
  };
}

function credentialsOf({ access_token, client_id, client_secret, refresh_token }: Checked): Credentials {
  if (access_token !== undefined) return { accessToken: reveal(access_token) };
  return {
    clientId: client_id ?? '',
    clientSecret: reveal(client_secret ?? ''),
    refreshToken: reveal(refresh_token ?? ''),
  };
}
