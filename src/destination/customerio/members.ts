/** Members of a segment: people are made or updated where that is wanted, then the segment is changed. */
import { fail } from '../../diagnostics/diagnostic.ts';
import type { Api, ApiAnswer } from '../api.ts';
import type { Batch, Outcome } from '../destination.ts';
import { failureOf, type Refused, receiptsOf, refusedItems } from './answer.ts';
import type { CustomerioSettings } from './options.ts';
import { eventsBody, identifyBody, type PersonRef, refOf, segmentIds } from './people.ts';

export interface Context {
  readonly destination: string;
  readonly track: Api;
  readonly settings: CustomerioSettings;
  readonly now: () => bigint;
  readonly signal: AbortSignal | undefined;
}

type Refs = readonly (PersonRef | undefined)[];

const NONE: Refused = { items: new Map(), others: false };

/** One call for events. For members one, or two: what fails at the first is judged as what fails at the second. */
export async function changed(batch: Batch, context: Context): Promise<Outcome> {
  const { settings } = context;
  const refs = batch.changes.map((change) => refOf(change, batch.kinds, settings.idType));
  if (batch.events) return taken(batch, eventsBody(batch, refs), context);
  let refused = NONE;
  if (needsIdentify(batch, settings)) {
    const outcome = await posted(batch, identifyBody(batch, refs, settings.createPeople), context);
    if ('receipts' in outcome || 'refused' in outcome) return outcome;
    refused = refusedItems(outcome, batch.changes.length);
    if (refused.others) return { receipts: receiptsOf(batch, refused), httpStatus: outcome.status };
  }
  const left = refs.map((ref, index) => (refused.items.has(index) ? undefined : ref));
  return segmentChanged(batch, left, refused, context);
}

/** A removal touches nobody's attributes, and makes nobody. */
function needsIdentify({ op, changes }: Batch, { createPeople }: CustomerioSettings): boolean {
  return op !== 'remove' && (createPeople || changes.some(({ fields }) => Object.keys(fields).length > 0));
}

async function posted(
  batch: Batch,
  body: unknown,
  { track, now, signal }: Context,
): Promise<Outcome | ApiAnswer> {
  const answer = await track({ method: 'POST', path: '/api/v2/batch', body, signal });
  return failureOf(batch, answer, now()) ?? answer;
}

async function taken(batch: Batch, body: unknown, context: Context): Promise<Outcome> {
  const answer = await posted(batch, body, context);
  if ('receipts' in answer || 'refused' in answer) return answer;
  const refused = refusedItems(answer, batch.changes.length);
  return { receipts: receiptsOf(batch, refused), httpStatus: answer.status };
}

/** A call for each type of id: one, but for those who were added when it was the other. */
async function segmentChanged(
  batch: Batch,
  left: Refs,
  refused: Refused,
  { destination, track, now, signal }: Context,
): Promise<Outcome> {
  let httpStatus: number | undefined;
  for (const idType of new Set(left.flatMap((ref) => (ref ? [ref.idType] : [])))) {
    const path = `${segmentPath(batch)}?id_type=${idType}`;
    const answer = await track({ method: 'POST', path, body: { ids: segmentIds(left, idType) }, signal });
    if (answer.status === 404) {
      const detail = 'its segment is not there any more (HTTP 404)';
      fail('E407', { destination, detail, hint: 'run again to make a new segment, which begins empty' });
    }
    const failed = failureOf(batch, answer, now());
    if (failed) return failed;
    httpStatus = answer.status;
  }
  return { receipts: receiptsOf(batch, refused), ...(httpStatus === undefined ? {} : { httpStatus }) };
}

export function segmentPath({ op, audience }: Batch): string {
  const verb = op === 'remove' ? 'remove_customers' : 'add_customers';
  return `/api/v1/segments/${encodeURIComponent(audience.ref)}/${verb}`;
}
