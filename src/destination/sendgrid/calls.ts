/** The calls that carry contacts. */
import { fail } from '../../diagnostics/diagnostic.ts';
import type { World } from '../../world.ts';
import type { Api } from '../api.ts';
import type { Batch, Outcome, Receipt } from '../destination.ts';
import { contactsIn, failedOutcome, isListGone, unread, upsertOutcome } from './answer.ts';
import { contactOf, lookUpCall, MOST_LOOKED_UP, removeCall, upsertCall } from './contacts.ts';
import { type Columns, columnsIn, namesIn, RESERVED_COLUMNS } from './fields.ts';
import type { SendgridSettings } from './options.ts';

export interface Open {
  readonly world: World;
  readonly destination: string;
  readonly settings: SendgridSettings;
  /** Throws where the key is refused. */
  readonly call: Api;
  /** Custom fields, once they are known. */
  readonly known: { columns?: Columns };
}

/** Adds, also who is there already, and writes the fields. */
export async function upsert(open: Open, batch: Batch): Promise<Outcome> {
  const { world, destination, settings, call } = open;
  const columns = await columnsFor(open, batch);
  if (!('get' in columns)) return columns;
  const unknown = namesIn(batch).find((name) => !columns.has(name.toLowerCase()));
  if (unknown !== undefined) {
    const detail = `SendGrid has no custom field \`${unknown}\``;
    fail('E407', { destination, detail, hint: 'make it in Marketing, Custom Fields, or rename the field' });
  }
  const answer = await call(upsertCall(batch, settings.identifierType, columns));
  if (isListGone(answer))
    fail('E407', {
      destination,
      detail: `there is no list \`${batch.audience.name}\` any more`,
      hint: 'run again',
    });
  return upsertOutcome(batch, answer, world.clock.now());
}

/** Asked for once a session, and only where fields are sent. */
async function columnsFor({ world, call, known }: Open, batch: Batch): Promise<Columns | Outcome> {
  if (namesIn(batch).length === 0) return RESERVED_COLUMNS;
  if (known.columns) return known.columns;
  const answer = await call({ method: 'GET', path: '/v3/marketing/field_definitions' });
  const failed = failedOutcome(batch, answer, world.clock.now());
  if (failed) return failed;
  const columns = columnsIn(answer.json);
  if (!columns) return unread(batch, answer);
  known.columns = columns;
  return columns;
}

/** Some after the other, as many as one look-up takes. Once one has to be tried again, so have the rest. */
export async function remove(open: Open, batch: Batch): Promise<Outcome> {
  const receipts: Receipt[] = [];
  let httpStatus: number | undefined;
  for (let from = 0; from < batch.changes.length; from += MOST_LOOKED_UP) {
    const part = { ...batch, changes: batch.changes.slice(from, from + MOST_LOOKED_UP) };
    const outcome = await removeSome(open, part);
    // Whom the parts before took off is not found on the list, or again: both are harmless.
    if ('refused' in outcome) return outcome;
    receipts.push(...outcome.receipts);
    httpStatus = outcome.httpStatus;
    const later = outcome.receipts.find(({ kind }) => kind === 'retry');
    if (later) receipts.push(...batch.changes.slice(from + MOST_LOOKED_UP).map(() => later));
    if (later) break;
  }
  return { receipts, ...(httpStatus === undefined ? {} : { httpStatus }) };
}

async function removeSome({ world, settings, call }: Open, batch: Batch): Promise<Outcome> {
  const { identifierType: type } = settings;
  const looked = await call(lookUpCall(batch, type));
  const found = looked.status < 300 || looked.status === 404 ? contactsIn(looked) : undefined;
  if (!found) return failedOutcome(batch, looked, world.clock.now()) ?? unread(batch, looked);
  const contacts = batch.changes.map((each) => found.get(contactOf(each, batch.kinds, type).toLowerCase()));
  const ids = [...new Set(contacts.flatMap((id) => id ?? []))];
  if (ids.length > 0) {
    const answer = await call(removeCall(batch.audience.ref, ids));
    const failed = failedOutcome(batch, answer, world.clock.now());
    // Also of a contact that was deleted since: alone, it is not there.
    const isGone = failed && 'refused' in failed && answer.status === 404 && ids.length === 1;
    if (failed && !isGone) return failed;
  }
  // A removal is a job, too, and nothing tells of its end.
  const receipts = contacts.map((id): Receipt => ({ kind: id === undefined ? 'missing' : 'unknown' }));
  // It answers, and says whom it does not know: the other side is up.
  return { receipts, httpStatus: 200 };
}
