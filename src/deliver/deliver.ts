/** Brings one audience up to its segment: the steps in order. */
import { type Instant, MINUTE } from '../instant.ts';
import type { Counts, Held, SyncResult } from '../report/results.ts';
import { endAllowance } from '../state/allowances.ts';
import { writeExcludedTick } from '../state/excluded.ts';
import { nextPlace, type PartRow } from '../state/parts.ts';
import { beginSync, finishSync, holdSync } from '../state/sync-rows.ts';
import { type Statements, WarehouseError } from '../warehouse/warehouse.ts';
import { adoptMembers } from './adopt.ts';
import { audienceOf } from './audience.ts';
import { divideBudget } from './budget.ts';
import { checkMode, failureOf, heldDiagnostic } from './check.ts';
import { type Delivery, leaseName } from './context.ts';
import { type Decided, decidedOf, type Survey, survey } from './decided.ts';
import { catchUp, tell } from './finish.ts';
import { noteFirstLoad } from './first-load.ts';
import type { Ending } from './flusher.ts';
import { doneUpTo, type Polled, pollJobs } from './jobs.ts';
import { heldBy, noteEmptySource } from './pressure.ts';
import type { Promised } from './promised.ts';
import { Pump } from './pump.ts';
import { countLedger, readScope, type Scope } from './scope.ts';

type Report = Omit<SyncResult, 'sync' | 'duration_ms'>;

const NOTHING: Report = {
  planned: { add: 0, remove: 0, update: 0 },
  delivered: { add: 0, remove: 0, update: 0 },
  rejected: 0,
  waiting: 0,
  unmatchable: 0,
};

/**
 * Delivers what changed. What fails is in the result, and everything begun is set right by the next run; throws only
 * what is a defect of this program.
 */
export async function deliverSync(delivery: Delivery): Promise<SyncResult> {
  const { sync, world, promised } = delivery;
  const began = world.clock.monotonic();
  const report = await reportOf(delivery).catch((error: unknown): Report => {
    const interrupted = delivery.signal.aborted && error instanceof WarehouseError;
    return interrupted ? NOTHING : { ...NOTHING, error: failureOf(error, sync.name) };
  });
  return {
    ...{ sync: sync.name, ...report },
    ...measuredOf(promised),
    duration_ms: Math.round(world.clock.monotonic() - began),
  };
}

function measuredOf(promised: Promised): Pick<SyncResult, 'freshness_ms' | 'measured'> {
  const measured = promised.measured();
  if (!measured) return {};
  const { freshness_ms, ...kept } = measured;
  return { freshness_ms, measured: kept };
}

async function reportOf(delivery: Delivery): Promise<Report> {
  const { sync, destination } = delivery;
  checkMode(sync, destination.manifest);
  const audienceRef = await audienceOf(sync, destination.session, { dryRun: false });
  if (delivery.behind.rows.get(sync.name)?.pausedAt !== undefined) return { ...NOTHING, skipped: 'paused' };
  const left = await catchUp(delivery, audienceRef);
  const polled = await pollJobs(delivery, audienceRef);
  const scope = await readScope(delivery, audienceRef, polled);
  await begin(delivery, scope);
  const isAdopted = scope.firstLoad && (await adoptMembers(delivery, audienceRef));
  const report = await deliverRest(delivery, isAdopted ? await adopted(delivery, scope) : scope, left);
  return withPolled(report, polled);
}

/** What jobs of earlier runs have come to counts as this run's. */
function withPolled(report: Report, { delivered, rejected, invalid, waiting }: Polled): Report {
  const sum = report.delivered ?? NOTHING.delivered!;
  const unusable = (report.invalid ?? 0) + invalid;
  return {
    ...report,
    delivered: {
      add: sum.add + delivered.add,
      remove: sum.remove + delivered.remove,
      update: sum.update + delivered.update,
    },
    rejected: report.rejected + rejected,
    waiting: report.waiting + waiting,
    ...(unusable > 0 ? { invalid: unusable } : {}),
  };
}

/** The scope with those in the ledger who were taken over. */
async function adopted(delivery: Delivery, scope: Scope): Promise<Scope> {
  return { ...scope, ledgerSize: await countLedger(delivery, scope.audienceRef), idle: false };
}

/** `left`: parts that earlier runs left behind, of which readers are still to be told. */
async function deliverRest(delivery: Delivery, scope: Scope, left: readonly PartRow[]): Promise<Report> {
  if (scope.idle && !delivery.staleSource) {
    const { isTold, failure } = await told(delivery, scope, {
      deliveredAt: delivery.now,
      parts: left.length,
    });
    await finish(delivery, scope, { deliveredAt: delivery.now, isWaiting: !isTold, hasLoaded: false });
    return { ...NOTHING, ...errorOf(failure, delivery) };
  }
  await refreshStatistics(delivery, scope);
  const counted = await countAhead(delivery, scope);
  const held = counted && (await heldBy(delivery, scope, counted.planned));
  if (held) return hold(delivery, scope, counted, held);
  await divideBudget(delivery);
  return send(delivery, scope, counted, left);
}

/**
 * After a load that was broken off, or before the first one, the planner may still take the state's tables for empty,
 * and look at all of the ledger for each row.
 */
async function refreshStatistics(
  { statements, tables, behind, sync }: Delivery,
  { since }: Scope,
): Promise<void> {
  if (since !== undefined && !behind.open.has(sync.name)) return;
  for (const name of ['membership', 'ledger'] as const) await statements.analyze(tables.name(name));
}

/**
 * The planner would go on taking the sync for as small as it was, and read all of its ledger in every delivery. What was
 * delivered is delivered, whether this succeeds or not.
 */
async function learnOfLoad({ statements, tables }: Delivery): Promise<void> {
  await statements.analyze(tables.name('ledger')).catch(() => undefined);
}

/** The guards want figures before anything is sent. An empty audience has nothing to guard, and is loaded at once. */
async function countAhead(delivery: Delivery, scope: Scope): Promise<Survey | undefined> {
  if (scope.idle) return { planned: NOTHING.planned, unmatchable: 0, requests: 0 };
  const guarded = scope.ledgerSize > 0 || !scope.firstLoad || isSuspect(delivery);
  return guarded ? survey(delivery, decidedOf(delivery, scope, delivery.signal)) : undefined;
}

/** Something is wrong with a table that it stands on: that holds a first load, too. */
function isSuspect({ emptySource, staleSource }: Delivery): boolean {
  return emptySource !== undefined || staleSource !== undefined;
}

async function hold(delivery: Delivery, scope: Scope, counted: Survey, held: Held): Promise<Report> {
  const { sync } = delivery;
  const { message: reason } = heldDiagnostic(sync.name, held, delivery);
  if (scope.row?.heldReason !== reason) {
    await commit(delivery, (transaction) =>
      holdSync(transaction, delivery.tables, { name: sync.name, reason }),
    );
  }
  const { planned, unmatchable } = counted;
  return { ...NOTHING, planned, unmatchable, held };
}

async function begin(delivery: Delivery, scope: Scope): Promise<void> {
  const { sync, tables } = delivery;
  if (scope.row?.audienceRef === scope.audienceRef) return;
  const { name, segment, destination } = sync;
  await commit(delivery, (transaction) =>
    beginSync(transaction, tables, { name, segment, destination, audienceRef: scope.audienceRef }),
  );
}

async function send(
  delivery: Delivery,
  scope: Scope,
  counted: Survey | undefined,
  left: readonly PartRow[],
): Promise<Report> {
  const pump = new Pump(delivery, { ...scope, nextPart: nextPlace(left) });
  const planned: Counts = { add: 0, remove: 0, update: 0 };
  const seen = { planned, unmatchable: 0 };
  const source = counted?.kept ?? decidedOf(delivery, scope, pump.halted);
  const isWaiting = (): boolean => pump.waiting > 0 || scope.running.length > 0;
  const ended = (isTold: boolean): Ended => ({
    deliveredAt: pump.record.now(),
    isWaiting: isWaiting() || !isTold,
    hasLoaded: pump.record.delivered.add > 0,
  });
  const { session } = delivery.destination;
  // Readers are told, and jobs are counted, by what is committed.
  const isApart = session.finish !== undefined || session.poll !== undefined;
  const ending = isApart ? undefined : () => endingOf(delivery, scope, ended(true));
  const pumped = await pump.run(counting(source, seen), ending);
  const { complete, failure } = pumped;
  const { isTold, failure: untold } =
    !complete || isWaiting()
      ? { isTold: false }
      : await told(delivery, scope, { deliveredAt: pump.record.now(), parts: pump.record.nextPart });
  if (complete && !pumped.ended) await finish(delivery, scope, ended(isTold));
  if (complete && scope.firstLoad && pump.record.delivered.add > 0) await learnOfLoad(delivery);
  return {
    planned,
    delivered: pump.record.delivered,
    rejected: pump.record.rejected,
    ...(pump.record.rejected > 0 ? { rejections: pump.record.reasons.commonest() } : {}),
    ...(pump.record.invalid > 0 ? { invalid: pump.record.invalid } : {}),
    waiting: pump.waiting,
    unmatchable: seen.unmatchable,
    ...errorOf(failure ?? untold, delivery),
  };
}

interface Told {
  /** Readers know of all that was delivered. */
  readonly isTold: boolean;
  readonly failure?: unknown;
}

/** A run is whole once everything is delivered: where readers are to be told, they are. `parts`: 0 where nothing is owed. */
async function told(
  delivery: Delivery,
  { audienceRef }: Scope,
  { deliveredAt, parts }: { readonly deliveredAt: Instant; readonly parts: number },
): Promise<Told> {
  if (parts === 0) return { isTold: true };
  try {
    return { isTold: await tell(delivery, audienceRef, deliveredAt) };
  } catch (failure) {
    return { isTold: false, failure };
  }
}

function errorOf(failure: unknown, { sync }: Delivery): Pick<Report, 'error'> {
  return failure === undefined ? {} : { error: failureOf(failure, sync.name) };
}

async function* counting(
  decided: Iterable<Decided> | AsyncIterable<Decided>,
  seen: { planned: Counts; unmatchable: number },
): AsyncGenerator<Decided> {
  for await (const each of decided) {
    const { decision } = each;
    if (decision.kind === 'send') seen.planned[decision.effect]++;
    if (decision.kind === 'nothing') seen.unmatchable++;
    yield each;
  }
}

interface Ended {
  readonly deliveredAt: Instant;
  readonly isWaiting: boolean;
  /** Somebody was added. */
  readonly hasLoaded: boolean;
}

/**
 * Everything up to the tick that was read first is delivered or asked. Where nothing changed, that the sync looked is
 * written once a minute: an older instant only makes it look again. While some wait for an answer, the sync stays due:
 * the next run asks again, and not only the one at its tier's next slot.
 */
async function finish(delivery: Delivery, scope: Scope, ended: Ended): Promise<void> {
  const ending = await endingOf(delivery, scope, ended);
  if (ending) await commit(delivery, (transaction) => ending(transaction, 0));
}

async function endingOf(
  delivery: Delivery,
  scope: Scope,
  { deliveredAt, isWaiting, hasLoaded }: Ended,
): Promise<Ending | undefined> {
  const { sync, tables } = delivery;
  const { fingerprint, target, row } = scope;
  if (target === undefined) return undefined;
  const upTo = await doneUpTo(delivery, scope.audienceRef, target);
  const isAllowed = delivery.behind.allowed.has(sync.name);
  const { excluded } = scope;
  const same =
    row?.tickId === upTo &&
    excluded?.since === excluded?.target &&
    row.fingerprint === fingerprint &&
    row.heldReason === undefined &&
    !isAllowed;
  if (same && row.deliveredAt !== undefined && deliveredAt - row.deliveredAt < MINUTE) return undefined;
  return async (transaction, grown) => {
    const counted = scope.since === undefined ? { counted: scope.audienceRef } : {};
    const stands = { name: sync.name, fingerprint, tickId: upTo, grown, ...counted };
    await finishSync(transaction, tables, isWaiting ? stands : { ...stands, deliveredAt });
    await noteEmptySource(transaction, delivery);
    if (excluded && excluded.since !== excluded.target)
      await writeExcludedTick(transaction, tables, sync.name, excluded.target);
    if (delivery.behind.allowed.has(sync.name)) await endAllowance(transaction, tables, sync.name);
    if (scope.firstLoad && hasLoaded)
      await noteFirstLoad(
        transaction,
        tables,
        { sync: sync.name, audienceRef: scope.audienceRef },
        deliveredAt,
      );
  };
}

function commit(delivery: Delivery, work: (transaction: Statements) => Promise<void>): Promise<void> {
  const { leases, sync, label } = delivery;
  return leases.fenced([leaseName(sync.name)], work, { label });
}
