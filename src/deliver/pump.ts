/**
 * Moves decided candidates through the destination: rows stream in, stand in the ledger as questions, are sent, and
 * their receipts are written together with the next rows' questions. Reading, flushing and sending go on side by side;
 * what is open is bounded, so that memory does not grow with the audience.
 */

import { setMaxListeners } from 'node:events';
import { Bell } from '../bell.ts';
import { DiagnosedError } from '../diagnostics/diagnostic.ts';
import type { Instant } from '../instant.ts';
import type { Counts } from '../report/results.ts';
import { isPaused } from '../state/sync-rows.ts';
import { retryBoundMs } from './backoff.ts';
import { divideBudget } from './budget.ts';
import { type Delivery, kindsOf, leaseName, tellsBy } from './context.ts';
import type { Decided } from './decided.ts';
import { type Errand, errandOf, nextOf, settledEntry } from './errand.ts';
import { FEW_ROWS } from './flush.ts';
import { type Ending, Flusher } from './flusher.ts';
import type { Late } from './late.ts';
import { lossOf } from './losses.ts';
import { OpenRemovals } from './open-removals.ts';
import type { Addressee, Parcel } from './parcel.ts';
import { DeliveryRecord } from './record.ts';
import { type Backlog, Rhythm } from './rhythm.ts';
import type { Scope } from './scope.ts';
import { type Answer, Sender } from './sender.ts';

/** Rows between the stream and their receipts, in flushes. */
const OPEN_FLUSHES = 2;
/** A reader that waits for room looks again after this. */
const ROOM_MS = 2_000;
/** Others may have begun to send, or ended. */
const DIVIDE_MS = 10_000;
/** For few rows, what the run knows of the sync is not asked again within this. */
const LOOK_MS = 1_000;
/** How long requests that are on their way when a signal comes may take: less than what containers are given to stop. */
const GRACE_MS = 8_000;

export interface PumpResult {
  /** Every candidate was read, and stands in the ledger as it is or as a question. */
  readonly complete: boolean;
  /** `ending` was committed. */
  readonly ended: boolean;
  readonly failure?: unknown;
}

export class Pump {
  readonly record: DeliveryRecord;
  readonly #delivery: Delivery;
  readonly #to: Addressee;
  readonly #sender: Sender;
  readonly #flusher: Flusher;
  readonly #halt = new AbortController();
  readonly #cutOff = new AbortController();
  readonly #work: Bell;
  readonly #room: Bell;
  /** Errands whose open step is not in the ledger yet. */
  #unasked: Errand[] = [];
  /** Errands that are read and have not ended. */
  #open = 0;
  readonly #parcels = new Set<Promise<void>>();
  /** Errands in parcels that are not done. */
  #asked = 0;
  readonly #removals: OpenRemovals;
  /** Removals that jobs of the other side have: they go on when this run has ended. */
  readonly #jobs: OpenRemovals;
  /** What was sent and is not answered in the ledger, by key. */
  readonly #sent = new Map<string, Late>();
  #isFenced = false;
  #isRead = false;
  #ending: (() => Promise<Ending | undefined>) | undefined;
  #complete = false;
  #failure: unknown;
  readonly #rhythm: Rhythm;
  #dividedAt: number;
  #lookedAt: number;
  #isEnded = false;

  constructor(
    delivery: Delivery,
    { audienceRef, removing, nextPart = 0 }: Pick<Scope, 'audienceRef' | 'removing'> & { nextPart?: number },
  ) {
    const { world, sync, destination, now } = delivery;
    this.#delivery = delivery;
    this.#to = {
      sync: sync.name,
      segment: sync.segment,
      audience: { name: sync.audience, ref: audienceRef },
      kinds: kindsOf(delivery),
      after: delivery.behind.rows.get(sync.name)?.fingerprint ?? '',
      events: sync.mode === 'on_enter',
      now,
    };
    this.#flusher = new Flusher(delivery, this.#to);
    const began = world.clock.monotonic();
    // A simulated clock stands still, whatever the machine's does.
    const speed = world.clock.simulated ? 0 : 1000;
    const at = (monotonic: number): Instant => now + BigInt(Math.round((monotonic - began) * speed));
    const { every } = delivery.project.tiers.get(sync.tier)!;
    this.record = new DeliveryRecord({
      runId: delivery.runId,
      at,
      now: () => at(world.clock.monotonic()),
      settlesAfter: destination.manifest.settlesAfter ?? 0n,
      polls: destination.session.poll !== undefined,
      nextPart,
      promised: delivery.promised,
      lateBy: BigInt(Math.round((began - delivery.readAt) * speed)),
      onEvent: delivery.onEvent,
    });
    this.#sender = new Sender({
      world,
      destination: destination.session,
      to: this.#to,
      lane: delivery.lane,
      priority: Number(every / 1000n),
      retryBoundMs: retryBoundMs(every),
      checkLease: () => delivery.leases.checkHeld(leaseName(sync.name)),
      halt: this.#halt.signal,
      cutOff: this.#cutOff.signal,
      onAnswer: (answer) => this.#answer(answer),
      onEvent: delivery.onEvent,
    });
    // Every parcel that waits listens, thousands when a request carries one row; and every sync of the run.
    setMaxListeners(0, this.#halt.signal, this.#cutOff.signal, delivery.signal);
    const tells = tellsBy(this.#to.kinds);
    this.#removals = new OpenRemovals(tells);
    this.#jobs = new OpenRemovals(tells);
    for (const { key, identifiers } of removing) this.#jobs.begin({ key, step: { identifiers } });
    this.#work = new Bell(world.timers);
    this.#room = new Bell(world.timers);
    this.#rhythm = new Rhythm(world.clock, {
      concurrency: destination.session.limits.concurrency,
      yields: delivery.yields,
    });
    this.#dividedAt = began;
    this.#lookedAt = delivery.behind.readAt;
  }

  /** Members whose operations were read and are not acknowledged: in doubt, or left for the next run. */
  get waiting(): number {
    return this.#open + this.record.waiting;
  }

  /** Aborted when nothing new may begin: for the stream that feeds `run`. */
  get halted(): AbortSignal {
    return this.#halt.signal;
  }

  /**
   * Resolves when everything is delivered or, halted, when what was in flight has its receipts written. `ending` is
   * asked for when the last receipts are about to be written, if there are any.
   */
  async run(
    decided: AsyncIterable<Decided>,
    ending?: () => Promise<Ending | undefined>,
  ): Promise<PumpResult> {
    const { signal } = this.#delivery;
    this.#ending = ending;
    const done = new AbortController();
    const interrupt = (): void => this.#interrupt(done.signal);
    signal.addEventListener('abort', interrupt);
    if (signal.aborted) interrupt();
    try {
      const reading = this.#read(decided);
      while (!this.#isDone()) {
        await this.#work.wait(this.#rhythm.waitMs(this.#backlog()));
        if (this.#isDue()) await this.#flush();
      }
      await reading;
      if (this.#isFenced) await this.#flusher.noteLate([...this.#sent.values()]);
    } finally {
      signal.removeEventListener('abort', interrupt);
      done.abort();
    }
    return { complete: this.#complete && !this.#isHalted, ended: this.#isEnded, failure: this.#failure };
  }

  /** What is in flight may end, within bounds; `done` ends the wait for it. */
  #interrupt(done: AbortSignal): void {
    this.#stop();
    const { timers } = this.#delivery.world;
    void timers.sleep(GRACE_MS, done).then(() => this.#cutOff.abort());
  }

  async #read(decided: AsyncIterable<Decided>): Promise<void> {
    try {
      for await (const each of decided) {
        this.#take(each);
        while (this.#open >= OPEN_FLUSHES * this.#rhythm.rows && !this.#isHalted)
          await this.#room.wait(ROOM_MS);
        if (this.#isHalted) return;
      }
      this.#complete = true;
    } catch (error) {
      if (!this.#isHalted) this.#stop(error);
    } finally {
      this.#isRead = true;
      this.#work.ring();
    }
  }

  #take({ standing, decision }: Decided): void {
    if (decision.kind === 'settled') this.record.add(settledEntry(standing, decision));
    if (decision.kind === 'send') {
      this.#unasked.push(errandOf(standing, decision));
      this.#open++;
    }
    const { rows } = this.#rhythm;
    // Not for every row that waits for its turn: each ring wakes the loop.
    if ((this.#unasked.length >= rows || this.record.size >= rows) && this.#isDue()) this.#work.ring();
  }

  #isDone(): boolean {
    if (!this.#isRead || this.#parcels.size > 0 || !this.record.isEmpty) return false;
    return this.#unasked.length === 0 || this.#isHalted;
  }

  #isDue(): boolean {
    return this.#rhythm.isDue(this.#backlog());
  }

  #backlog(): Backlog {
    return {
      unasked: this.#unasked.length,
      answered: this.record.size,
      parcels: this.#parcels.size,
      asked: this.#asked,
      isRead: this.#isRead,
      isHalted: this.#isHalted,
    };
  }

  /** Somebody may take the sync off while it runs, and then nothing new is asked for; or others may send there, too. */
  async #lookAround(): Promise<void> {
    if (this.#isHalted || this.#unasked.length === 0) return;
    const isFew = this.#unasked.length <= FEW_ROWS;
    if (isFew && this.#monotonic() - this.#lookedAt < LOOK_MS) return;
    this.#lookedAt = this.#monotonic();
    const { statements, tables, sync } = this.#delivery;
    try {
      if (await isPaused(statements, tables, sync.name)) this.#stop();
      if (this.#monotonic() - this.#dividedAt < DIVIDE_MS) return;
      this.#dividedAt = this.#monotonic();
      await divideBudget(this.#delivery);
    } catch (error) {
      this.#stop(error);
    }
  }

  async #flush(): Promise<void> {
    this.#rhythm.began();
    await this.#lookAround();
    const asked = this.#isHalted ? [] : this.#takeAskable();
    const taken = this.record.take();
    if (asked.length === 0 && taken.entries.length === 0 && taken.batches.length === 0) return;
    try {
      const ending = asked.length === 0 && this.#isLast() ? await this.#ending?.() : undefined;
      const { parcels, done, left } = await this.#flusher.write(asked, taken, ending);
      this.#isEnded = ending !== undefined;
      for (const { key } of taken.entries) this.#sent.delete(key);
      this.#delivery.onLoss?.(lossOf(taken.batches));
      this.#endSilently(done);
      for (const errand of left) this.record.leave(errand);
      this.#ended(left.length);
      for (const parcel of parcels) this.#dispatch(parcel);
    } catch (error) {
      this.#stop(error);
    }
    this.#rhythm.ended(asked.length + taken.entries.length);
    this.#delivery.onProgress(membersOf(this.record.delivered));
  }

  /** Nothing is left to ask, and nothing on its way. */
  #isLast(): boolean {
    return this.#complete && !this.#isHalted && this.#unasked.length === 0 && this.#parcels.size === 0;
  }

  /** Removals first; what an open removal holds up stays, and what a job holds up is left for the next run. */
  #takeAskable(): Errand[] {
    const some = this.#unasked.splice(0, this.#rhythm.rows).filter((errand) => !this.#leave(errand));
    const removals = some.filter(({ step }) => step.op === 'remove');
    if (this.#delivery.destination.manifest.needsIdentifier) {
      for (const errand of removals) this.#removals.begin(errand);
    }
    const others = some.filter(({ step }) => step.op !== 'remove');
    this.#unasked.push(...others.filter((errand) => this.#removals.holdUp(errand)));
    return [...removals, ...others.filter((errand) => !this.#removals.holdUp(errand))];
  }

  #leave(errand: Errand): boolean {
    if (errand.step.op === 'remove' || !this.#delivery.destination.manifest.needsIdentifier) return false;
    if (!this.#jobs.holdUp(errand)) return false;
    this.record.leave(errand);
    this.#ended(1);
    return true;
  }

  #dispatch(parcel: Parcel): void {
    for (const errand of parcel.errands) this.#sent.set(errand.key, { errand, batchId: parcel.batch.id });
    this.#asked += parcel.errands.length;
    const sending = this.#sender
      .send(parcel)
      .catch((error: unknown) => this.#stop(error))
      .finally(() => {
        this.#parcels.delete(sending);
        this.#asked -= parcel.errands.length;
        this.#work.ring();
      });
    this.#parcels.add(sending);
  }

  #answer(answer: Answer): void {
    const { next, ended } = this.record.answer(answer);
    for (const { errand, receipt } of answer.rows) {
      if (errand.step.op !== 'remove') continue;
      this.#removals.end(errand);
      if (receipt.kind === 'accepted') this.#jobs.begin(errand);
    }
    this.#unasked.push(...next);
    this.#ended(ended);
  }

  #endSilently(errands: readonly Errand[]): void {
    let ended = 0;
    for (const errand of errands) {
      this.#removals.end(errand);
      const next = nextOf(errand);
      if (next) this.#unasked.push(next);
      if (next) continue;
      this.record.count(errand);
      ended++;
    }
    this.#ended(ended);
  }

  #ended(errands: number): void {
    this.#open -= errands;
    this.#room.ring();
    this.#work.ring();
  }

  #stop(error?: unknown): void {
    if (error instanceof DiagnosedError) {
      this.#isFenced ||= error.diagnostics.some(({ code }) => code === 'E502');
    }
    if (!this.#isHalted) this.#failure = error;
    this.#halt.abort();
    this.#room.ring();
    this.#work.ring();
  }

  get #isHalted(): boolean {
    return this.#halt.signal.aborted;
  }

  #monotonic(): number {
    return this.#delivery.world.clock.monotonic();
  }
}

function membersOf({ add, remove, update }: Counts): number {
  return add + remove + update;
}
