/** An open Iterable destination. */
import { fail } from '../../diagnostics/diagnostic.ts';
import { isRefusedKey } from '../answers.ts';
import { type ApiRequest, openApi } from '../api.ts';
import { limitsOf } from '../call.ts';
import type { DestinationSession, OpenContext } from '../destination.ts';
import { sent, severalCalled, unreachable } from '../failures.ts';
import { changeBytes, isRecord } from '../json.ts';
import { outcomeOf } from './answer.ts';
import type { IterableSettings } from './options.ts';
import { callOf, identifierOf, userOf } from './users.ts';

/** No limit is published; 1,000 subscribers with some fields are far below. */
export const BATCH_BYTES = 3_000_000;

/** A session on one project. Opens no connection. */
export function openSession(context: OpenContext, settings: IterableSettings): DestinationSession {
  const { world, name: destination } = context;
  const { base, apiKey, usersBy } = settings;
  const api = openApi(world, settings, { 'api-key': apiKey });
  /** Resolves to the answer's JSON, or throws what it means for the sync. */
  const ask = async (request: ApiRequest): Promise<Record<string, unknown>> => {
    const { status, json } = await api(request).catch((error: unknown) => unreachable(destination, error));
    if (isRefusedKey({ status })) refusedKey(destination, status);
    if (status !== 200 || !isRecord(json)) {
      fail('E404', { destination, detail: `it answers HTTP ${status}` });
    }
    return json;
  };
  const listsCalled = async (name: string): Promise<string[]> => {
    const { lists } = await ask({ method: 'GET', path: '/api/lists' });
    return (Array.isArray(lists) ? lists : []).flatMap((list) =>
      isRecord(list) && list.name === name ? [String(list.id)] : [],
    );
  };
  return {
    limits: limitsOf(settings, BATCH_BYTES),
    async check() {
      await ask({ method: 'GET', path: '/api/lists' });
    },
    async ensureAudience({ name, dryRun }) {
      const [id, other] = await listsCalled(name);
      if (other !== undefined) severalCalled(destination, 'lists', name);
      if (id !== undefined) return id;
      if (dryRun) return `new:${name}`;
      const { listId } = await ask({ method: 'POST', path: '/api/lists', body: { name } });
      if (typeof listId !== 'number') {
        const detail = 'Iterable made a list and did not say its id';
        fail('E407', { destination, detail, hint: 'run again' });
      }
      return String(listId);
    },
    identifier: (kind, value) => identifierOf(kind, value, usersBy),
    example(batch) {
      const { path, body } = callOf(batch, settings);
      return { to: `POST ${base}${path}`, body };
    },
    sizeOf: (change) => changeBytes(change, 200),
    async send(batch, { signal }) {
      const users = batch.changes.map((change) => userOf(change, batch.kinds, usersBy));
      return sent(destination, batch, async () => {
        const answer = await api({ method: 'POST', ...callOf(batch, settings), signal });
        if (isRefusedKey(answer)) refusedKey(destination, answer.status);
        return outcomeOf({ batch, users, now: world.clock.now() }, answer);
      });
    },
    async close() {},
  };
}

function refusedKey(destination: string, status: number): never {
  return fail('E406', {
    destination,
    detail: `HTTP ${status}`,
    hint: 'a server-side key of this project is needed, and `data_center` has to be the project’s',
  });
}
