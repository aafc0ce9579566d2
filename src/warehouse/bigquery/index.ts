/** Google BigQuery, through its official client, which is loaded when a connection is asked for. */
import { z } from 'zod';
import { Secret } from '../../config/project.ts';
import type { Warehouse } from '../warehouse.ts';
import { dialect } from './dialect.ts';
import { layout } from './layout.ts';

const secret = z.union([z.string().min(1), z.instanceof(Secret)]);

export const options = z
  .strictObject({
    project: z
      .string()
      .min(1)
      .meta({
        description:
          'the project that runs and pays for the statements; tables without a project of their own are in it',
        examples: ['acme-analytics'],
      }),
    location: z
      .string()
      .min(1)
      .meta({ description: 'where the datasets are', examples: ['EU'] }),
    key_file: z
      .string()
      .min(1)
      .optional()
      .meta({
        description: 'a service account’s key file, relative to the project’s folder',
        examples: ['keys/segsync.json'],
      }),
    credentials: secret.optional().meta({
      description: 'the same as one text of JSON; also a workload identity’s configuration',
      examples: [`\${env:GOOGLE_CREDENTIALS}`],
    }),
    access_token: secret
      .optional()
      .meta({ description: 'a token that somebody else renews', examples: [`\${env:GOOGLE_TOKEN}`] }),
    impersonate: z
      .string()
      .min(1)
      .optional()
      .meta({
        description: 'act as this service account',
        examples: ['segsync@acme.iam.gserviceaccount.com'],
      }),
    max_bytes_billed: z
      .number()
      .int()
      .min(1)
      .optional()
      .meta({
        description: 'a statement that would bill more bytes than this fails before it runs',
        examples: [100000000000],
      }),
    statement_timeout: z
      .number()
      .int()
      .min(1)
      .optional()
      .meta({ description: 'longest time in seconds that one statement may take', examples: [600] }),
    endpoint: z
      .string()
      .regex(/^https?:\/\//, 'expected an address')
      .optional()
      .meta({
        description: 'another address of the API: a private endpoint',
        examples: ['https://bigquery.example.com'],
      }),
  })
  .refine(
    (o) => [o.key_file, o.credentials, o.access_token].filter((each) => each !== undefined).length <= 1,
    {
      message:
        'one of `key_file`, `credentials` and `access_token`; without any, the application default credentials',
    },
  );

export type Options = z.infer<typeof options>;

export const warehouse: Warehouse = {
  name: 'bigquery',
  title: 'BigQuery',
  verified: 'analysed',
  dialect,
  capabilities: {
    transactions: 'yes',
    transactionalDdl: 'no',
    temporaryDdl: 'yes',
    uniqueKeys: 'no',
    slicedState: 'yes',
    changeFeed: { isLate: true, comesFirst: true },
    files: 'no',
    lateral: 'no',
    singleProcess: 'no',
    fullShare: 0.4,
    // Bytes are billed for each scan: one of a table is least.
    splitScansFrom: Number.POSITIVE_INFINITY,
    shortestCadenceSeconds: 60,
  },
  layout,
  options,
  secrets: ['credentials', 'access_token'],
  usual: { project: `\${env:BIGQUERY_PROJECT}`, location: `\${env:BIGQUERY_LOCATION:-EU}` },
  samePlace: (one, other) => one === other,
  async connect(request) {
    const { connect } = await import('./connect.ts');
    return connect(request, options.parse(request.options));
  },
};
