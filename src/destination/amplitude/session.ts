/** An open Amplitude project. */
import { fail } from '../../diagnostics/diagnostic.ts';
import { isRefusedKey } from '../answers.ts';
import { type Api, type ApiRequest, openApi } from '../api.ts';
import { limitsOf } from '../call.ts';
import type { DestinationSession, OpenContext } from '../destination.ts';
import { sent, severalCalled, unreachable } from '../failures.ts';
import { isRecord } from '../json.ts';
import { batchBody, identifierOf, membershipBody, outcomeOf } from './members.ts';
import type { AmplitudeSettings } from './options.ts';

/** No limit is published; far above what 100,000 ids take. */
export const BATCH_BYTES = 8_000_000;

const MEMBERSHIP = '/api/3/cohorts/membership';

/** A session on one project. Opens no connection. */
export function openSession(context: OpenContext, settings: AmplitudeSettings): DestinationSession {
  const { world, name: destination } = context;
  const pair = Buffer.from(`${settings.apiKey}:${settings.secretKey}`, 'utf8').toString('base64');
  const api = openApi(world, settings, { authorization: `Basic ${pair}` });
  const cohorts = openCohorts(api, destination, settings);
  return {
    limits: limitsOf(settings, BATCH_BYTES),
    async check() {
      await cohorts.called('');
    },
    async ensureAudience({ name, dryRun }) {
      const [id, other] = await cohorts.called(name);
      if (other !== undefined) severalCalled(destination, 'cohorts', name);
      if (id !== undefined && !dryRun) await cohorts.release(id);
      if (id !== undefined) return id;
      return dryRun ? `new:${name}` : cohorts.make(name);
    },
    identifier: identifierOf,
    example: (batch) => ({ to: `POST ${settings.base}${MEMBERSHIP}`, body: batchBody(batch) }),
    sizeOf: ({ identifiers }) =>
      Object.values(identifiers).reduce(
        (sum, value) => sum + Buffer.byteLength(JSON.stringify(value)) + 1,
        0,
      ),
    async send(batch, { signal }) {
      return sent(destination, batch, async () => {
        const answer = await api({ method: 'POST', path: MEMBERSHIP, body: batchBody(batch), signal });
        if (isRefusedKey(answer)) refusedKey(destination, answer.status);
        return outcomeOf(batch, answer, world.clock.now());
      });
    },
    async close() {},
  };
}

interface Cohorts {
  /** Ids of the cohorts of this name that are in use. */
  called(name: string): Promise<string[]>;
  /** Makes one; resolves to its id. */
  make(name: string): Promise<string>;
  /** Takes the user out with whom it was made: the run that made it may have been ended before. */
  release(id: string): Promise<void>;
}

function openCohorts(api: Api, destination: string, settings: AmplitudeSettings): Cohorts {
  /** Resolves to the answer's JSON, or throws what it means for the sync. */
  const ask = async (request: ApiRequest): Promise<Record<string, unknown>> => {
    const answer = await api(request).catch((error: unknown) => unreachable(destination, error));
    if (isRefusedKey(answer)) refusedKey(destination, answer.status);
    const { status, json } = answer;
    if (status < 200 || status >= 300 || !isRecord(json))
      fail('E404', { destination, detail: `it answers HTTP ${status}` });
    return json;
  };
  return {
    async called(name) {
      const { cohorts } = await ask({ method: 'GET', path: '/api/3/cohorts' });
      if (!Array.isArray(cohorts)) fail('E404', { destination, detail: 'its answer lists no cohorts' });
      return cohorts.flatMap((each: unknown) =>
        isRecord(each) && each.name === name && each.archived !== true && isOurs(each, settings)
          ? [String(each.id)]
          : [],
      );
    },
    async make(name) {
      const { seedUser, appId, owner } = settings;
      if (seedUser === undefined) {
        fail('E407', {
          destination,
          detail: `there is no cohort \`${name}\`, and none can be made empty`,
          hint: 'make it in Amplitude, or name a user that Amplitude knows as `seed_user`',
        });
      }
      const about = { name, app_id: appId, id_type: 'BY_USER_ID', ids: [seedUser], owner, published: true };
      const { cohortId } = await ask({ method: 'POST', path: '/api/3/cohorts/upload', body: about });
      if (typeof cohortId !== 'string' || cohortId === '') {
        fail('E407', {
          destination,
          detail: 'Amplitude made a cohort and did not say its id',
          hint: 'run again',
        });
      }
      await this.release(cohortId);
      return cohortId;
    },
    async release(id) {
      const { seedUser } = settings;
      if (seedUser === undefined) return;
      // Where it cannot be done now, the next run does it.
      const body = membershipBody(id, [seedUser], 'REMOVE');
      await api({ method: 'POST', path: MEMBERSHIP, body }).catch(() => undefined);
    },
  };
}

/** A key may see cohorts of other projects of the organization. */
function isOurs({ appId }: Record<string, unknown>, settings: AmplitudeSettings): boolean {
  return appId === undefined || Number(appId) === settings.appId;
}

function refusedKey(destination: string, status: number): never {
  return fail('E406', {
    destination,
    detail: `HTTP ${status}`,
    hint: '`api_key` and `secret_key` are those of one project, and `base_url` has to be its region’s',
  });
}
