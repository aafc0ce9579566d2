/** What `type: http` makes of templates, identifiers and answers; and what it refuses before anything is sent. */
import { describe, expect, it } from 'vitest';
import type { ApiAnswer } from '../../../../src/destination/api.ts';
import type { Batch, Change, FieldValue } from '../../../../src/destination/destination.ts';
import { outcomeOf } from '../../../../src/destination/http/answer.ts';
import { identifierOf } from '../../../../src/destination/http/identifiers.ts';
import { type AnswerRules, httpOptions, httpSettings } from '../../../../src/destination/http/options.ts';
import { at, isPointer } from '../../../../src/destination/http/pointer.ts';
import { requestOf, templateOf } from '../../../../src/destination/http/request.ts';
import { unsendable } from '../../../../src/destination/http/sendable.ts';
import { fillJson, fillText, type Scope } from '../../../../src/destination/http/template.ts';
import { sha256 } from '../../../../src/destination/normalise.ts';
import { parseInstant } from '../../../../src/instant.ts';
import { batch, change, openDestination } from '../../../conformance/destination/harness.ts';
import { type Call, type Reply, startSimulator } from '../../../destinations/simulator.ts';

// biome-ignore lint/suspicious/noTemplateCurlyInString: a reference of ours
const REFERENCE = '${env:NOT_SET}';
const NOW = parseInstant('2026-11-22T10:00:00Z', 'UTC')!;

describe('a template', () => {
  const values: Readonly<Record<string, FieldValue>> = {
    email: 'Ada@Example.com',
    points: { number: '12345678901234567890.50' },
    vip: true,
    none: null,
    key: `a"b/é`,
  };
  const scope: Scope = (name) => values[name];

  it.each([
    ['{points}', '12345678901234567890.50'],
    ['{vip}', 'true'],
    ['{none}', 'null'],
    ['{missing}', undefined],
    ['{key}', '"a\\"b/é"'],
    ['p={points} v={vip} n={none} m={missing}', '"p=12345678901234567890.50 v=true n= m="'],
    ['{lower(email)}', '"ada@example.com"'],
    ['{sha256(lower(email))}', `"${sha256('ada@example.com')}"`],
    ['{upper(trim(email))}', '"ADA@EXAMPLE.COM"'],
    ['{{not one}}', '"{not one}"'],
    ['', '""'],
    [REFERENCE, JSON.stringify(REFERENCE)],
  ])('%s', (template, json) => {
    expect(fillJson(template, scope)).toBe(json);
  });

  it('of a path is encoded but for what it says itself', () => {
    expect(fillText('/lists/{key}?n={email}', scope, encodeURIComponent)).toBe(
      '/lists/a%22b%2F%C3%A9?n=Ada%40Example.com',
    );
  });
});

describe('a pointer', () => {
  const json = { a: [{ 'b/c': { '~d': 1 } }], e: null };
  it.each([
    ['', json],
    ['/a/0/b~1c/~0d', 1],
    ['/a/1', undefined],
    ['/a/00', undefined],
    ['/e', null],
    ['/e/f', undefined],
    ['/a/length', undefined],
    ['/constructor', undefined],
  ])('%s', (pointer, value) => {
    expect(isPointer(pointer)).toBe(true);
    expect(at(json, pointer)).toEqual(value);
  });
  it.each(['a', '/a~2', 'a/b', '~'])('%s is none', (text) => expect(isPointer(text)).toBe(false));
});

describe('an identifier', () => {
  it.each([
    [{}, 'email', ' Ada.Lovelace+x@GMAIL.com ', 'ada.lovelace+x@gmail.com'],
    [{}, 'email', 'no address', undefined],
    [{}, 'phone', '+49 (151) 12345678', '+4915112345678'],
    [{ form: 'phone_digits' }, 'phone', '+49 (151) 12345678', '4915112345678'],
    [{}, 'external_id', ' Zoë ', 'Zoë'],
    [{ form: 'lower' }, 'external_id', ' Zoë ', 'zoë'],
    [{ form: 'none' }, 'external_id', ' Zoë ', ' Zoë '],
    [{ form: 'trim' }, 'email', ' Any Text ', 'Any Text'],
    [{}, 'external_id', '   ', undefined],
    [{ hash: 'sha256' }, 'email', 'Ada@example.com', sha256('ada@example.com')],
    // As in RFC 1321's own suite.
    [{ hash: 'md5' }, 'external_id', 'abc', '900150983cd24fb0d6963f7d28e17f72'],
    [{ hash: 'sha256_base64' }, 'external_id', 'abc', 'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='],
    [{ hashed: true }, 'email', 'AB'.repeat(32), 'ab'.repeat(32)],
    [{ hashed: true }, 'email', 'ada@example.com', undefined],
    [undefined, 'email', 'ada@example.com', undefined],
  ] as const)('%j of %s: %j', (rules, kind, value, sent) => {
    expect(identifierOf(rules, kind, value)).toBe(sent);
  });
});

const BASE = {
  base_url: 'https://api.example.com/v1',
  identifiers: { email: {}, external_id: {} },
  add: {
    path: '/members',
    body: { list: '{audience}', people: { each: { mail: '{email}', n: '{fields.n}' } } },
  },
  remove: { method: 'DELETE', path: '/members', body: { ids: { each: '{email}', join: ',' } } },
};

function made(options: Record<string, unknown>, of: Batch) {
  const settings = httpSettings(httpOptions.parse({ ...BASE, ...options }) as Record<string, unknown>);
  return requestOf(of, templateOf(of, settings)!, settings, NOW);
}

const person = (key: string, email: string, n?: FieldValue): Change =>
  change('add', key, { email }, n === undefined ? {} : { n });

describe('a request', () => {
  const two = batch([person('1', 'a@x.test', { number: '9007199254740993' }), person('2', 'b@x.test')]);

  it('has each member, numbers exact, and leaves out what a member lacks', () => {
    const { method, path, text } = made({}, two);
    expect([method, path, text!.type]).toEqual(['POST', '/members', 'application/json']);
    expect(text!.body).toBe(
      '{"list":"vip","people":[{"mail":"a@x.test","n":9007199254740993},{"mail":"b@x.test"}]}',
    );
  });

  it('joins values to one text', () => {
    const removal = batch([
      change('remove', '1', { email: 'a@x.test' }),
      change('remove', '2', { email: 'b' }),
    ]);
    expect(made({}, removal).text!.body).toBe('{"ids":"a@x.test,b"}');
  });

  it('as a form, and as lines', () => {
    const form = { path: '/members', body: { list: '{audience}', mails: { each: '{email}', join: '|' } } };
    expect(made({ format: 'form', add: form, remove: form }, two).text!.body).toBe(
      'list=vip&mails=a%40x.test%7Cb%40x.test',
    );
    const lines = { path: '/members', body: { each: { m: '{email}' } } };
    expect(made({ format: 'ndjson', add: lines, remove: lines }, two).text!.body).toBe(
      '{"m":"a@x.test"}\n{"m":"b@x.test"}\n',
    );
  });

  it('of one member may have it in path and headers', () => {
    const one = { method: 'PUT', path: '/m/{external_id}', headers: { 'Idempotency-Key': '{batch_id}' } };
    const alone = batch([change('add', '1', { external_id: "o'1/2" })]);
    const request = made({ batch_size: 1, add: one, remove: one, headers: { A: '{op}' } }, alone);
    expect(request).toMatchObject({ method: 'PUT', path: "/m/o'1%2F2" });
    expect(request.headers).toEqual({ a: 'add', 'idempotency-key': alone.id });
    expect(request.text).toBeUndefined();
  });

  it('updates by `add` where there is no `update`', () => {
    const update = batch([{ ...person('1', 'a@x.test'), op: 'update' }]);
    expect(made({}, { ...update, op: 'update' }).path).toBe('/members');
    expect(made({ update: { ...BASE.add, path: '/other' } }, { ...update, op: 'update' }).path).toBe(
      '/other',
    );
  });
});

describe('what cannot stand where the request has it', () => {
  const of = (options: Record<string, unknown>, ...changes: Change[]) => {
    const settings = httpSettings(
      httpOptions.parse({ ...BASE, batch_size: 1, ...options }) as Record<string, unknown>,
    );
    const some = batch(changes);
    const outcome = unsendable(some, templateOf(some, settings)!, settings);
    if (!outcome) return 'sent';
    return 'refused' in outcome ? 'refused' : outcome.receipts.map(({ kind }) => kind).join();
  };
  const path = { add: { method: 'PUT', path: '/m/{external_id}?n={email}' }, remove: BASE.remove };
  const by = (external_id: string) => change('add', external_id, { external_id });
  const remove = (email: string) => change('remove', '1', { email });

  it.each([
    [path, by('a/b'), 'sent'],
    [path, by('..'), 'rejected'],
    [path, by('.'), 'rejected'],
    [path, change('add', '1', { email: 'a@x.test' }), 'rejected'],
    [{}, remove('a@x.test'), 'sent'],
    [{}, remove('1,2'), 'rejected'],
    [{}, change('remove', '1', { external_id: '7' }), 'rejected'],
    [{ headers: { who: '{key}' } }, by('日本'), 'rejected'],
    [{ headers: { who: '{key}' } }, by('a\nb'), 'rejected'],
  ] as const)('%#', (options, one, expected) => expect(of(options, one)).toBe(expected));

  it('is split off from the others', () => expect(of({}, remove('a@x.test'), remove('1,2'))).toBe('refused'));
});

describe('options', () => {
  const wrong = (options: Record<string, unknown>): string[] => {
    const result = httpOptions.safeParse({ ...BASE, ...options });
    return (result.error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
  };

  it('of the example are right', () => expect(wrong({})).toEqual([]));

  it.each([
    [{ add: { path: '/m', body: { each: '{emial}' } } }, /^add\.body\.each: there is no `\{emial\}` here/],
    [
      { add: { path: '/m', body: { each: '{hash(email)}' } } },
      /^add\.body\.each: there is no function `hash`/,
    ],
    [{ add: { path: '/m', body: { each: '{}' } } }, /^add\.body\.each: `\{\}` is no placeholder/],
    [{ remove: { path: '/m', body: { each: '{fields.n}' } } }, /^remove\.body\.each: there is no/],
    [
      { add: { path: '/m/{audience_id}', body: { each: '{email}' } } },
      /^add\.path: there is no `\{audience_id\}`/,
    ],
    [
      { add: { path: '/m/{email}', body: { each: '{email}' } } },
      /^add\.body: what is of one member stands outside/,
    ],
    [{ add: { path: '/m/{email}' } }, /^add: without `each` it carries one member: set `batch_size: 1`/],
    [{ add: undefined }, /^add: there is neither/],
    [{ remove: undefined }, /^remove: who is added/],
    [{ auth: 'bearer' }, /^credentials: `auth: bearer` needs `token`/],
    [{ auth: 'header', credentials: { token: 'x' } }, /^auth: `auth: header` needs `auth_name`/],
    [
      { auth: 'refresh_token', credentials: { client_id: 'a', client_secret: 'b', refresh_token: 'c' } },
      /token_url/,
    ],
    [{ answer: { job: '/id' } }, /^job: an answer names a job/],
    [{ answer: { errors: '/errors' } }, /^answer\.errors: nothing says which member/],
    [{ answer: { statuses: { missing: [404] } } }, /^answer\.statuses\.missing: of a request for several/],
    [{ job: { path: '/j/{jobb}', status: '/s', done: 'x' } }, /^job\.path: `\{job\}` stands for/],
    [
      { job: { path: '/j/{job}', status: '/s', done: 'x', errors: '/e' } },
      /^job\.errors: nothing says which member/,
    ],
    [{ base_url: 'https://u:p@api.example.com' }, /^base_url: expected an address without user/],
    [{ answer: { errors: 'errors' } }, /^answer\.errors: expected a JSON pointer/],
    [{ format: 'ndjson' }, /^add\.body: `format: ndjson` is a line/],
    [{ format: 'form' }, /^add\.body: `format: form` is a mapping/],
    [{ identifiers: {} }, /^identifiers: name at least one/],
    [{ headers: { a: '{nobody}' } }, /^headers\.a: there is no `\{nobody\}` here/],
  ])('%j', (options, complaint) => expect(wrong(options).join('\n')).toMatch(complaint));

  it('that stand as written, without defaults, still serve a plan', async () => {
    const settings = httpSettings({ base_url: REFERENCE });
    expect(settings).toMatchObject({ batchRows: 100, format: 'json' });
  });
});

describe('an answer', () => {
  const two = batch([change('add', '1', { email: 'a@x.test' }), change('add', '2', { email: 'b@x.test' })]);
  const removal: Batch = { ...two, op: 'remove' };
  const told = (of: Batch, rules: AnswerRules, status: number, json: unknown): string => {
    const answer: ApiAnswer = { status, json, headers: {} };
    const outcome = outcomeOf(of, answer, { rules, now: NOW, secrets: ['top-secret'] });
    if ('refused' in outcome) return `refused ${outcome.refused.code}`;
    return outcome.receipts
      .map((receipt) => ('code' in receipt ? `${receipt.kind} ${receipt.code}` : receipt.kind))
      .join(', ');
  };
  const byIndex: AnswerRules = { errors: '/errors', index: '/i', code: '/code', retry_codes: ['busy'] };
  const byValue: AnswerRules = { errors: '/errors', value: '/mail', retryable: '/later' };
  const job: AnswerRules = { job: '/id', errors: '/errors', index: '/i' };

  it.each([
    [two, {}, 200, undefined, 'delivered, delivered'],
    [two, {}, 204, undefined, 'delivered, delivered'],
    [two, {}, 302, undefined, 'retry http_302, retry http_302'],
    [two, {}, 400, {}, 'refused http_400'],
    [two, {}, 500, {}, 'retry http_500, retry http_500'],
    [two, { statuses: { success: [409] } }, 409, {}, 'delivered, delivered'],
    [two, { statuses: { retry: [409] } }, 409, {}, 'retry http_409, retry http_409'],
    [two, { statuses: { missing: [404] } }, 404, {}, 'refused http_404'],
    [removal, { statuses: { missing: [404] } }, 404, {}, 'missing, missing'],
    [two, { ok: { at: '/code', is: 0 } }, 200, { code: 0 }, 'delivered, delivered'],
    [two, { ok: { at: '/code', is: [0, 1] } }, 200, { code: 7 }, 'refused not_ok'],
    [two, { ok: { at: '/code', is: 0 }, retry_codes: [7] }, 200, { code: 7 }, 'retry not_ok, retry not_ok'],
    [two, { ok: { at: '/code', is: 0 } }, 200, undefined, 'retry no_answer, retry no_answer'],
    [two, byIndex, 200, { errors: [{ i: 1, code: 'bad' }] }, 'delivered, rejected row_bad'],
    [two, byIndex, 200, { errors: [{ i: '0', code: 'busy' }] }, 'retry row_busy, delivered'],
    [two, byIndex, 200, { errors: [{ i: 1, code: 'b@x.test' }] }, 'delivered, rejected row_refused'],
    [two, byIndex, 200, { errors: [{ i: 1, code: 'top-secret' }] }, 'delivered, rejected row_refused'],
    [two, byIndex, 200, { errors: [{ i: 9 }] }, 'retry unclear_errors, retry unclear_errors'],
    [two, byIndex, 200, { errors: null }, 'delivered, delivered'],
    [two, byIndex, 200, {}, 'delivered, delivered'],
    [two, byIndex, 200, undefined, 'retry no_answer, retry no_answer'],
    [two, byIndex, 200, { errors: { a: 'bad' } }, 'retry no_answer, retry no_answer'],
    [two, byIndex, 200, { errors: [{ i: null }] }, 'retry unclear_errors, retry unclear_errors'],
    [two, byIndex, 200, { errors: [{ i: '' }] }, 'retry unclear_errors, retry unclear_errors'],
    [two, { failed_count: '/failed' }, 200, {}, 'retry no_answer, retry no_answer'],
    [two, { failed_count: '/failed' }, 200, { failed: 'many' }, 'retry no_answer, retry no_answer'],
    [two, byValue, 200, { errors: [{ mail: 'A@X.test' }] }, 'rejected row_refused, delivered'],
    [two, byValue, 200, { errors: [{ mail: 'b@x.test', later: true }] }, 'delivered, retry row_refused'],
    [two, { failed_count: '/failed' }, 200, { failed: 1 }, 'unknown, unknown'],
    [two, job, 202, { id: 17 }, 'accepted, accepted'],
    [two, job, 202, { id: 'j', errors: [{ i: 0 }] }, 'rejected row_refused, accepted'],
    [two, job, 202, {}, 'retry no_answer, retry no_answer'],
  ] as const)('%#', (of, rules, status, json, expected) =>
    expect(told(of, rules as AnswerRules, status, json)).toBe(expected),
  );
});

describe('credentials', () => {
  it.each([
    [{ auth: 'bearer', credentials: { token: 't' } }, { authorization: 'Bearer t' }, ''],
    [
      { auth: 'basic', credentials: { username: 'u', password: 'é' } },
      { authorization: 'Basic dTrDqQ==' },
      '',
    ],
    [{ auth: 'header', auth_name: 'X-Key', credentials: { token: 't' } }, { 'x-key': 't' }, ''],
    [{ auth: 'query', auth_name: 'key', credentials: { token: 't&' } }, {}, 'key=t%26'],
  ])('%j', async (options, headers, query) => {
    const seen: Call[] = [];
    const server = await startSimulator(
      (call): Reply => {
        seen.push(call);
        return { status: 200 };
      },
      () => false,
    );
    const session = await openDestination('http', '/', {
      ...BASE,
      ...options,
      base_url: server.url,
      allow_private_address: true,
    });
    await session.check();
    await session.send(batch([person('1', 'a@x.test')]), {});
    const example = JSON.stringify(session.example(batch([person('1', 'a@x.test')])));
    expect(example).not.toMatch(/dTrDqQ|t%26/);
    await session.close();
    await server.close();
    for (const call of seen) {
      expect(call.headers).toMatchObject(headers);
      expect(call.query.toString()).toBe(query);
    }
    expect(seen.length).toBe(2);
  });
});
