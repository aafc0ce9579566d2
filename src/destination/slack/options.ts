/** The options of `type: slack`. */
import { z } from 'zod';
import type { Secret } from '../../config/project.ts';
import { reveal, timeoutMs, timeoutOption } from '../options.ts';

const DEFAULTS = { include: [], gather: '3s', timeout: '30s', allow_private_address: false };

/** Where Slack's incoming webhooks are. */
const SLACK = /^https:\/\/hooks\.slack\.com\/services\/[A-Za-z0-9/_-]+$/;

/** Schema of the options as the YAML gives them. */
export const slackOptions = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/, error: 'expected the address of an incoming webhook' })
      .describe('an incoming webhook, `https://hooks.slack.com/services/...`'),
    include: z
      .array(z.string().min(1))
      .max(10)
      .default(DEFAULTS.include)
      .describe(
        'names of `fields` whose values the message lists, of those who entered: everyone in the channel reads them',
      ),
    gather: timeoutOption
      .default(DEFAULTS.gather)
      .describe('how long nothing more has to come before the message is posted'),
    timeout: timeoutOption.default(DEFAULTS.timeout).describe('how long a request may take, `1s` to `10m`'),
    allow_private_address: z
      .boolean()
      .default(DEFAULTS.allow_private_address)
      .describe('`url` is another host than Slack’s, a private one maybe: a proxy of your own'),
  })
  .superRefine(({ url, allow_private_address }, context) => {
    if (!SLACK.test(url) && !allow_private_address) {
      context.addIssue({
        code: 'custom',
        path: ['url'],
        message:
          'expected `https://hooks.slack.com/services/...`; add `allow_private_address: true` for a proxy of yours',
      });
    }
  });

/** The options as the adapter uses them. */
export interface SlackSettings {
  readonly url: string;
  readonly include: readonly string[];
  readonly gatherMs: number;
  readonly timeoutMs: number;
  readonly allowPrivateAddress: boolean;
}

interface Checked extends Omit<z.output<typeof slackOptions>, 'url'> {
  readonly url: Secret | string;
}

/** Options -> settings; also without defaults, as they are where a reference has no value and nothing is sent. */
export function slackSettings(options: Readonly<Record<string, unknown>>): SlackSettings {
  const checked = { ...DEFAULTS, ...options } as unknown as Checked;
  return {
    url: reveal(checked.url),
    include: checked.include,
    gatherMs: timeoutMs(checked.gather),
    timeoutMs: timeoutMs(checked.timeout),
    allowPrivateAddress: checked.allow_private_address,
  };
}
