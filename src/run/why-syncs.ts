/** What of one key was sent where, with which answer, and what stands in its way. */
import { loadDestination } from '../adapters.ts';
import { compileRoster } from '../compile/roster.ts';
import type { Scope } from '../compile/rows.ts';
import type { Entity, Project, Sync } from '../config/project.ts';
import { payloadOf } from '../deliver/payload.ts';
import type { DestinationSession } from '../destination/destination.ts';
import { formatInstant, type Instant } from '../instant.ts';
import type { WhyLedgerRow, WhyRejection, WhySync } from '../report/results.ts';
import {
  type Change,
  type Held,
  type Refusal,
  readHeld,
  readRefusals,
  readSent,
  type Sent,
} from '../state/person.ts';
import { type StateTables, text } from '../state/sql.ts';
import { readSyncRows, type SyncRow } from '../state/sync-rows.ts';
import type { Dialect } from '../warehouse/dialect.ts';
import type { Statements } from '../warehouse/warehouse.ts';
import type { World } from '../world.ts';
import { type Destinations, sendsOn } from './destinations.ts';

export interface Sending {
  readonly world: World;
  readonly project: Project;
  readonly target: string;
  readonly segment: string;
  readonly entity: Entity;
  /** As it is stored. */
  readonly key: string;
  /** The entity's table has the key. */
  readonly found: boolean;
  readonly statements: Statements;
  readonly tables: StateTables;
  readonly dialect: Dialect;
  readonly scope: Scope;
  readonly destinations: Destinations;
  readonly memberships: ReadonlyMap<string, Instant>;
  readonly changes: readonly Change[];
}

type Reason = WhySync['reasons'][number];

/** Every sync that the segment has, or had once. */
export async function syncsOfKey(sending: Sending): Promise<WhySync[]> {
  const { statements, tables, segment, project, key } = sending;
  const rows = await readSyncRows(statements, tables);
  const declared = [...project.syncs.values()].filter((sync) => sync.segment === segment);
  const former = [...rows.values()].filter((row) => row.segment === segment && !project.syncs.has(row.sync));
  const names = [...declared, ...former].map((each) => ('name' in each ? each.name : each.sync));
  if (names.length === 0) return [];
  const held = await readHeld(statements, tables, { key, syncs: names });
  const refusals = await readRefusals(statements, tables, { key, syncs: names });
  const sent = await readSent(statements, tables, held);
  const ofSync = (name: string): Found => ({
    held: held.filter(({ sync }) => sync === name),
    refusal: refusals.find(({ sync }) => sync === name),
    sent: sent.filter(({ sync }) => sync === name),
  });
  const told: WhySync[] = [];
  for (const sync of declared)
    told.push(await declaredSync(sync, rows.get(sync.name), ofSync(sync.name), sending));
  for (const row of former) told.push(formerSync(row, ofSync(row.sync)));
  return told.sort((a, b) => (a.sync < b.sync ? -1 : 1));
}

interface Found {
  readonly held: readonly Held[];
  readonly refusal: Refusal | undefined;
  readonly sent: readonly Sent[];
}

async function declaredSync(
  sync: Sync,
  row: SyncRow | undefined,
  found: Found,
  sending: Sending,
): Promise<WhySync> {
  const current = found.held.filter(({ audienceRef }) => audienceRef === row?.audienceRef);
  return {
    sync: sync.name,
    destination: sync.destination,
    audience: sync.audience,
    mode: sync.mode,
    ...shared(found, current),
    reasons: [
      ...standing(sync, row, sending),
      ...(await personal(sync, sending)),
      ...waiting(row, current, sending),
    ],
  };
}

function formerSync(row: SyncRow, found: Found): WhySync {
  const current = found.held.filter(({ audienceRef }) => audienceRef === row.audienceRef);
  return {
    sync: row.sync,
    destination: row.destination,
    ...shared(found, current),
    reasons: [{ code: 'not_declared', message: 'the sync is no longer declared: nothing is sent any more' }],
  };
}

function shared({ held, refusal, sent }: Found, current: readonly Held[]): Pick<WhySync, 'state' | 'ledger'> {
  const state = current[0]?.state === 'sending' ? 'sending' : current[0] ? 'delivered' : 'not there';
  const ledger = held.map((each) =>
    ledgerRow(
      each,
      sent.findLast((one) => one.batchId === each.batchId),
    ),
  );
  return { state, ledger, ...(refusal ? { rejection: rejection(refusal) } : {}) };
}

/** Of the sync as a whole: off, held, not for this target. */
function standing(sync: Sync, row: SyncRow | undefined, { project, target }: Sending): Reason[] {
  const destination = project.destinations.get(sync.destination)!;
  const reasons: Reason[] = [];
  if (!sendsOn(destination, target)) {
    const message = `nothing is sent on ${target}: ${sync.destination} is for ${destination.targets!.join(', ')}`;
    reasons.push({ code: 'other_target', message });
  }
  if (row?.pausedAt !== undefined) {
    const why = row.pausedReason ? `: ${row.pausedReason}` : '';
    reasons.push({ code: 'paused', message: `paused since ${formatInstant(row.pausedAt)}${why}` });
  }
  if (row?.heldReason) reasons.push({ code: 'held', message: `held by a guard: ${row.heldReason}` });
  return reasons;
}

/** Of this person: excluded, consent missing, nothing to match by. */
async function personal(sync: Sync, sending: Sending): Promise<Reason[]> {
  const { found, memberships } = sending;
  const reasons: Reason[] = [];
  if (sync.exclude !== undefined && memberships.has(sync.exclude)) {
    const message = `kept out: a member of ${sync.exclude}, which ${sync.destination} excludes`;
    reasons.push({ code: 'excluded', message });
  }
  return found ? [...reasons, ...(await fitness(sync, sending))] : reasons;
}

async function fitness(sync: Sync, sending: Sending): Promise<Reason[]> {
  const { needsIdentifier, identifier } = await destinationOf(sync, sending);
  if (!sync.consent && !needsIdentifier) return [];
  const { entity, scope, dialect, statements, key } = sending;
  const roster = compileRoster(entity, { ...sync, fields: new Map() }, scope, dialect);
  const [row] = await statements.query(roster.sql(`(SELECT ${text(dialect, key)} AS entity_key)`));
  if (!row) return [];
  const reasons: Reason[] = [];
  if (sync.consent && row.consented !== 'true') {
    reasons.push({ code: 'consent_missing', message: `consent is missing: ${sync.consent.trait}` });
  }
  if (needsIdentifier && !payloadOf(row, roster, { identifier }).tells) {
    const message = `has no identifier that ${sync.destination} can match by: ${sync.match.join(', ')}`;
    reasons.push({ code: 'unmatchable', message });
  }
  return reasons;
}

/** As the destination reads identifiers; one that cannot be opened here takes what there is. */
async function destinationOf(
  sync: Sync,
  { destinations, project, world }: Sending,
): Promise<Pick<DestinationSession, 'identifier'> & { needsIdentifier: boolean }> {
  try {
    const { manifest, session } = await destinations.open(sync.destination);
    return { needsIdentifier: manifest.needsIdentifier, identifier: session.identifier };
  } catch {
    const type = await loadDestination(world, project.destinations.get(sync.destination)!.type);
    const identifier = (_kind: string, raw: string): string | undefined => raw.trim() || undefined;
    return { needsIdentifier: type!.manifest.needsIdentifier, identifier };
  }
}

/** What is known of the key here and not yet there. */
function waiting(row: SyncRow | undefined, current: readonly Held[], sending: Sending): Reason[] {
  const { memberships, segment, changes } = sending;
  if (row?.tickId === undefined) {
    return memberships.has(segment)
      ? [{ code: 'first_load', message: 'waits for the sync’s first load to be whole' }]
      : [];
  }
  const { tickId } = row;
  const last = changes.find((change) => change.tickId > tickId);
  if (!last || current[0]?.state === 'sending') return [];
  return [{ code: 'waiting', message: `the last change (${last.op}) waits to be delivered` }];
}

function ledgerRow(held: Held, sent: Sent | undefined): WhyLedgerRow {
  return {
    audience_ref: held.audienceRef,
    state: held.state,
    identifiers: JSON.parse(held.identifiers) as Record<string, string>,
    ...instantAs('delivered_at', held.deliveredAt),
    ...(held.batchId ? { batch_id: held.batchId } : {}),
    ...(sent ? answerOf(sent) : {}),
  };
}

function answerOf(sent: Sent): Partial<WhyLedgerRow> {
  const { op, status, attempts } = sent;
  return {
    ...{ op, status, attempts },
    ...(sent.httpStatus === undefined ? {} : { http_status: sent.httpStatus }),
    ...instantAs('sent_at', sent.sentAt),
    ...instantAs('acked_at', sent.ackedAt),
  };
}

function rejection({ op, code, message, attempts, dead, lastAt, nextAt }: Refusal): WhyRejection {
  return {
    ...{ op, code, message, attempts, dead },
    ...instantAs('last_at', lastAt),
    ...instantAs('next_at', nextAt),
  };
}

function instantAs<Name extends string>(name: Name, at: Instant | undefined): Partial<Record<Name, string>> {
  return at === undefined ? {} : ({ [name]: formatInstant(at) } as Record<Name, string>);
}
