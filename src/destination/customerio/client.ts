/** Calls of Customer.io's two APIs, and the failures that stop a sync. */
import { fail } from '../../diagnostics/diagnostic.ts';
import { isRefusedKey } from '../answers.ts';
import { type Api, type ApiAnswer, openApi } from '../api.ts';
import type { OpenContext } from '../destination.ts';
import { unreachable } from '../failures.ts';
import { isRecord } from '../json.ts';
import type { CustomerioSettings } from './options.ts';
import type { Ask } from './segments.ts';

export interface Client {
  /** People and events. Throws E406 for refused credentials. */
  readonly track: Api;
  /** As `track`, for a call that carries nobody: throws E404, too. */
  readonly askTrack: Ask;
  /** Segments. Throws E404, E406. */
  readonly askApp: Ask;
}

export function openClient({ world, name: destination }: OpenContext, settings: CustomerioSettings): Client {
  const { siteId, apiKey, appApiKey, appBase } = settings;
  const key = Buffer.from(`${siteId}:${apiKey}`).toString('base64');
  const tracking = openApi(world, settings, { authorization: `Basic ${key}` });
  const app = openApi(world, { ...settings, base: appBase }, { authorization: `Bearer ${appApiKey}` });
  const track: Api = async (request) => {
    const answer = await tracking(request);
    const hint = 'check `site_id`, `api_key` and `region`: they are of one workspace';
    if (isRefusedKey(answer)) refused(destination, answer, hint);
    return answer;
  };
  return {
    track,
    askTrack: async (request) => jsonOf(destination, await track(request).catch(silent(destination))),
    async askApp(request) {
      const hint = 'segments are found and made by the App API: set `app_api_key`';
      if (appApiKey === undefined) fail('E406', { destination, detail: '`app_api_key` is missing', hint });
      const answer = await app(request).catch(silent(destination));
      if (isRefusedKey(answer)) refused(destination, answer, 'make a new `app_api_key` in the workspace');
      return jsonOf(destination, answer);
    },
  };
}

function silent(destination: string): (error: unknown) => never {
  return (error) => unreachable(destination, error);
}

function jsonOf(destination: string, { status, json }: ApiAnswer): Record<string, unknown> {
  if (status < 200 || status >= 300 || !isRecord(json))
    fail('E404', { destination, detail: `it answers HTTP ${status}` });
  return json;
}

function refused(destination: string, { status }: ApiAnswer, hint: string): never {
  return fail('E406', { destination, detail: `HTTP ${status}`, hint });
}
