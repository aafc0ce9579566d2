/** Databricks, through its official client, which is loaded when a connection is asked for. */
import { z } from 'zod';
import { Secret } from '../../config/project.ts';
import type { Warehouse } from '../warehouse.ts';
import { dialect } from './dialect.ts';
import { layout } from './layout.ts';

const secret = z.union([z.string().min(1), z.instanceof(Secret)]);

export const options = z
  .strictObject({
    host: z
      .string()
      .regex(/^[^/\s:]+$/, 'expected a host, such as `adb-1234.5.azuredatabricks.net`')
      .meta({
        description: 'the workspace’s host, without `https://`',
        examples: ['adb-1234.5.azuredatabricks.net'],
      }),
    port: z
      .number()
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .meta({ description: 'its port, 443 unless it says otherwise', examples: [443] }),
    http_path: z
      .string()
      .regex(/^\/?sql\/1\.0\/(warehouses|endpoints)\//, 'expected `/sql/1.0/warehouses/…`')
      .meta({
        description: 'of a SQL warehouse: others have no transactions over several statements',
        examples: ['/sql/1.0/warehouses/abc123'],
      }),
    access_token: secret.optional().meta({
      description: 'a personal access token, or any other that somebody renews',
      examples: [`\${env:DATABRICKS_TOKEN}`],
    }),
    client_id: z
      .string()
      .min(1)
      .optional()
      .meta({
        description: 'a service principal, for which tokens are got with its secret',
        examples: ['00000000-0000-0000-0000-000000000000'],
      }),
    client_secret: secret.optional().meta({
      description: 'the service principal’s secret',
      examples: [`\${env:DATABRICKS_CLIENT_SECRET}`],
    }),
    azure_tenant_id: z
      .string()
      .min(1)
      .optional()
      .meta({
        description:
          'the service principal is Microsoft Entra’s, of this tenant; otherwise it is Databricks’ own',
        examples: ['00000000-0000-0000-0000-000000000000'],
      }),
    catalog: z
      .string()
      .min(1)
      .meta({
        description: 'tables without a catalog of their own are in it, and so is the state',
        examples: ['main'],
      }),
    schema: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'tables without a schema are in it', examples: ['shop'] }),
    scratch_schema: z
      .string()
      .min(1)
      .default('segsync')
      .describe('where tables are made for the time of a transaction: the state’s schema, mostly'),
    ca: z
      .string()
      .min(1)
      .optional()
      .meta({
        description: 'certificates to trust beside the usual ones, in PEM: a proxy’s',
        examples: [`\${env:PROXY_CA}`],
      }),
    query_tags: z.boolean().default(true).describe('statements carry their label as query tags, too'),
    statement_timeout: z
      .number()
      .int()
      .min(1)
      .max(172_800)
      .optional()
      .meta({ description: 'longest time in seconds that one statement may take', examples: [600] }),
  })
  .refine((o) => (o.access_token === undefined) !== (o.client_id === undefined), {
    message: 'either `access_token`, or `client_id` and `client_secret`',
  })
  .refine((o) => (o.client_id === undefined) === (o.client_secret === undefined), {
    message: '`client_id` and `client_secret` together',
  })
  .refine((o) => o.azure_tenant_id === undefined || o.client_id !== undefined, {
    message: '`azure_tenant_id` with `client_id` only',
  });

export type Options = z.infer<typeof options>;

export const warehouse: Warehouse = {
  name: 'databricks',
  title: 'Databricks',
  verified: 'rendered',
  dialect,
  capabilities: {
    // On SQL warehouses, over tables whose commits the catalog coordinates (`layout.ts`); asked for at every connection.
    transactions: 'yes',
    transactionalDdl: 'no',
    temporaryDdl: 'no',
    uniqueKeys: 'no',
    changeFeed: { isLate: false, comesFirst: false },
    files: 'no',
    lateral: 'no',
    singleProcess: 'no',
    fullShare: 0.4,
    splitScansFrom: Number.POSITIVE_INFINITY,
    shortestCadenceSeconds: 60,
  },
  layout,
  options,
  secrets: ['access_token', 'client_secret'],
  usual: {
    host: `\${env:DATABRICKS_HOST}`,
    http_path: `\${env:DATABRICKS_HTTP_PATH}`,
    access_token: `\${env:DATABRICKS_TOKEN}`,
    catalog: `\${env:DATABRICKS_CATALOG}`,
  },
  samePlace: (one, other) => one === other,
  async connect(request) {
    const { connect } = await import('./connect.ts');
    return connect(request, options.parse(request.options));
  },
};
