/** A batch as a call: templates filled in. */
import { formatInstant, type Instant, SECOND } from '../../instant.ts';
import type { ApiRequest } from '../api.ts';
import type { Batch, Change } from '../destination.ts';
import { changeBytes } from '../json.ts';
import { identifierOfKind } from '../normalise.ts';
import { type Body, isEach } from './check.ts';
import type { HttpSettings, RequestTemplate } from './options.ts';
import { fillJson, fillText, type Scope } from './template.ts';

/** A body of no member's, as JSON. */
export function jsonBody(body: Body, scope: Scope): { body: string; type: string } {
  return { body: jsonOf(body, scope, []) ?? 'null', type: TYPES.json };
}

/** The template that a batch is sent by; undefined where there is none. */
export function templateOf({ op, events }: Batch, { requests }: HttpSettings): RequestTemplate | undefined {
  if (events) return requests.event;
  return op === 'update' ? (requests.update ?? requests.add) : requests[op];
}

/** The call. What stands for one member outside of `each` is of the only one. */
export function requestOf(
  batch: Batch,
  template: RequestTemplate,
  { headers, format }: Pick<HttpSettings, 'headers' | 'format'>,
  now: Instant,
): ApiRequest {
  const outer = batchScope(batch, now);
  const alone = batch.changes.length === 1 ? memberScope(batch.changes[0]!, batch, outer) : outer;
  const body = template.body === undefined ? undefined : bodyText(template.body, batch, alone, outer, format);
  return {
    method: template.method,
    path: fillText(template.path, alone, encodeURIComponent),
    headers: headersOf({ ...headers, ...template.headers }, alone),
    ...(body === undefined ? {} : { text: { body, type: TYPES[format] } }),
  };
}

/** Placeholders that stand for nothing in a call are empty. */
export function headersOf(headers: HttpSettings['headers'], scope: Scope): Record<string, string> {
  const filled = Object.entries(headers).map(([name, text]) => [name.toLowerCase(), fillText(text, scope)]);
  return Object.fromEntries(filled);
}

const TYPES = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  ndjson: 'application/x-ndjson',
} as const;

/** Of paths that stand for no member: an audience's, a job's. */
export function batchScope({ audience, segment, sync, id, op }: Batch, now: Instant): Scope {
  const values: Readonly<Record<string, string | { number: string }>> = {
    ...{ audience: audience.name, audience_id: audience.ref, segment, sync, batch_id: id, op },
    now: formatInstant(now),
    now_unix: { number: (now / SECOND).toString() },
  };
  return (name) => values[name];
}

/** Of one member, and what is of the whole request. */
export function memberScope(change: Change, { kinds }: Batch, outer: Scope): Scope {
  return (name) => {
    if (name.startsWith('fields.')) return change.fields[name.slice('fields.'.length)];
    if (name === 'key') return change.key;
    if (name === 'caused_at') return formatInstant(change.causedAt);
    if (name === 'caused_at_unix') return { number: (change.causedAt / SECOND).toString() };
    return outer(name) ?? identifierOfKind(change, name, kinds);
  };
}

function bodyText(
  body: Body,
  batch: Batch,
  alone: Scope,
  outer: Scope,
  format: HttpSettings['format'],
): string {
  const members = batch.changes.map((change) => memberScope(change, batch, outer));
  if (format === 'ndjson' && isEach(body))
    return members.map((scope) => `${jsonOf(body.each, scope, []) ?? 'null'}\n`).join('');
  if (format === 'form') return formOf(body, alone, members);
  return jsonOf(body, alone, members) ?? 'null';
}

/** Undefined for what has no value: a property is left out then. */
function jsonOf(body: Body, scope: Scope, members: readonly Scope[]): string | undefined {
  if (typeof body === 'string') return fillJson(body, scope);
  if (typeof body !== 'object' || body === null) return JSON.stringify(body);
  if (members.length > 0 && isEach(body)) return eachOf(body, members);
  if (Array.isArray(body))
    return `[${body.flatMap((each: Body) => jsonOf(each, scope, members) ?? []).join(',')}]`;
  const properties = Object.entries(body).flatMap(([name, value]) => {
    const json = value === undefined ? undefined : jsonOf(value, scope, members);
    return json === undefined ? [] : [`${JSON.stringify(name)}:${json}`];
  });
  return `{${properties.join(',')}}`;
}

function eachOf({ each, join }: { each: Body; join?: string }, members: readonly Scope[]): string {
  if (join !== undefined) return JSON.stringify(joined(each, join, members));
  return `[${members.flatMap((scope) => jsonOf(each, scope, []) ?? []).join(',')}]`;
}

function joined(each: Body, join: string, members: readonly Scope[]): string {
  return members.map((scope) => (typeof each === 'string' ? fillText(each, scope) : '')).join(join);
}

function formOf(body: Body, scope: Scope, members: readonly Scope[]): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(body as Readonly<Record<string, Body>>)) {
    if (isEach(value)) form.append(name, joined(value.each, value.join ?? ',', members));
    else if (typeof value === 'string') form.append(name, fillText(value, scope));
    else if (value !== null) form.append(name, String(value));
  }
  return form.toString();
}

/** At least what a change adds to a request: all its values, and the text that the template puts around them. */
export function bytesOf(change: Change, template: RequestTemplate | undefined): number {
  const each = template?.body === undefined ? undefined : findEach(template.body);
  return changeBytes(change, 64 + (each === undefined ? 0 : JSON.stringify(each).length));
}

function findEach(body: Body): Body | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  if (isEach(body)) return body.each;
  for (const value of Object.values(body)) {
    const found = findEach(value as Body);
    if (found !== undefined) return found;
  }
  return undefined;
}
