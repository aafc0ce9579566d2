/** An open Salesforce organization. */
import { fail } from '../../diagnostics/diagnostic.ts';
import { type Api, type ApiAnswer, type ApiRequest, openApi } from '../api.ts';
import { limitsOf } from '../call.ts';
import type { Batch, DestinationSession, OpenContext, Outcome, Receipt } from '../destination.ts';
import { expectApi, sent, unreachable } from '../failures.ts';
import { isRecord } from '../json.ts';
import { retryAll } from '../receipts.ts';
import { authorized, clientTokens, refreshedTokens } from '../tokens.ts';
import { failedOutcome, isOverLimit, resultsOf, worstOf } from './answer.ts';
import { eventObjects, eventsCall } from './events.ts';
import type { SalesforceSettings } from './options.ts';
import {
  type Aimed,
  aimedAt,
  bytesOf,
  identifierOf,
  lookUpCall,
  recordsIn,
  updateCall,
  upsertCall,
} from './records.ts';

/** Of the members' ids in a look-up's address: servers take 16,000 or so. Source: REST API, URI length limit. */
export const BATCH_BYTES = 12_000;

/** A session on one organization. Opens no connection. */
export function openSession(context: OpenContext, settings: SalesforceSettings): DestinationSession {
  const { world, name: destination } = context;
  const api = openSalesforce(context, settings);
  const judge = (answer: ApiAnswer): ApiAnswer => {
    const isRefused = (answer.status === 401 || answer.status === 403) && !isOverLimit(answer);
    return isRefused ? refusedKey(destination, answer.status) : answer;
  };
  const get = async (path: string): Promise<ApiAnswer> =>
    judge(await api({ method: 'GET', path }).catch((error: unknown) => unreachable(destination, error)));
  const checkEvents = eventObjects(destination, get, settings);
  return {
    // A batch may take two calls: the look-up of its records, and the change.
    limits: { ...limitsOf(settings, BATCH_BYTES), requestsPerSecond: settings.requestsPerSecond / 2 },
    async check() {
      const { status, json } = await get(`${settings.root}/limits`);
      expectApi(destination, { status, json });
      if (status !== 200) fail('E404', { destination, detail: `it answers HTTP ${status}` });
    },
    async ensureAudience({ name }) {
      const { status, json } = await get(`${settings.root}/sobjects/${settings.object}/describe`);
      if (status === 429 || status >= 500) fail('E404', { destination, detail: `it answers HTTP ${status}` });
      checkFields(destination, settings, name, status === 200 ? json : undefined);
      return `${new URL(settings.base).host}/${settings.object}.${name}`;
    },
    identifier: identifierOf,
    example(batch) {
      const { method, path, body } = exampleCall(batch, settings);
      return { to: `${method} ${settings.base}${path}`, body };
    },
    sizeOf: bytesOf,
    async send(batch, { signal }) {
      const call: Caller = async (request) => judge(await api({ ...request, signal }));
      if (batch.events) await checkEvents(batch.audience.name);
      return sent(destination, batch, () => {
        const upserted = upsertOf(batch, settings);
        return upserted
          ? upsert(call, batch, upserted, world.clock.now())
          : update(call, batch, settings, world.clock.now());
      });
    },
    async close() {},
  };
}

type Caller = Api;

/** The one call of a batch that needs no look-up. */
function upsertOf(batch: Batch, settings: SalesforceSettings): ApiRequest | undefined {
  if (batch.events) return eventsCall(batch, settings);
  return settings.createRecords && batch.op !== 'remove' ? upsertCall(batch, settings) : undefined;
}

function exampleCall(batch: Batch, settings: SalesforceSettings): ApiRequest {
  const found = new Map(batch.changes.map(({ identifiers }) => [idOf(identifiers), ['<record id>']]));
  return upsertOf(batch, settings) ?? updateCall(aimedAt(batch, found, settings), settings);
}

function idOf(identifiers: Readonly<Record<string, string>>): string {
  return Object.values(identifiers)[0] ?? '';
}

function openSalesforce({ world, name: destination }: OpenContext, settings: SalesforceSettings): Api {
  const { base, clientId, clientSecret, refreshToken } = settings;
  const client = {
    ...settings,
    world,
    destination,
    url: `${base}/services/oauth2/token`,
    clientId,
    clientSecret,
  };
  const tokens =
    refreshToken === undefined ? clientTokens(client) : refreshedTokens({ ...client, refreshToken });
  return authorized(openApi(world, settings), tokens);
}

async function upsert(call: Caller, batch: Batch, request: ApiRequest, now: bigint): Promise<Outcome> {
  const answer = await call(request);
  const failed = failedOutcome(batch, answer, now);
  if (failed) return failed;
  const receipts = resultsOf(answer.json, batch.changes.length) ?? unread(batch);
  return { receipts, httpStatus: answer.status };
}

/** Only records that there are. Who has none is gone, or cannot be added. */
async function update(
  call: Caller,
  batch: Batch,
  settings: SalesforceSettings,
  now: bigint,
): Promise<Outcome> {
  const looked = await call(lookUpCall(batch, settings));
  const failed = failedOutcome(batch, looked, now);
  if (failed) return failed;
  const found = recordsIn(looked.json, settings);
  if (!found) return { receipts: unread(batch), httpStatus: looked.status };
  const aimed = aimedAt(batch, found, settings);
  const results: Receipt[] = [];
  // Where an external id is not unique, a member has several records, and they may be more than one call takes.
  for (let from = 0; from < aimed.length; from += settings.batchRows) {
    const some = aimed.slice(from, from + settings.batchRows);
    const answer = await call(updateCall(some, settings));
    const refused = failedOutcome(batch, answer, now);
    if (refused) return refused;
    const read = resultsOf(answer.json, some.length);
    if (!read) return { receipts: unread(batch), httpStatus: answer.status };
    results.push(...read);
  }
  return { receipts: receiptsOf(batch, aimed, results), httpStatus: 200 };
}

function receiptsOf(batch: Batch, aimed: readonly Aimed[], results: readonly Receipt[]): Receipt[] {
  const byRow = batch.changes.map((): Receipt[] => []);
  for (const [index, receipt] of results.entries()) byRow[aimed[index]!.row]!.push(receipt);
  return byRow.map((own) => {
    if (own.length > 0) return worstOf(own);
    return batch.op === 'remove' ? { kind: 'missing' } : NO_RECORD;
  });
}

const NO_RECORD: Receipt = {
  kind: 'rejected',
  daily: true,
  code: 'no_record',
  message: 'there is no record with this external id, and `create_records` is false',
};

function unread(batch: Batch): Receipt[] {
  return retryAll(batch, 'no_answer', 'the answer is none of Salesforce’s');
}

/** The fields that are needed have to be there: an unknown one would fail every record. */
function checkFields(
  destination: string,
  { object, externalIdField }: SalesforceSettings,
  name: string,
  json: unknown,
): void {
  const fields: readonly unknown[] = isRecord(json) && Array.isArray(json.fields) ? json.fields : [];
  const named = (wanted: string) =>
    fields.find((field) => isRecord(field) && field.name === wanted) as Record<string, unknown> | undefined;
  const wrong = (detail: string, hint: string): never => fail('E407', { destination, detail, hint });
  if (fields.length === 0) wrong(`there is no object \`${object}\` that the app may see`, 'check `object`');
  if (!named(externalIdField))
    wrong(`\`${object}\` has no field \`${externalIdField}\``, 'check `external_id_field`');
  const field = named(name);
  if (field?.type !== 'boolean' || field.updateable !== true) {
    const hint = `make a checkbox of that API name, or set the sync’s \`audience:\` to one there is`;
    wrong(`\`${object}\` has no checkbox \`${name}\` that the app may change`, hint);
  }
}

function refusedKey(destination: string, status: number): never {
  return fail('E406', {
    destination,
    detail: `HTTP ${status}`,
    hint: 'the connected app needs the scope `api`, and its user the right to read and change the object',
  });
}
