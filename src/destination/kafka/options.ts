/** The options of `type: kafka`. */
import { z } from 'zod';
import type { Secret } from '../../config/project.ts';
import { reveal, timeoutMs, timeoutOption } from '../options.ts';
import { isTopic } from './records.ts';

const REMOVALS = ['record', 'tombstone'] as const;
const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

const DEFAULTS = {
  tls: false,
  removal: REMOVALS[0],
  batch_size: 1_000,
  concurrency: 2,
  timeout: '30s',
};

/** Records of one request. */
export const MOST_ROWS = 10_000;

/** Schema of the options as the YAML gives them. */
export const kafkaOptions = z
  .strictObject({
    brokers: z
      .array(z.string().regex(/^(\[[0-9a-f:]+\]|[^\s:/@[\]]+):\d{1,5}$/i, 'expected `host:port`'))
      .min(1)
      .describe('some of the brokers, each `host:port`; the others are learnt from them')
      .meta({ examples: [['broker-1.example.com:9093']] }),
    topic: z
      .string()
      .refine(isTopic, 'expected at most 249 letters, digits, `.`, `_` and `-`')
      .optional()
      .describe('one topic for all audiences; otherwise each audience’s name is its topic')
      .meta({ examples: ['audiences'] }),
    removal: z
      .enum(REMOVALS)
      .default(DEFAULTS.removal)
      .describe(
        'who leaves is told by a record with `op` `remove`, or by a tombstone (a key without a value)',
      ),
    tls: z.boolean().default(DEFAULTS.tls).describe('whether connections are encrypted'),
    ca: z
      .string()
      .min(1)
      .optional()
      .describe('certificates to trust instead of the usual ones, in PEM')
      .meta({ examples: [`\${env:KAFKA_CA}`] }),
    sasl_mechanism: z.enum(MECHANISMS).optional().describe('how the brokers ask who it is'),
    sasl_username: z
      .string()
      .min(1)
      .optional()
      .describe('the user, or an API key')
      .meta({ examples: ['segsync'] }),
    sasl_password: z.string().min(1).optional().describe('the password, or an API key’s secret'),
    batch_size: z
      .number()
      .int()
      .min(1)
      .max(MOST_ROWS)
      .default(DEFAULTS.batch_size)
      .describe('most records of one request'),
    concurrency: z
      .number()
      .int()
      .min(1)
      .max(16)
      .default(DEFAULTS.concurrency)
      .describe('requests that are in flight at once'),
    timeout: timeoutOption.default(DEFAULTS.timeout).describe('how long an answer may take'),
  })
  .superRefine((options, context) => {
    const { sasl_mechanism, sasl_username, sasl_password } = options;
    const given = [sasl_mechanism, sasl_username, sasl_password].filter((each) => each !== undefined).length;
    if (given !== 0 && given !== 3)
      context.addIssue('`sasl_mechanism`, `sasl_username` and `sasl_password` belong together');
    if (options.topic !== undefined && options.removal === 'tombstone')
      context.addIssue('a tombstone would delete a key’s records of all audiences: leave out `topic`');
    if (options.ca !== undefined && !options.tls) context.addIssue('`ca` needs `tls: true`');
  });

export interface Sasl {
  readonly mechanism: (typeof MECHANISMS)[number];
  readonly username: string;
  readonly password: string;
}

/** The options as the adapter uses them. */
export interface KafkaSettings {
  readonly brokers: readonly string[];
  readonly topic?: string;
  readonly removal: (typeof REMOVALS)[number];
  readonly tls: boolean;
  readonly ca?: string;
  readonly sasl?: Sasl;
  readonly batchRows: number;
  readonly concurrency: number;
  readonly timeoutMs: number;
}

interface Checked extends Omit<z.output<typeof kafkaOptions>, 'sasl_password'> {
  readonly sasl_password?: Secret | string;
}

/** Options -> settings; also without defaults, as they are where a reference has no value and nothing is sent. */
export function kafkaSettings(options: Readonly<Record<string, unknown>>): KafkaSettings {
  const checked = { ...DEFAULTS, ...options } as unknown as Checked;
  const { brokers, topic, removal, tls, ca, sasl_mechanism, sasl_username, sasl_password } = checked;
  return {
    ...{ brokers: [brokers].flat(), removal, tls },
    ...(topic === undefined ? {} : { topic }),
    ...(ca === undefined ? {} : { ca }),
    ...(sasl_mechanism === undefined
      ? {}
      : {
          sasl: {
            mechanism: sasl_mechanism,
            username: sasl_username ?? '',
            password: reveal(sasl_password ?? ''),
          },
        }),
    batchRows: checked.batch_size,
    concurrency: checked.concurrency,
    timeoutMs: timeoutMs(checked.timeout),
  };
}
