/** Databricks, through its official client, which is loaded when a connection is asked for. */
import { z } from 'zod';
import { Secret } from '../../config/project.ts';
import type { Warehouse } from '../warehouse.ts';
import { dialect } from './dialect.ts';
import { layout } from './layout.ts';

const secret = z.union([z.string().min(1), z.instanceof(Secret)]);

export const options = z
  .strictObject({
    /** The workspace's host, without `https://`. */
    host: z.string().regex(/^[^/\s:]+$/, 'expected a host, such as `adb-1234.5.azuredatabricks.net`'),
    port: z.number().int().min(1).max(65_535).optional(),
    /** Of a SQL warehouse: others have no transactions over several statements. */
    http_path: z
      .string()
      .regex(/^\/?sql\/1\.0\/(warehouses|endpoints)\//, 'expected `/sql/1.0/warehouses/…`'),
    /** A personal access token, or any other that somebody renews. */
    access_token: secret.optional(),
    /** A service principal, for which tokens are got with its secret. */
    client_id: z.string().min(1).optional(),
    client_secret: secret.optional(),
    /** The service principal is Microsoft Entra's, of this tenant; otherwise it is Databricks' own. */
    azure_tenant_id: z.string().min(1).optional(),
    /** Tables without a catalog of their own are in it, and so is the state. */
    catalog: z.string().min(1),
    /** Tables without a schema are in it. */
    schema: z.string().min(1).optional(),
    /** Where tables are made for the time of a transaction: the state's schema, mostly. */
    scratch_schema: z.string().min(1).default('segsync'),
    /** Certificates to trust beside the usual ones, in PEM: a proxy's. */
    ca: z.string().min(1).optional(),
    /** Statements carry their label as query tags, too. */
    query_tags: z.boolean().default(true),
    /** Longest time in seconds that one statement may take. */
    statement_timeout: z.number().int().min(1).max(172_800).optional(),
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
  samePlace: (one, other) => one === other,
  async connect(request) {
    const { connect } = await import('./connect.ts');
    return connect(request, options.parse(request.options));
  },
};
