/** The options of `type: hubspot`. */
import { z } from 'zod';
import type { Secret } from '../../config/project.ts';
import { type CallSettings, callOptions, callSettings } from '../call.ts';
import { reveal } from '../options.ts';

/** Contacts a call. Source: HubSpot, guide to contacts, batch endpoints. */
export const MOST_ROWS = 100;

/**
 * A batch makes two calls: one that finds or makes its contacts, one that changes the list. The smallest accounts may
 * make 100 in ten seconds, so that four batches a second leave room for others.
 */
const CALLS = {
  ...{ base_url: 'https://api.hubapi.com', batch_size: MOST_ROWS },
  ...{ concurrency: 2, rate: '4/s', timeout: '60s' },
};

const DEFAULTS = { id_property: 'email', create_contacts: false, api_version: '2026-03' };

const secret = z.string().min(1).optional();

/** Schema of the options as the YAML gives them. */
export const hubspotOptions = z
  .strictObject({
    access_token: secret.describe('the access token of a private app'),
    client_id: z
      .string()
      .min(1)
      .optional()
      .describe('of an app with OAuth, instead of `access_token`')
      .meta({ examples: [`\${env:HUBSPOT_CLIENT_ID}`] }),
    client_secret: secret.describe('of the same app'),
    refresh_token: secret.describe('what the account granted the app'),
    id_property: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,99}$/, 'expected the internal name of a property')
      .default(DEFAULTS.id_property)
      .describe('the unique property that contacts are found by'),
    create_contacts: z
      .boolean()
      .default(DEFAULTS.create_contacts)
      .describe('whether a member whom HubSpot does not know becomes a contact there'),
    api_version: z
      .string()
      .regex(/^\d{4}-\d{2}$/, 'expected a version such as `2026-03`')
      .default(DEFAULTS.api_version)
      .describe('the version of the APIs, by its date'),
    ...callOptions(CALLS),
  })
  .refine(
    (options) => grantParts(options) === (options.access_token === undefined ? 3 : 0),
    'expected `access_token`, or else `client_id`, `client_secret` and `refresh_token`',
  );

function grantParts(options: Readonly<Record<string, unknown>>): number {
  const parts = [options.client_id, options.client_secret, options.refresh_token];
  return parts.filter((part) => part !== undefined).length;
}

/** The options as the adapter uses them. */
export interface HubspotSettings extends CallSettings {
  /** Given, or else there is a grant. */
  readonly accessToken?: string;
  readonly grant?: {
    readonly clientId: string;
    readonly clientSecret: string;
    readonly refreshToken: string;
  };
  readonly idProperty: string;
  readonly createContacts: boolean;
  /** `2026-03`. */
  readonly version: string;
}

type Text = Secret | string;
interface Checked {
  readonly access_token?: Text;
  readonly client_id?: Text;
  readonly client_secret?: Text;
  readonly refresh_token?: Text;
  readonly id_property: string;
  readonly create_contacts: boolean;
  readonly api_version: string;
}

/** Options -> settings; also without defaults, as they are where a reference has no value and nothing is sent. */
export function hubspotSettings(options: Readonly<Record<string, unknown>>): HubspotSettings {
  const checked = { ...DEFAULTS, ...options } as unknown as Checked;
  const { access_token, client_id = '', client_secret = '', refresh_token = '' } = checked;
  const grant = {
    clientId: reveal(client_id),
    clientSecret: reveal(client_secret),
    refreshToken: reveal(refresh_token),
  };
  return {
    ...callSettings(options, CALLS),
    ...(access_token === undefined ? { grant } : { accessToken: reveal(access_token) }),
    idProperty: checked.id_property,
    createContacts: checked.create_contacts,
    version: checked.api_version,
  };
}
