/** Calls of Klaviyo's API, and the failures that stop a sync. */
import { fail } from '../../diagnostics/diagnostic.ts';
import { isRefusedKey } from '../answers.ts';
import { type Api, type ApiAnswer, type ApiRequest, openApi } from '../api.ts';
import type { OpenContext } from '../destination.ts';
import { unreachable } from '../failures.ts';
import { pageNumbers } from '../pages.ts';
import { cursorOf, dataOf } from './answer.ts';
import type { KlaviyoSettings } from './options.ts';

const JSON_API = 'application/vnd.api+json';

export interface Client {
  /** One call. Throws E406 for refused credentials, E407 for a revision that has ended. */
  readonly call: Api;
  /** All pages of a list; an answer that is none as soon as it comes. */
  pages(path: string, signal?: AbortSignal): Promise<{ data: Record<string, unknown>[] } | ApiAnswer>;
  /** A call that carries nobody: throws E404, too. */
  ask(request: ApiRequest): Promise<ApiAnswer>;
}

export function openClient({ world, name: destination }: OpenContext, settings: KlaviyoSettings): Client {
  const { apiKey, revision } = settings;
  const api = openApi(world, settings, {
    authorization: `Klaviyo-API-Key ${apiKey}`,
    ...{ revision, accept: JSON_API },
  });
  const call: Api = async (request) => {
    const headers: Record<string, string> = request.body === undefined ? {} : { 'content-type': JSON_API };
    const answer = await api({ ...request, headers });
    stopIfRefused(destination, answer, revision);
    return answer;
  };
  return {
    call,
    async pages(path, signal) {
      const data: Record<string, unknown>[] = [];
      let cursor: string | undefined;
      for (const _ of pageNumbers(destination)) {
        const more = cursor === undefined ? '' : `&page[cursor]=${encodeURIComponent(cursor)}`;
        const answer = await call({ method: 'GET', path: `${path}${more}`, signal });
        const some = answer.status === 200 ? dataOf(answer) : undefined;
        if (!some) return answer;
        data.push(...some);
        cursor = cursorOf(answer);
        if (cursor === undefined) break;
      }
      return { data };
    },
    async ask(request) {
      const answer = await call(request).catch((error: unknown) => unreachable(destination, error));
      const { status } = answer;
      if (status < 200 || status >= 300) fail('E404', { destination, detail: `it answers HTTP ${status}` });
      return answer;
    },
  };
}

function stopIfRefused(destination: string, answer: ApiAnswer, revision: string): void {
  const { status } = answer;
  if (isRefusedKey(answer)) {
    const scopes = 'lists (read, write), profiles (read, write) and, for events, events (write)';
    fail('E406', {
      destination,
      detail: `HTTP ${status}`,
      hint: `the private key needs the scopes ${scopes}`,
    });
  }
  if (status === 410) {
    const detail = `its API has no revision ${revision} any more (HTTP 410)`;
    fail('E407', { destination, detail, hint: 'set `revision` to a newer one' });
  }
}
