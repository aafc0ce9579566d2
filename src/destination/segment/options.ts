/** The options of `type: segment`. */
import { z } from 'zod';
import type { Secret } from '../../config/project.ts';
import { type CallSettings, callOptions, callSettings } from '../call.ts';
import { reveal } from '../options.ts';

/** Events of one call. Source: HTTP API source, "Batch". */
export const MOST_ROWS = 2_500;

const SENDS = ['identify', 'track', 'group'] as const;
const CALLS = {
  ...{ base_url: 'https://api.segment.io', batch_size: 1_000, most_rows: MOST_ROWS },
  ...{ concurrency: 4, rate: '100/s', timeout: '30s' },
};

/** Schema of the options as the YAML gives them. */
export const segmentOptions = z.strictObject({
  write_key: z.string().min(1).describe('the write key of an HTTP API source'),
  send: z
    .enum(SENDS)
    .default(SENDS[0])
    .describe(
      '`identify`: a trait of the audience’s name; `group`: the same of a group, an account say; `track`: an event for each who enters or leaves',
    ),
  ...callOptions(CALLS),
});

/** The options as the adapter uses them. */
export interface SegmentSettings extends CallSettings {
  readonly writeKey: string;
  readonly send: (typeof SENDS)[number];
}

/** Options -> settings; also without defaults, as they are where a reference has no value and nothing is sent. */
export function segmentSettings(options: Readonly<Record<string, unknown>>): SegmentSettings {
  const checked = { send: SENDS[0], ...options } as unknown as Omit<SegmentSettings, 'writeKey'> & {
    readonly write_key: Secret | string;
  };
  return {
    ...callSettings(options, CALLS),
    writeKey: reveal(checked.write_key),
    send: checked.send,
  };
}
