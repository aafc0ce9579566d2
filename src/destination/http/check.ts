/** What the schema alone cannot tell of the requests: placeholders, and what belongs together. */
import { type Auth, type Credentials, NEEDS } from './auth.ts';
import { namesIn } from './template.ts';

/** A request's body: any JSON, with `each` where one stands for every member. */
export type Body =
  | string
  | number
  | boolean
  | null
  | readonly Body[]
  | { readonly [name: string]: Body | undefined };

export const MEMBER_REQUESTS = ['add', 'remove', 'update', 'event'] as const;

/** Names that stand for the same in all of a request. */
export const BATCH_NAMES = [
  'audience',
  'audience_id',
  'segment',
  'sync',
  'batch_id',
  'op',
  'now',
  'now_unix',
];
/** Names that stand for something of one member; identifiers by their kinds, and `fields.NAME`, come to them. */
export const MEMBER_NAMES = ['key', 'caused_at', 'caused_at_unix'];

type Path = readonly (string | number)[];

/** What is said of the options by zod. */
interface Complaints {
  addIssue(issue: { code: 'custom'; path: PropertyKey[]; message: string }): void;
}

interface Options {
  readonly auth: Auth['kind'];
  readonly auth_name?: string | undefined;
  readonly token_url?: string | undefined;
  readonly credentials?: Credentials | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly format: string;
  readonly identifiers: Readonly<Record<string, unknown>>;
  readonly audience?: unknown;
  readonly answer?: Answer | undefined;
  readonly job?: Job | undefined;
  readonly batch_size: number;
}

interface Request {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: Body | undefined;
  readonly answer?: Answer | undefined;
}

interface Answer {
  readonly job?: string | undefined;
  readonly errors?: string | undefined;
  readonly index?: string | undefined;
  readonly value?: string | undefined;
  readonly statuses?: { readonly missing?: readonly number[] | undefined } | undefined;
}

interface Job extends Omit<Answer, 'job' | 'statuses'> {
  readonly path: string;
  readonly retryable?: string | undefined;
  readonly retry_codes?: readonly unknown[] | undefined;
}

/** Reports what is wrong, each at its place. */
export function checkRequests(
  options: Options & { readonly [K in (typeof MEMBER_REQUESTS)[number]]?: Request | undefined },
  complaints: Complaints,
): void {
  const wrong = (path: Path, message: string): void =>
    complaints.addIssue({ code: 'custom', path: [...path], message });
  checkAuth(options, wrong);
  if (!options.event && !options.add) wrong(['add'], 'there is neither `add` nor `event`');
  if (options.add && !options.remove) wrong(['remove'], 'who is added has to be removed some day');
  for (const name of MEMBER_REQUESTS) {
    const request = options[name];
    if (request) checkRequest(request, name, options, wrong);
  }
  const jobs =
    MEMBER_REQUESTS.some((name) => options[name]?.answer?.job) || options.answer?.job !== undefined;
  if (jobs && !options.job) wrong(['job'], 'an answer names a job, and nothing says how to ask after it');
  for (const name of ['answer', ...MEMBER_REQUESTS] as const) {
    const rules = name === 'answer' ? options.answer : options[name]?.answer;
    const at = name === 'answer' ? ['answer'] : [name, 'answer'];
    if (rules?.errors !== undefined && rules.index === undefined && rules.value === undefined)
      wrong([...at, 'errors'], 'nothing says which member an error is about: add `index` or `value`');
    if (rules?.statuses?.missing && options.batch_size > 1)
      wrong(
        [...at, 'statuses', 'missing'],
        'of a request for several members it says of none that they are missing',
      );
  }
  if (options.job) checkJob(options.job, wrong);
  if (options.job?.index)
    wrong(['job', 'index'], 'the order of rows is not known any more when a job ends: use `value`');
}

function checkJob({ path, errors, value, retryable, retry_codes }: Job, wrong: Wrong): void {
  if (!placeholders(path, ['job', 'path'], wrong).includes('job'))
    wrong(['job', 'path'], '`{job}` stands for the job’s id, and is missing');
  if (errors !== undefined && value === undefined)
    wrong(['job', 'errors'], 'nothing says which member an error is about: add `value`');
  for (const [name, given] of Object.entries({ retryable, retry_codes }))
    if (given !== undefined) wrong(['job', name], 'the errors of a job are final: it has ended');
}

type Wrong = (path: Path, message: string) => void;

function checkAuth({ auth, auth_name, token_url, credentials }: Options, wrong: Wrong): void {
  for (const name of NEEDS[auth])
    if (credentials?.[name] === undefined)
      wrong(['credentials'], `\`auth: ${auth}\` needs \`${name}\` in it`);
  if ((auth === 'header' || auth === 'query') && !auth_name)
    wrong(['auth'], `\`auth: ${auth}\` needs \`auth_name\``);
  if (/^(refresh_token|client_credentials)$/.test(auth) && !token_url)
    wrong(['auth'], `\`auth: ${auth}\` needs \`token_url\``);
}

function checkRequest(request: Request, name: string, options: Options, wrong: Wrong): void {
  const { path, headers, body } = request;
  const batch = [...BATCH_NAMES.filter((each) => each !== 'audience_id' || options.audience)];
  const kinds = Object.keys(options.identifiers);
  const member = [...batch, ...MEMBER_NAMES, ...kinds];
  let ofMembers = false;
  const check = (text: string, at: Path, within: boolean): void => {
    for (const found of placeholders(text, at, wrong)) {
      const isField = found.startsWith('fields.') && name !== 'remove';
      if (batch.includes(found)) continue;
      if (isField || member.includes(found)) ofMembers ||= !within;
      else wrong(at, `there is no \`{${found}}\` here; there are ${known(member, name)}`);
    }
  };
  check(path, [name, 'path'], false);
  for (const [header, text] of Object.entries({ ...options.headers, ...headers }))
    check(text, headers && header in headers ? [name, 'headers', header] : ['headers', header], false);
  const eaches = walk(body, [name, 'body'], false, check);
  if (ofMembers && eaches > 0 && options.batch_size > 1)
    wrong([name, 'body'], 'what is of one member stands outside of `each`, and there are several');
  if (eaches === 0 && options.batch_size > 1)
    wrong([name], 'without `each` it carries one member: set `batch_size: 1`, or put `each` into `body`');
  if (options.format === 'ndjson' && body !== undefined && !isEach(body))
    wrong([name, 'body'], '`format: ndjson` is a line for each member: `body: { each: ... }`');
  if (options.format === 'form' && body !== undefined && !isFlat(body))
    wrong([name, 'body'], '`format: form` is a mapping of names to texts');
}

function known(names: readonly string[], request: string): string {
  return [...names, ...(request === 'remove' ? [] : ['fields.NAME'])]
    .map((name) => `\`{${name}}\``)
    .join(', ');
}

function placeholders(text: string, at: Path, wrong: Wrong): string[] {
  try {
    return namesIn(text);
  } catch (error) {
    wrong(at, (error as Error).message);
    return [];
  }
}

/** Looks at every text of a body; returns how many `each` there are. */
function walk(
  body: Body | undefined,
  at: Path,
  within: boolean,
  check: (text: string, at: Path, within: boolean) => void,
): number {
  if (typeof body === 'string') check(body, at, within);
  if (typeof body !== 'object' || body === null) return 0;
  if (!within && isEach(body)) {
    walk(body.each, [...at, 'each'], true, check);
    return 1;
  }
  const entries: [string | number, Body | undefined][] = Array.isArray(body)
    ? body.map((each: Body, index): [number, Body] => [index, each])
    : Object.entries(body);
  return entries.reduce((sum, [key, each]) => sum + walk(each, [...at, key], within, check), 0);
}

/** `{ each: ... }`, and `{ each: ..., join: "," }`, which makes one text of all. */
export function isEach(body: Body): body is { readonly each: Body; readonly join?: string } {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return false;
  const names = Object.keys(body);
  return names.includes('each') && names.every((name) => name === 'each' || name === 'join');
}

function isFlat(body: Body): boolean {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return false;
  return Object.values(body).every((value) => {
    if (typeof value !== 'object' || value === null) return true;
    return isEach(value as Body) && 'join' in value;
  });
}
