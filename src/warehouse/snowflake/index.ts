/** Snowflake, through its official client, which is loaded when a connection is asked for. */
import { z } from 'zod';
import { Secret } from '../../config/project.ts';
import type { Warehouse } from '../warehouse.ts';
import { dialect } from './dialect.ts';
import { layout } from './layout.ts';

const secret = z.union([z.string().min(1), z.instanceof(Secret)]);

/** Ways to sign in, one of which a target has. */
const SIGN_IN = ['password', 'private_key', 'private_key_path', 'oauth_token', 'access_token'] as const;
const WITH_USER: readonly string[] = ['password', 'private_key', 'private_key_path'];

export const options = z
  .strictObject({
    account: z
      .string()
      .min(1)
      .meta({
        description: '`organisation-account`, or the locator with its region',
        examples: ['acme-prod'],
      }),
    access_url: z
      .string()
      .regex(/^https?:\/\//, 'expected an address')
      .optional()
      .meta({
        description: 'another address of the account: a private endpoint',
        examples: ['https://acme-prod.privatelink.snowflakecomputing.com'],
      }),
    user: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'who segsync signs in as', examples: ['SEGSYNC'] }),
    password: secret
      .optional()
      .meta({ description: 'the user’s password', examples: [`\${env:SNOWFLAKE_PASSWORD}`] }),
    private_key: secret
      .optional()
      .meta({ description: 'a key pair’s private key in PEM', examples: [`\${env:SNOWFLAKE_PRIVATE_KEY}`] }),
    private_key_path: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'its file, relative to the project’s folder', examples: ['keys/segsync.p8'] }),
    private_key_passphrase: secret.optional().meta({
      description: 'what the private key is locked with',
      examples: [`\${env:SNOWFLAKE_PASSPHRASE}`],
    }),
    oauth_token: secret
      .optional()
      .meta({ description: 'a token that somebody else renews', examples: [`\${env:SNOWFLAKE_TOKEN}`] }),
    access_token: secret
      .optional()
      .meta({ description: 'a programmatic access token', examples: [`\${env:SNOWFLAKE_TOKEN}`] }),
    role: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'the role to act in', examples: ['SEGSYNC'] }),
    warehouse: z
      .string()
      .min(1)
      .meta({ description: 'what runs the statements, and is paid for', examples: ['SEGSYNC_WH'] }),
    database: z
      .string()
      .min(1)
      .meta({
        description: 'tables without a database of their own are in it, and so is the state',
        examples: ['SHOP'],
      }),
    schema: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'where temporary tables are made; `PUBLIC` if not given', examples: ['PUBLIC'] }),
    statement_timeout: z
      .number()
      .int()
      .min(1)
      .max(604_800)
      .optional()
      .meta({ description: 'longest time in seconds that one statement may take', examples: [600] }),
  })
  .refine((o) => SIGN_IN.filter((each) => o[each] !== undefined).length === 1, {
    message: `one of ${SIGN_IN.map((each) => `\`${each}\``).join(', ')}`,
  })
  .refine((o) => o.user !== undefined || !SIGN_IN.some((each) => WITH_USER.includes(each) && o[each]), {
    message: 'a `user` for the password or key',
  });

export type Options = z.infer<typeof options>;

export const warehouse: Warehouse = {
  name: 'snowflake',
  title: 'Snowflake',
  verified: 'rendered',
  dialect,
  capabilities: {
    // All or nothing over several statements and tables; each sees what was committed when it began (`dialect.ts`).
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
  secrets: ['password', 'private_key', 'private_key_passphrase', 'oauth_token', 'access_token'],
  usual: {
    account: `\${env:SNOWFLAKE_ACCOUNT}`,
    user: `\${env:SNOWFLAKE_USER}`,
    private_key_path: `\${env:SNOWFLAKE_PRIVATE_KEY_PATH}`,
    role: `\${env:SNOWFLAKE_ROLE}`,
    warehouse: `\${env:SNOWFLAKE_WAREHOUSE}`,
    database: `\${env:SNOWFLAKE_DATABASE}`,
  },
  samePlace: (one, other) => one === other,
  async connect(request) {
    const { connect } = await import('./connect.ts');
    return connect(request, options.parse(request.options));
  },
};
