/** Calls of HubSpot's API with an access token, and the failures that stop a sync. */
import { fail } from '../../diagnostics/diagnostic.ts';
import { isRefusedKey } from '../answers.ts';
import { type Api, type ApiAnswer, openApi } from '../api.ts';
import type { OpenContext } from '../destination.ts';
import { unreachable } from '../failures.ts';
import { authorized, fixedToken, refreshedTokens } from '../tokens.ts';
import type { HubspotSettings } from './options.ts';

export interface Client {
  /** One call. Throws E406 for refused credentials. */
  readonly call: Api;
  /** A call that carries nobody: throws E404 where nothing of HubSpot answers. */
  readonly ask: Api;
}

export function openClient({ world, name: destination }: OpenContext, settings: HubspotSettings): Client {
  const { base, version, accessToken, grant, timeoutMs, allowPrivateAddress } = settings;
  const tokens = grant
    ? refreshedTokens({
        ...{ world, destination, url: `${base}/oauth/${version}/token`, ...grant },
        ...{ timeoutMs, allowPrivateAddress },
      })
    : fixedToken(accessToken ?? '');
  const api = authorized(openApi(world, settings), tokens);
  const call: Api = async (request) => {
    const answer = await api(request);
    if (isRefusedKey(answer)) refused(destination, answer);
    return answer;
  };
  return {
    call,
    async ask(request) {
      const answer = await call(request).catch((error: unknown) => unreachable(destination, error));
      const { status } = answer;
      if (status < 200 || status === 429 || status >= 500 || (status >= 300 && status < 400))
        fail('E404', { destination, detail: `it answers HTTP ${status}` });
      return answer;
    },
  };
}

function refused(destination: string, { status }: ApiAnswer): never {
  const scopes = 'crm.lists.read, crm.lists.write, crm.objects.contacts.read and, to make contacts, …write';
  const hint = `the app needs the scopes ${scopes}; for events, analytics.behavioral_events.send`;
  return fail('E406', { destination, detail: `HTTP ${status}`, hint });
}
