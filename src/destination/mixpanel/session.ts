/** An open Mixpanel project. */
import { fail } from '../../diagnostics/diagnostic.ts';
import { isRefusedKey } from '../answers.ts';
import { type Api, type ApiRequest, openApi } from '../api.ts';
import { limitsOf } from '../call.ts';
import type { Batch, DestinationSession, OpenContext } from '../destination.ts';
import { sent, unreachable } from '../failures.ts';
import { changeBytes } from '../json.ts';
import { sha256 } from '../normalise.ts';
import { outcomeOf } from './answer.ts';
import type { MixpanelSettings } from './options.ts';
import { eventsBody, identifierOf, updatesBody } from './users.ts';

/** One update may take 1 MB, a call of events twice that or more: the published pages differ. */
export const BATCH_BYTES = 1_000_000;

/** `ip=0`: otherwise the profiles' places become that of the machine which sends. */
const ENGAGE = '/engage?ip=0&strict=1&verbose=1';

/** A session on one project. Opens no connection. */
export function openSession(context: OpenContext, settings: MixpanelSettings): DestinationSession {
  const { world, name: destination } = context;
  const { base, token, account } = settings;
  const secrets = account ? [token, account.secret] : [token];
  const call = judged(openApi(world, settings), destination);
  const requestOf = (batch: Batch, shown = token): ApiRequest =>
    batch.events
      ? importOf(batch, settings, destination)
      : { method: 'POST', path: ENGAGE, body: updatesBody(batch, shown) };
  return {
    limits: limitsOf(settings, BATCH_BYTES),
    check: () => check(call, settings, destination),
    ensureAudience: async ({ name }) => refOf(name, settings, destination),
    identifier: identifierOf,
    example(batch) {
      const { method, path, body } = requestOf(batch, '<project token>');
      return { to: `${method} ${base}${path}`, body };
    },
    sizeOf: (change) => changeBytes(change, 300),
    async send(batch, { signal }) {
      return sent(destination, batch, async () => {
        const answer = await call({ ...requestOf(batch), signal });
        return outcomeOf(batch, answer, world.clock.now(), secrets);
      });
    },
    async close() {},
  };
}

/** Proves that somebody answers; of the credentials, only the service account's, for nobody tells a wrong token. */
async function check(call: Api, settings: MixpanelSettings, destination: string): Promise<void> {
  const { account } = settings;
  const request: ApiRequest = account
    ? { method: 'GET', path: `/lookup-tables?project_id=${account.projectId}`, headers: headersOf(account) }
    : { method: 'POST', path: ENGAGE, body: [] };
  const { status } = await call(request).catch((error: unknown) => unreachable(destination, error));
  // Without updates it may well be refused.
  const isGood = account ? status === 200 : status < 300 || (status >= 400 && status < 500);
  if (!isGood) fail('E404', { destination, detail: `it answers HTTP ${status}` });
}

function importOf(batch: Batch, { account }: MixpanelSettings, destination: string): ApiRequest {
  if (!account) {
    fail('E407', {
      destination,
      detail: 'it has no service account to send events with',
      hint: 'set `project_id`, `service_account_username` and `service_account_secret`',
    });
  }
  const path = `/import?strict=1&project_id=${account.projectId}`;
  return { method: 'POST', path, body: eventsBody(batch), headers: headersOf(account) };
}

function headersOf({ username, secret }: NonNullable<MixpanelSettings['account']>) {
  return { authorization: `Basic ${Buffer.from(`${username}:${secret}`, 'utf8').toString('base64')}` };
}

/** Another project is another audience. What begins with `$` or `mp_` is Mixpanel's own; longer names are cut. */
function refOf(name: string, { base, token }: MixpanelSettings, destination: string): string {
  if (name.trim() === '' || name.length > 255 || /^(\$|mp_)/.test(name)) {
    fail('E407', {
      destination,
      detail: `\`${name}\` cannot be the name of a property of its own`,
      hint: 'give the sync another `audience:`, such as `segsync_NAME`',
    });
  }
  return `${sha256(`${base} ${token}`).slice(0, 16)}/${name}`;
}

function judged(api: Api, destination: string): Api {
  return async (request) => {
    const answer = await api(request);
    if (!isRefusedKey(answer)) return answer;
    return fail('E406', {
      destination,
      detail: `HTTP ${answer.status}`,
      hint: 'the token or the service account is of another project, or of another `region`',
    });
  };
}
