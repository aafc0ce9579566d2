/** The options of `type: http`: what is called to add, remove and update members, in YAML. */
import { z } from 'zod';
import type { Secret } from '../../config/project.ts';
import { address, type CallSettings, callOptions, callSettings } from '../call.ts';
import { reveal } from '../options.ts';
import { type Auth, authOptions, type Credentials } from './auth.ts';
import { type Body, checkRequests, MEMBER_REQUESTS } from './check.ts';
import { type IdentifierRules, identifierOptions } from './identifiers.ts';
import { isPointer } from './pointer.ts';

const CALLS = { batch_size: 100, most_rows: 100_000, concurrency: 2, rate: '10/s', timeout: '30s' };
const BATCH_BYTES = 1_000_000;

const pointer = z.string().refine(isPointer, 'expected a JSON pointer, such as `/data/0/id`');
const scalar = z.union([z.string(), z.number(), z.boolean()]);
const scalars = z.union([scalar, z.array(scalar)]);
const statuses = z.array(z.number().int().min(200).max(599));
const path = z.string().startsWith('/', 'expected a path below `base_url`, such as `/v1/members`');
const body = z.unknown() as z.ZodType<Body>;

/** How errors of single rows are told in an answer. */
const errorShape = {
  errors: pointer.optional(),
  index: pointer.optional(),
  value: pointer.optional(),
  code: pointer.optional(),
  retryable: pointer.optional(),
  retry_codes: z.array(scalar).optional(),
};

const answer = z.strictObject({
  ...errorShape,
  ok: z.strictObject({ at: pointer, is: scalars }).optional(),
  failed_count: pointer.optional(),
  job: pointer.optional(),
  statuses: z
    .strictObject({
      success: statuses.optional(),
      retry: statuses.optional(),
      missing: statuses.optional(),
      credentials: statuses.optional(),
    })
    .optional(),
});

const request = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('POST'),
  path,
  headers: z.record(z.string(), z.string()).optional(),
  body: body.optional(),
  answer: answer.optional(),
});

const job = z.strictObject({
  ...errorShape,
  path,
  status: pointer,
  done: scalars,
  failed: scalars.optional(),
  again: scalars.optional(),
});

const audience = z.strictObject({
  find: z.strictObject({ path, items: pointer, name: pointer, id: pointer, next: pointer.optional() }),
  make: z.strictObject({
    method: z.enum(['POST', 'PUT']).default('POST'),
    path,
    body: body.optional(),
    id: pointer,
  }),
});

export type AnswerRules = z.output<typeof answer>;
export type ErrorRules = Pick<AnswerRules, keyof typeof errorShape>;
export type RequestTemplate = z.output<typeof request>;
export type JobTemplate = z.output<typeof job>;
export type AudienceTemplate = z.output<typeof audience>;

/** Schema of the options as the YAML gives them. */
export const httpOptions = z
  .strictObject({
    base_url: address
      .describe('where the API is; paths are below it')
      .meta({ examples: ['https://api.example.com'] }),
    ...authOptions,
    headers: z
      .record(z.string(), z.string())
      .default({})
      .describe('headers of every call, with placeholders'),
    format: z.enum(['json', 'form', 'ndjson']).default('json').describe('how bodies are written'),
    identifiers: identifierOptions
      .describe('kinds of identifiers that it matches by, and the form of each')
      .meta({ examples: [{ email: {} }] }),
    audience: audience
      .optional()
      .describe('how the audience is found, and made where it is missing')
      .meta({
        examples: [
          {
            make: { path: '/v1/lists', id: '/id' },
            find: { path: '/v1/lists', items: '/lists', name: '/name', id: '/id' },
          },
        ],
      }),
    add: request
      .optional()
      .describe('the request that adds members')
      .meta({ examples: [{ path: '/v1/members' }] }),
    remove: request
      .optional()
      .describe('the request that removes members')
      .meta({ examples: [{ path: '/v1/members', method: 'DELETE' }] }),
    update: request
      .optional()
      .describe('the request that updates members; without it, `add` does')
      .meta({ examples: [{ path: '/v1/members', method: 'PATCH' }] }),
    event: request
      .optional()
      .describe('the request of `mode: on_enter`')
      .meta({ examples: [{ path: '/v1/events' }] }),
    answer: answer
      .optional()
      .describe('what answers mean, where a request does not say it itself')
      .meta({ examples: [{ failed_count: '/failed' }] }),
    job: job
      .optional()
      .describe('how an asynchronous job is asked after')
      .meta({ examples: [{ path: '/v1/jobs/1', status: '/status', done: 'finished' }] }),
    check: z
      .strictObject({ path })
      .optional()
      .describe('a harmless GET that needs the credentials, for `segsync doctor`')
      .meta({ examples: [{ path: '/v1/me' }] }),
    batch_bytes: z
      .number()
      .int()
      .min(1_000)
      .max(50_000_000)
      .default(BATCH_BYTES)
      .describe('most bytes of one request'),
    ...callOptions(CALLS),
  })
  .superRefine(checkRequests);

/** The options as the adapter uses them. */
export interface HttpSettings extends CallSettings {
  readonly auth: Auth;
  readonly credentials: Credentials;
  readonly headers: Readonly<Record<string, string>>;
  readonly format: 'json' | 'form' | 'ndjson';
  readonly identifiers: Readonly<Record<string, IdentifierRules>>;
  readonly audience?: AudienceTemplate;
  readonly requests: Readonly<Partial<Record<(typeof MEMBER_REQUESTS)[number], RequestTemplate>>>;
  readonly answer?: AnswerRules;
  readonly job?: JobTemplate;
  readonly checkPath?: string;
  readonly batchBytes: number;
}

interface Checked extends Omit<z.output<typeof httpOptions>, 'credentials'> {
  readonly credentials?: Readonly<Record<string, Secret | string>>;
}

/** Options -> settings; also without defaults, as they are where a reference has no value and nothing is sent. */
export function httpSettings(options: Readonly<Record<string, unknown>>): HttpSettings {
  const defaults = { auth: 'none', headers: {}, format: 'json', identifiers: {}, batch_bytes: BATCH_BYTES };
  const checked = { ...defaults, ...options } as unknown as Checked;
  const credentials = Object.entries(checked.credentials ?? {}).map(([name, value]) => [name, reveal(value)]);
  return {
    ...callSettings(options, CALLS),
    auth: { kind: checked.auth, name: checked.auth_name, tokenUrl: checked.token_url },
    credentials: Object.fromEntries(credentials),
    headers: checked.headers,
    format: checked.format,
    identifiers: checked.identifiers,
    requests: Object.fromEntries(MEMBER_REQUESTS.map((name) => [name, checked[name]])),
    batchBytes: checked.batch_bytes,
    ...(checked.audience ? { audience: checked.audience } : {}),
    ...(checked.answer ? { answer: checked.answer } : {}),
    ...(checked.job ? { job: checked.job } : {}),
    ...(checked.check ? { checkPath: checked.check.path } : {}),
  };
}
