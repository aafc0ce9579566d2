/**
 * Forgets one key: out of the members, out of every audience that the ledger says it is in, then out of the state.
 * Killed midway, the same command again does the rest.
 */
import { keyLookup } from '../compile/affected.ts';
import { readCatalog } from '../compile/catalog.ts';
import { entityKey } from '../compile/key.ts';
import { renderQuery } from '../compile/render.ts';
import type { Entity, Project, Sync } from '../config/project.ts';
import { audienceOf } from '../deliver/audience.ts';
import type { Behind } from '../deliver/behind.ts';
import { failureOf } from '../deliver/check.ts';
import { type Delivery, leaseName } from '../deliver/context.ts';
import type { Decided } from '../deliver/decided.ts';
import { catchUp, tell } from '../deliver/finish.ts';
import { forget, type LedgerRow, type Standing } from '../deliver/operation.ts';
import { type Identifiers, payloadHash } from '../deliver/payload.ts';
import { Promised } from '../deliver/promised.ts';
import { Pump } from '../deliver/pump.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import type { Instant } from '../instant.ts';
import type { ForgetReport } from '../report/results.ts';
import {
  forgetMember,
  forgetRejections,
  type KnownRow,
  readKnown,
  segmentsOfEntity,
} from '../state/forget.ts';
import { nextPlace } from '../state/parts.ts';
import { readSyncRows } from '../state/sync-rows.ts';
import type { World } from '../world.ts';
import { type Destinations, openDestinations, sendsOn } from './destinations.ts';
import { evaluateLease } from './leases.ts';
import { type Opened, openTarget, type Patience } from './open.ts';

export interface ForgetRequest extends Patience {
  readonly target: string;
  readonly entity: string;
  readonly key: string;
  readonly signal: AbortSignal;
}

/** Throws E506 where another process is at work on one of the segments or syncs. */
export async function forgetKey(
  world: World,
  project: Project,
  request: ForgetRequest,
): Promise<ForgetReport> {
  const opened = await openTarget(world, project, request.target, 'write', request);
  const destinations = openDestinations(world, project);
  try {
    return await forgetIn({ world, project, request, opened, destinations, now: await opened.session.now() });
  } finally {
    await opened.leases?.release();
    await destinations.close();
    await opened.session.close();
  }
}

interface Scene {
  readonly world: World;
  readonly project: Project;
  readonly request: ForgetRequest;
  readonly opened: Opened;
  readonly destinations: Destinations;
  readonly now: Instant;
}

async function forgetIn(scene: Scene): Promise<ForgetReport> {
  const { opened, request, project } = scene;
  const { session, tables } = opened;
  const { key } = request;
  const entity = project.entities.get(request.entity)!;
  const segments = await segmentsOfEntity(session, tables, entity.name);
  const rows = await readKnown(session, tables, { key, segments });
  const syncs = [...new Set([...rows.map(({ sync }) => sync), ...syncsOf(project, entity)])];
  await lease(scene, segments, syncs);
  await opened.leases!.fenced(segments.map(evaluateLease), (transaction) =>
    forgetMember(transaction, tables, { key, segments }),
  );
  const removed: string[] = [];
  const left: { sync: string; reason: string }[] = [];
  for (const row of await readKnown(session, tables, { key, segments })) {
    const reason = await removeFrom(row, scene);
    if (reason === undefined) removed.push(row.sync);
    else left.push({ sync: row.sync, reason });
  }
  const isLeft = (sync: string): boolean => left.some((each) => each.sync === sync);
  await forgetRejections(session, tables, { key, syncs: syncs.filter((sync) => !isLeft(sync)) });
  const still_there = await isThere(entity, scene);
  return { version: 1, entity: entity.name, key, removed: [...new Set(removed)], left, still_there };
}

/** A delivery that is under way may have read the key before it is forgotten: so every sync is taken. */
function syncsOf({ syncs, segments }: Project, { name }: Entity): string[] {
  return [...syncs.values()]
    .filter(({ segment }) => segments.get(segment)?.entity === name)
    .map((sync) => sync.name);
}

async function lease(
  { opened, request }: Scene,
  segments: readonly string[],
  syncs: readonly string[],
): Promise<void> {
  const names = [...segments.map(evaluateLease), ...syncs.map(leaseName)];
  const { lost } = await opened.leases!.acquire(names, { waitMs: request.waitMs, signal: request.signal });
  const [first] = lost;
  if (first) fail('E506', { name: first.name, owner: first.owner.split(':').slice(0, 2).join(' process ') });
}

/** Why the key is still in the audience; undefined: it is out. */
async function removeFrom(row: KnownRow, scene: Scene): Promise<string | undefined> {
  const { project, opened, destinations } = scene;
  const sync = project.syncs.get(row.sync);
  if (!sync) return 'the sync is no longer declared';
  if (!sendsOn(project.destinations.get(sync.destination)!, opened.target.name)) {
    return 'its destination does not list this target';
  }
  try {
    const { session } = await destinations.open(sync.destination);
    const audienceRef = await audienceOf(sync, session, { dryRun: true });
    if (audienceRef !== row.audienceRef) return `it is in an earlier audience, ${row.audienceRef}`;
    const { complete, failure, reason } = await send(row, sync, scene);
    if (reason !== undefined) return reason;
    if (failure !== undefined) return failureOf(failure, sync.name).message;
    return complete ? undefined : 'interrupted, or no answer came';
  } catch (error) {
    return failureOf(error, sync.name).message;
  }
}

async function send(
  row: KnownRow,
  sync: Sync,
  scene: Scene,
): Promise<{ complete: boolean; failure?: unknown; reason?: string }> {
  const delivery = await deliveryOf(sync, scene);
  const ledger = ledgerRow(row);
  const standing = standingOf(row, ledger, scene.request.key);
  const { audienceRef } = row;
  const left = await catchUp(delivery, audienceRef);
  const pump = new Pump(delivery, { audienceRef, removing: [], nextPart: nextPlace(left) });
  const { complete, failure } = await pump.run(one({ standing, decision: forget(ledger, sync.mode) }));
  const isOut = complete && pump.waiting === 0 && pump.record.rejected === 0;
  if (pump.record.rejected > 0) return { complete: false, failure: rejection(sync, pump) };
  if (isOut && pump.record.nextPart > 0) {
    // Half of what a run left behind is nothing to show.
    if (left.length > 0) return { complete: false, reason: UNTOLD };
    return { complete: await tell(delivery, audienceRef, pump.record.now()) };
  }
  return { complete: isOut, ...(failure === undefined ? {} : { failure }) };
}

const UNTOLD = 'it is taken out, and readers are told once a run of this sync is whole';

function rejection({ name }: Sync, { record }: Pump): Error {
  const [first] = record.reasons.commonest();
  return fail('E455', {
    sync: name,
    detail: `the removal was rejected: ${first?.code ?? ''} ${first?.message ?? ''}`,
  });
}

async function* one(decided: Decided): AsyncGenerator<Decided> {
  yield decided;
}

function ledgerRow({ state, identifiers, payloadHash: hash, tickId }: KnownRow): LedgerRow {
  return {
    state: state === 'sending' ? 'sending' : 'delivered',
    identifiers: JSON.parse(identifiers) as Identifiers,
    tickId,
    ...(hash === undefined ? {} : { payloadHash: hash }),
  };
}

function standingOf({ tickId }: KnownRow, ledger: LedgerRow, key: string): Standing {
  const payload = { identifiers: {}, tells: false, fields: {}, hash: payloadHash({}, {}) };
  return { key, holds: false, known: false, entered: false, consented: false, payload, ledger, tickId };
}

const NOTHING_BEHIND: Omit<Behind, 'readAt'> = {
  ticks: new Map(),
  members: new Map(),
  rows: new Map(),
  pruned: new Map(),
  excluded: new Map(),
  allowed: new Map(),
  open: new Set(),
  losses: async () => new Map(),
};

/** Nobody's row is read for it, so it has no roster. */
async function deliveryOf(
  sync: Sync,
  { world, project, opened, destinations, request, now }: Scene,
): Promise<Delivery> {
  const { manifest, session, lane } = await destinations.open(sync.destination);
  const readAt = world.clock.monotonic();
  const label = `segsync command=forget sync=${sync.name} segment=${sync.segment}`;
  return {
    ...{ world, project, sync, now, label, lane },
    statements: opened.session.labelled(label),
    tables: opened.tables,
    leases: opened.leases!,
    destination: { manifest, session },
    sends: true,
    roster: { identifiers: [], fields: [], sql: () => '' },
    behind: { ...NOTHING_BEHIND, readAt, rows: await readSyncRows(opened.session, opened.tables) },
    full: false,
    runId: world.random.uuid(),
    readAt,
    // Nothing happened in the warehouse that it answers.
    promised: new Promised(0),
    signal: request.signal,
    onProgress: () => {},
  };
}

/** Whether the entity's own table still has the key: then the next full evaluation may bring it back. */
async function isThere(entity: Entity, { opened, project, request, now }: Scene): Promise<boolean> {
  const { session, warehouse } = opened;
  const catalog = await readCatalog(
    session,
    { relations: [entity.relation], queries: [], calls: [] },
    warehouse.dialect,
  );
  const scope = { catalog, timezone: project.timezone, t: now };
  const step = keyLookup(entity, entityKey(entity, catalog), request.key, scope);
  return (await session.query(renderQuery(step.query, warehouse.dialect))).length > 0;
}
