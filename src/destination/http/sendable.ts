/** Whether a member's values can stand where the templates put them: what cannot would make another call of it. */
import type { Batch, Change, Outcome } from '../destination.ts';
import { type Body, isEach } from './check.ts';
import type { HttpSettings, RequestTemplate } from './options.ts';
import { batchScope, memberScope } from './request.ts';
import { fillJson, fillText, type Scope } from './template.ts';

/** The outcome of a batch that cannot be sent as it is; undefined where it can. */
export function unsendable(
  batch: Batch,
  template: RequestTemplate,
  { headers }: Pick<HttpSettings, 'headers'>,
): Outcome | undefined {
  const outer = batchScope(batch, 0n);
  const isGood = (change: Change): boolean => {
    const scope = memberScope(change, batch, outer);
    return (
      fitsPath(template.path, scope) &&
      Object.values({ ...headers, ...template.headers }).every((text) => fitsHeader(fillText(text, scope))) &&
      fitsBody(template.body, scope)
    );
  };
  if (batch.changes.every(isGood)) return undefined;
  const code = 'no_value';
  const message = 'an identifier or field is missing, or cannot stand where the request has it';
  if (batch.changes.length > 1) return { refused: { code, message } };
  return { receipts: [{ kind: 'rejected', code, message }] };
}

/** A segment that is empty, or means another place, would name what is above the member. */
function fitsPath(template: string, scope: Scope): boolean {
  const [path = ''] = template.split('?');
  return path.split('/').every((segment) => {
    if (!segment.includes('{')) return true;
    return !/^\.{0,2}$/.test(fillText(segment, scope));
  });
}

function fitsHeader(text: string): boolean {
  return /^[\t\x20-\x7e]*$/.test(text);
}

function fitsBody(body: Body | undefined, scope: Scope): boolean {
  if (typeof body !== 'object' || body === null) return true;
  if (isEach(body)) return fitsEach(body, scope);
  return Object.values(body).every((value) => fitsBody(value as Body, scope));
}

/** One of a list has to be there; one of a joined text must not look like two. */
function fitsEach({ each, join }: { readonly each: Body; readonly join?: string }, scope: Scope): boolean {
  if (typeof each !== 'string') return true;
  if (join === undefined) return fillJson(each, scope) !== undefined;
  const text = fillText(each, scope);
  return text !== '' && (join === '' || !text.includes(join));
}
