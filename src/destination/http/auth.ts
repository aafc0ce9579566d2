/** How calls say who they are from. */
import { z } from 'zod';
import type { World } from '../../world.ts';
import type { Api, ApiRequest } from '../api.ts';
import type { CallSettings } from '../call.ts';
import { authorized, clientTokens, fixedToken, refreshedTokens, type Tokens } from '../tokens.ts';

const KINDS = ['none', 'bearer', 'basic', 'header', 'query', 'refresh_token', 'client_credentials'] as const;

export interface Auth {
  readonly kind: (typeof KINDS)[number];
  /** The header or the query's parameter. */
  readonly name?: string | undefined;
  readonly tokenUrl?: string | undefined;
}

/** What each kind needs of `credentials`. */
export const NEEDS: Readonly<Record<Auth['kind'], readonly (keyof Credentials)[]>> = {
  none: [],
  bearer: ['token'],
  basic: ['username'],
  header: ['token'],
  query: ['token'],
  refresh_token: ['client_id', 'client_secret', 'refresh_token'],
  client_credentials: ['client_id', 'client_secret'],
};

const credentials = z.strictObject({
  token: z.string().min(1).optional(),
  username: z.string().min(1).optional(),
  password: z.string().optional(),
  client_id: z.string().min(1).optional(),
  client_secret: z.string().min(1).optional(),
  refresh_token: z.string().min(1).optional(),
  scope: z.string().optional(),
});

export type Credentials = Readonly<Partial<Record<keyof z.output<typeof credentials>, string>>>;

/** To be spread into the schema. */
export const authOptions = {
  auth: z.enum(KINDS).default('none').describe('how calls say who they are from'),
  auth_name: z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/)
    .optional()
    .describe('the header of `auth: header`, or the parameter of `auth: query`')
    .meta({ examples: ['X-Api-Key'] }),
  token_url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('where `refresh_token` and `client_credentials` get access tokens')
    .meta({ examples: ['https://api.example.com/oauth/token'] }),
  credentials: credentials
    .optional()
    .describe('`token`; `username`, `password`; `client_id`, `client_secret`, `refresh_token`, `scope`'),
};

export interface AuthContext extends CallSettings {
  readonly world: World;
  readonly destination: string;
  readonly auth: Auth;
  readonly credentials: Credentials;
}

/** The same calls with what proves who makes them. */
export function withAuth(api: Api, context: AuthContext): Api {
  const { auth, credentials } = context;
  const { token = '', username = '', password = '' } = credentials;
  switch (auth.kind) {
    case 'bearer':
      return authorized(api, fixedToken(token));
    case 'basic': {
      const pair = Buffer.from(`${username}:${password}`, 'utf8').toString('base64');
      return withHeader(api, 'authorization', `Basic ${pair}`);
    }
    case 'header':
      return withHeader(api, (auth.name ?? '').toLowerCase(), token);
    case 'query':
      return (request) => api({ ...request, path: withParameter(request.path, auth.name ?? '', token) });
    case 'refresh_token':
    case 'client_credentials':
      return authorized(api, tokensOf(context));
    default:
      return api;
  }
}

function withHeader(api: Api, name: string, value: string): Api {
  return (request: ApiRequest) => api({ ...request, headers: { ...request.headers, [name]: value } });
}

function withParameter(path: string, name: string, value: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
}

function tokensOf({ auth, credentials, ...context }: AuthContext): Tokens {
  const { client_id = '', client_secret = '', refresh_token = '', scope } = credentials;
  const client = { ...context, url: auth.tokenUrl ?? '', clientId: client_id, clientSecret: client_secret };
  return auth.kind === 'refresh_token'
    ? refreshedTokens({ ...client, refreshToken: refresh_token })
    : clientTokens({ ...client, ...(scope === undefined ? {} : { scope }) });
}
