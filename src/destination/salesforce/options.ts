/** The options of `type: salesforce`. */
import { z } from 'zod';
import type { Secret } from '../../config/project.ts';
import { type CallSettings, callOptions, callSettings } from '../call.ts';
import { reveal } from '../options.ts';

/** Records of one call. Source: REST API, sObject Collections. */
export const MOST_ROWS = 200;

const CALLS = { batch_size: MOST_ROWS, concurrency: 2, rate: '10/s', timeout: '60s' };
const DEFAULTS = {
  ...{ object: 'Contact', api_version: 'v60.0', create_records: false },
  event_id_field: 'Event_Id__c',
};

const apiName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,79}$/, 'expected an API name, such as `Customer_Id__c`');

/** Schema of the options as the YAML gives them. */
export const salesforceOptions = z.strictObject({
  instance_url: z
    .url({ protocol: /^https?$/ })
    .describe('your own domain, such as `https://acme.my.salesforce.com`')
    .meta({ examples: ['https://acme.my.salesforce.com'] }),
  client_id: z.string().min(1).describe('the consumer key of a connected app'),
  client_secret: z.string().min(1).describe('its consumer secret'),
  refresh_token: z
    .string()
    .min(1)
    .optional()
    .describe('of a user who let the app in; without it the app acts for itself (client credentials)'),
  object: apiName.default(DEFAULTS.object).describe('the object whose records are members'),
  external_id_field: apiName
    .describe('its field that holds the identifier of kind `external_id`')
    .meta({ examples: ['Customer_Id__c'] }),
  create_records: z
    .boolean()
    .default(DEFAULTS.create_records)
    .describe('whether a member without a record gets one, with the fields of the sync'),
  event_id_field: apiName
    .default(DEFAULTS.event_id_field)
    .describe('for `mode: on_enter`, the field of the events’ object that holds an event’s own id'),
  event_time_field: apiName
    .optional()
    .describe('for `mode: on_enter`, the field of the events’ object that holds when it happened')
    .meta({ examples: ['Happened_At__c'] }),
  api_version: z
    .string()
    .regex(/^v\d{2,3}\.0$/, 'expected a version such as `v60.0`')
    .default(DEFAULTS.api_version)
    .describe('the version of the REST API'),
  ...callOptions(CALLS),
});

/** The options as the adapter uses them. */
export interface SalesforceSettings extends CallSettings {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken?: string;
  readonly object: string;
  readonly externalIdField: string;
  readonly createRecords: boolean;
  readonly eventIdField: string;
  readonly eventTimeField?: string;
  /** Below `base`. */
  readonly root: string;
}

type Hidden = 'client_id' | 'client_secret' | 'refresh_token';

interface Checked extends Omit<z.output<typeof salesforceOptions>, Hidden> {
  readonly client_id: Secret | string;
  readonly client_secret: Secret | string;
  readonly refresh_token?: Secret | string;
}

/** Options -> settings; also without defaults, as they are where a reference has no value and nothing is sent. */
export function salesforceSettings(options: Readonly<Record<string, unknown>>): SalesforceSettings {
  const checked = { ...DEFAULTS, ...options } as unknown as Checked;
  return {
    ...callSettings({ ...options, base_url: checked.instance_url }, CALLS),
    clientId: reveal(checked.client_id),
    clientSecret: reveal(checked.client_secret),
    ...(checked.refresh_token === undefined ? {} : { refreshToken: reveal(checked.refresh_token) }),
    object: checked.object,
    externalIdField: checked.external_id_field,
    createRecords: checked.create_records,
    eventIdField: checked.event_id_field,
    ...(checked.event_time_field === undefined ? {} : { eventTimeField: checked.event_time_field }),
    root: `/services/data/${checked.api_version}`,
  };
}
