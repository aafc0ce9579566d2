/** PostgreSQL 14 and newer. The driver is loaded when a connection is asked for. */
import { z } from 'zod';
import { Secret } from '../../config/project.ts';
import type { Warehouse } from '../warehouse.ts';
import { dialect } from './dialect.ts';
import { layout } from './layout.ts';

const secret = z.union([z.string().min(1), z.instanceof(Secret)]);
/** The driver takes any other text for a database's name on this machine. */
const url = z.union([
  z
    .string()
    .min(1, { abort: true })
    .regex(/^postgres(ql)?:\/\//, 'expected an address that starts with postgres:// or postgresql://'),
  z.instanceof(Secret),
]);

export const options = z
  .strictObject({
    url: url.optional().meta({
      description: 'the server, with user, password and database',
      examples: [`\${env:DATABASE_URL}`],
    }),
    host: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'the server, instead of `url`', examples: ['db.example.com'] }),
    port: z
      .number()
      .int()
      .min(1)
      .max(65535)
      .optional()
      .meta({ description: 'its port, 5432 unless it says otherwise', examples: [5432] }),
    user: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'who segsync signs in as', examples: ['segsync'] }),
    password: secret
      .optional()
      .meta({ description: 'the user’s password', examples: [`\${env:DATABASE_PASSWORD}`] }),
    database: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'the database', examples: ['shop'] }),
    ssl: z
      .union([z.boolean(), z.literal('no-verify')])
      .optional()
      .meta({
        description: '`true` checks the server’s certificate; `no-verify` only encrypts',
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
      .min(2)
      .max(100)
      .optional()
      .meta({ description: 'most connections at once', examples: [8] }),
    wake: z
      .enum(['notify', 'poll'])
      .optional()
      .meta({
        description:
          'how `run --watch` hears of new rows: `notify` by triggers that `segsync doctor` names, `poll` (the default) by looking',
        examples: ['notify'],
      }),
  })
  .refine((o) => (o.url === undefined) !== (o.host === undefined), { message: 'either `url` or `host`' });

export type Options = z.infer<typeof options>;

export const warehouse: Warehouse = {
  name: 'postgres',
  title: 'PostgreSQL',
  verified: 'verified',
  dialect,
  capabilities: {
    transactions: 'yes',
    transactionalDdl: 'yes',
    temporaryDdl: 'yes',
    uniqueKeys: 'yes',
    files: 'not yet',
    lateral: 'yes',
    singleProcess: 'no',
    fullShare: 0.4,
    splitScansFrom: Number.POSITIVE_INFINITY,
    shortestCadenceSeconds: 1,
  },
  layout,
  options,
  secrets: ['url', 'password'],
  usual: { url: `\${env:DATABASE_URL}` },
  samePlace,
  async connect(request) {
    const { connect } = await import('./connect.ts');
    return connect(request, options.parse(request.options));
  },
};

/** `server/oid/name`: a role that may not ask for the server leaves that part empty, which then says nothing. */
function samePlace(one: string, other: string): boolean {
  const [server, ...database] = one.split('/');
  const [otherServer, ...otherDatabase] = other.split('/');
  const isOther = server !== '' && otherServer !== '' && server !== otherServer;
  return !isOther && database.join('/') === otherDatabase.join('/');
}
