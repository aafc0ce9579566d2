/** An audience that the API keeps under an id of its own: found by its name, made where it is missing. */
import { fail } from '../../diagnostics/diagnostic.ts';
import type { Api, ApiAnswer, ApiRequest } from '../api.ts';
import { severalCalled, unreachable } from '../failures.ts';
import type { AudienceTemplate, HttpSettings } from './options.ts';
import { at } from './pointer.ts';
import { jsonBody } from './request.ts';
import { fillText, type Scope } from './template.ts';

/** Pages that are read at most. */
const PAGES = 1_000;

export interface Finder {
  readonly api: Api;
  readonly destination: string;
  readonly settings: HttpSettings;
  /** Throws E406 where the answer refuses the credentials. */
  readonly judge: (answer: ApiAnswer) => void;
}

/** Its id; `new:NAME` where there is none and none may be made. Throws E404, E406, E407. */
export async function ensureAudience(
  finder: Finder,
  template: AudienceTemplate,
  { name, dryRun }: { name: string; dryRun: boolean },
): Promise<string> {
  const [id, other] = await findIds(finder, template.find, name);
  if (other !== undefined) severalCalled(finder.destination, 'audiences', name);
  if (id !== undefined) return id;
  return dryRun ? `new:${name}` : make(finder, template.make, name);
}

async function findIds(finder: Finder, find: AudienceTemplate['find'], name: string): Promise<string[]> {
  const found = new Set<string>();
  let path: string | undefined = fillText(find.path, scopeOf(name), encodeURIComponent);
  const read = new Set<string>();
  while (path !== undefined) {
    if (read.has(path) || read.size >= PAGES)
      unusable(finder, '`audience.find.next` leads back to a page, or never to a last one');
    read.add(path);
    const json: unknown = await ask(finder, { method: 'GET', path });
    const items = at(json, find.items);
    if (!Array.isArray(items)) unusable(finder, '`audience.find.items` leads to no list in its answer');
    for (const item of items) {
      const id = at(item, find.id);
      if (String(at(item, find.name)) === name && isId(id)) found.add(String(id));
    }
    const next: unknown = find.next === undefined ? undefined : at(json, find.next);
    // As a link on a page is: a whole address, or one from the root.
    path = typeof next === 'string' && next !== '' ? pageAt(finder, next) : undefined;
  }
  return [...found];
}

function pageAt(finder: Finder, next: string): string {
  if (!URL.canParse(next, finder.settings.base)) unusable(finder, '`audience.find.next` leads to no address');
  return new URL(next, finder.settings.base).href;
}

async function make(finder: Finder, template: AudienceTemplate['make'], name: string): Promise<string> {
  const scope = scopeOf(name);
  const json = await ask(finder, {
    method: template.method,
    path: fillText(template.path, scope, encodeURIComponent),
    ...(template.body === undefined ? {} : { text: jsonBody(template.body, scope) }),
  });
  const id = at(json, template.id);
  if (!isId(id)) unusable(finder, '`audience.make.id` leads to no id in its answer');
  return String(id);
}

function isId(id: unknown): id is string | number {
  return (typeof id === 'string' && id !== '') || (typeof id === 'number' && Number.isSafeInteger(id));
}

async function ask(finder: Finder, request: ApiRequest): Promise<unknown> {
  const { api, destination, judge } = finder;
  const answer = await api(request).catch((error: unknown) => unreachable(destination, error));
  judge(answer);
  const { status, json } = answer;
  if (status === 429 || status >= 500) fail('E404', { destination, detail: `it answers HTTP ${status}` });
  if (status < 200 || status >= 300)
    unusable(finder, `it answers HTTP ${status} when asked for the audience`);
  return json;
}

function unusable({ destination }: Finder, detail: string): never {
  return fail('E407', { destination, detail, hint: 'compare `audience:` with what the API documents' });
}

function scopeOf(name: string): Scope {
  return (each) => (each === 'audience' ? name : undefined);
}
