/** Amazon Redshift, through the driver of PostgreSQL's protocol, which is loaded when a connection is asked for. */
import { z } from 'zod';
import { Secret } from '../../config/project.ts';
import type { Warehouse } from '../warehouse.ts';
import { dialect } from './dialect.ts';
import { layout } from './layout.ts';

const secret = z.union([z.string().min(1), z.instanceof(Secret)]);
const url = z.union([
  z
    .string()
    .min(1, { abort: true })
    .regex(/^redshift:\/\//, 'expected an address that starts with redshift://'),
  z.instanceof(Secret),
]);

export const options = z
  .strictObject({
    url: url.optional().meta({
      description: 'the cluster, with user, password and database',
      examples: [`\${env:REDSHIFT_URL}`],
    }),
    host: z
      .string()
      .min(1)
      .optional()
      .meta({
        description: 'the cluster, instead of `url`',
        examples: ['acme.abc.eu-central-1.redshift.amazonaws.com'],
      }),
    port: z
      .number()
      .int()
      .min(1)
      .max(65535)
      .optional()
      .meta({ description: 'its port, 5439 unless it says otherwise', examples: [5439] }),
    user: z
      .string()
      .min(1)
      .optional()
      .meta({
        description:
          'who segsync signs in as; of temporary credentials as it came, with `IAM:` or `IAMR:` before the name',
        examples: ['segsync'],
      }),
    password: secret
      .optional()
      .meta({ description: 'the user’s password', examples: [`\${env:REDSHIFT_PASSWORD}`] }),
    database: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'the database', examples: ['shop'] }),
    ssl: z
      .union([z.boolean(), z.literal('no-verify')])
      .optional()
      .meta({
        description:
          'on unless it says otherwise; `true` checks the server’s certificate, `no-verify` only encrypts',
        examples: [true],
      }),
    statement_timeout: z
      .number()
      .int()
      .min(1)
      .optional()
      .meta({ description: 'longest time in seconds that one statement may take', examples: [600] }),
    pool: z
      .number()
      .int()
      .min(3)
      .max(100)
      .optional()
      .meta({ description: 'most connections at once', examples: [8] }),
  })
  .refine((o) => (o.url === undefined) !== (o.host === undefined), { message: 'either `url` or `host`' });

export type Options = z.infer<typeof options>;

export const warehouse: Warehouse = {
  name: 'redshift',
  title: 'Amazon Redshift',
  verified: 'rendered',
  dialect,
  capabilities: {
    transactions: 'yes',
    transactionalDdl: 'yes',
    temporaryDdl: 'yes',
    uniqueKeys: 'no',
    files: 'no',
    lateral: 'no',
    singleProcess: 'no',
    fullShare: 0.2,
    splitScansFrom: 20,
    // A commit takes its turn among all commits of the cluster, and a statement of a new form is compiled first.
    shortestCadenceSeconds: 60,
  },
  layout,
  options,
  secrets: ['url', 'password'],
  usual: { url: `\${env:REDSHIFT_URL}` },
  samePlace,
  async connect(request) {
    const { connect } = await import('./connect.ts');
    return connect(request, options.parse(request.options));
  },
};

/** `namespace/database`: where the namespace could not be learned, that part is empty, and says nothing. */
function samePlace(one: string, other: string): boolean {
  const [namespace, ...database] = one.split('/');
  const [otherNamespace, ...otherDatabase] = other.split('/');
  const isOther = namespace !== '' && otherNamespace !== '' && namespace !== otherNamespace;
  return !isOther && database.join('/') === otherDatabase.join('/');
}
