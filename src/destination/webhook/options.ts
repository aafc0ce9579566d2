/** The options of `type: webhook`. */
import { z } from 'zod';
import type { Secret } from '../../config/project.ts';
import { isPrivateHost } from '../../private-address.ts';
import { type CallSettings, callOptions, callSettings } from '../call.ts';
import { reveal } from '../options.ts';
import { secretBytes } from './signature.ts';

/** Names that the request itself decides. */
const OWN_HEADERS = new Set([
  'connection',
  'content-length',
  'content-type',
  'host',
  'transfer-encoding',
  'webhook-id',
  'webhook-signature',
  'webhook-timestamp',
]);

const url = z.string().superRefine((text, context) => {
  const parsed = parseUrl(text);
  if (!parsed) context.addIssue('expected an address that starts with http:// or https://');
  else if (parsed.username || parsed.password) context.addIssue('put user and password into `headers`');
});

const secret = z
  .string()
  .refine((text) => secretBytes(text) !== undefined, 'expected `whsec_` and 24 to 64 bytes in base64');

const headers = z.record(
  z
    .string()
    .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'not a header name')
    .refine((name) => !OWN_HEADERS.has(name.toLowerCase()), 'segsync sets this header itself'),
  z.string().regex(/^[\t\x20-\x7e]*$/, 'a header holds printable ASCII only'),
);

const CALLS = { batch_size: 500, most_rows: 10_000, concurrency: 4, rate: '100/s', timeout: '30s' };

/** Schema of the options as the YAML gives them. */
export const webhookOptions = z
  .strictObject({
    url: url
      .describe('where the changes are posted')
      .meta({ examples: ['https://example.com/hooks/segsync'] }),
    secret: secret.optional().describe('signs the requests by the Standard Webhooks headers, `whsec_...`'),
    headers: headers
      .default({})
      .describe('further headers of every request')
      .meta({ examples: [{ authorization: `\${env:HOOK_AUTHORIZATION}` }] }),
    ...callOptions(CALLS),
  })
  .superRefine((options, context) => {
    const host = parseUrl(options.url)?.hostname;
    if (host && isPrivateHost(host) && !options.allow_private_address) {
      context.addIssue({
        code: 'custom',
        path: ['url'],
        message:
          'this address is loopback, link-local or private; add `allow_private_address: true` if that is meant',
      });
    }
  });

/** The options as the adapter uses them. */
export interface WebhookSettings extends CallSettings {
  readonly url: string;
  readonly secret?: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

interface Checked extends Omit<z.output<typeof webhookOptions>, 'secret' | 'headers'> {
  readonly secret?: Secret | string;
  readonly headers: Readonly<Record<string, Secret | string>>;
}

/**
 * Options -> settings. Where nothing is sent (another target's run), references without a value stand in the options
 * as they are written, without defaults: they give settings all the same, for the plan.
 */
export function webhookSettings(options: Readonly<Record<string, unknown>>): WebhookSettings {
  const checked = { headers: {}, ...options } as unknown as Checked;
  const entries = Object.entries(checked.headers).map(([name, value]) => [name.toLowerCase(), reveal(value)]);
  return {
    ...callSettings(options, CALLS),
    url: checked.url,
    secret: checked.secret === undefined ? undefined : secretBytes(reveal(checked.secret)),
    headers: Object.fromEntries(entries),
  };
}

function parseUrl(text: string): URL | undefined {
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  return parsed && /^https?:$/.test(parsed.protocol) ? parsed : undefined;
}
