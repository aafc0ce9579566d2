/** One tier: its evaluation loop, and a delivery loop for each destination that its syncs send to. */
import { Bell } from '../bell.ts';
import { type PreparedSegment, prepareSegment } from '../evaluate/prepared.ts';
import { type Duration, type Instant, MINUTE, ofMilliseconds, SECOND } from '../instant.ts';
import type { RunReport } from '../report/results.ts';
import { hasWork } from '../run/probe.ts';
import { type Connection, isFailed, isUnfinished } from './connection.ts';
import { type ResidentContext, tiersOf, type Watched, type Why } from './context.ts';
import { DeliveryLoop, destinationsOf } from './delivery-loop.ts';
import { repeat } from './loop.ts';
import { Pace } from './pace.ts';

/** A clock that is set, or a machine that slept, is noticed this soon. */
const LONGEST_SLEEP_MS = 60_000;
/** However often it is woken, there is so much between two looks. */
const PAUSE_MS = 50;
/** More than this between two clocks of one machine is no measuring error. */
const DRIFT: Duration = SECOND;
/** What failed or is held is tried again this soon. */
const AGAIN: Duration = MINUTE;

/** What is true of one project. */
interface Terms {
  readonly watched: Watched;
  readonly segments: readonly PreparedSegment[];
  readonly pace: Pace;
}

export class TierLoop {
  readonly #context: ResidentContext;
  readonly #tier: string;
  readonly #bell: Bell;
  readonly #deliveries = new Map<string, { readonly loop: DeliveryLoop; readonly ended: Promise<void> }>();
  #terms: Terms | undefined;
  /** Segments that failed or are another process's: they are tried again when it is time, and not at every look. */
  #failing: ReadonlySet<string> = new Set();
  #why: Why | undefined;
  /** The warehouse's clock less this machine's monotonic one; and this machine's own by then, less the same. */
  #offset: { readonly warehouse: bigint; readonly machine: bigint } | undefined;
  #againAt: Instant | undefined;
  #cameRoundAt: number;

  constructor(context: ResidentContext, tier: string) {
    this.#context = context;
    this.#tier = tier;
    this.#bell = new Bell(context.world.timers);
    this.#cameRoundAt = context.world.clock.monotonic();
    context.signal.addEventListener('abort', () => this.#bell.ring(), { once: true });
  }

  /** Every loop of it has come to an end. */
  async run(): Promise<void> {
    await repeat({
      context: this.#context,
      tier: this.#tier,
      isWanted: () => this.#isWanted(),
      turn: (connect) => this.#turn(connect),
    });
    this.#ringAll();
    await Promise.all([...this.#deliveries.values()].map(({ ended }) => ended));
  }

  #isWanted(): boolean {
    return tiersOf(this.#context.watched(), this.#context.tiers).includes(this.#tier);
  }

  #ringAll(): void {
    for (const { loop } of this.#deliveries.values()) loop.ring({ all: false });
  }

  /** The project is another one: loops that are not wanted any more end, and give back what they hold. */
  change(): void {
    this.wake('slot');
    this.#ringAll();
  }

  wake(why: Why): void {
    this.#why = why;
    this.#bell.ring();
  }

  async #turn(connect: () => Promise<Connection>): Promise<void> {
    await this.#rest();
    this.#cameRoundAt = this.#context.world.clock.monotonic();
    if (this.#context.signal.aborted || !this.#isWanted()) return;
    if (this.#why === undefined && this.#waitMs() > 0) return;
    const terms = this.#termsNow();
    const connection = await connect();
    if (terms.pace.looks) await connection.listen(() => this.wake('woken'));
    await this.#look(connection, terms);
  }

  async #look(connection: Connection, { watched, segments, pace }: Terms): Promise<void> {
    if (connection.watched !== watched) return;
    const now = await connection.opened.session.now();
    const passed = ofMilliseconds(this.#context.world.clock.monotonic());
    this.#offset = { warehouse: now - passed, machine: this.#context.world.clock.now() - passed };
    const isAgain = this.#againAt !== undefined && now >= this.#againAt;
    const why = pace.isSlot(now) || isAgain ? 'slot' : (this.#why ?? 'look');
    this.#why = undefined;
    const isDue = why === 'slot' && (pace.isRunDue(now) || isAgain);
    const fit = isDue ? segments : segments.filter(({ name }) => !this.#failing.has(name));
    const probed = {
      project: watched.project,
      kept: connection.kept,
      opened: connection.opened,
      segments: fit,
      now,
    };
    const found = isDue || (await hasWork({ ...probed, isSlot: why === 'slot' }));
    this.#context.observer.onLook({ tier: this.#tier, why, found });
    const isGood = !found || (await this.#evaluate(connection, fit, { all: pace.looks, now }));
    pace.note(now, { found: found && !isDue, ran: isDue });
    this.#context.observer.onTurn({ tier: this.#tier, isGood, nextMs: this.#waitMs() });
  }

  async #evaluate(
    connection: Connection,
    segments: readonly PreparedSegment[],
    { all, now }: { all: boolean; now: Instant },
  ): Promise<boolean> {
    const names = new Set(segments.map(({ name }) => name));
    const report = await connection.run({ segments: names, syncs: new Set(), all });
    this.#noteUnfinished(report, now);
    if (names.size > 0) this.#context.observer.onRun(report, { tier: this.#tier });
    this.#deliver(connection.watched, report, all);
    return !isFailed(report);
  }

  #noteUnfinished(report: RunReport, now: Instant): void {
    const failing = report.segments.filter(({ error, reason }) => error || reason === 'locked');
    const looked = new Set(report.segments.map(({ segment }) => segment));
    const still = [...this.#failing].filter((name) => !looked.has(name));
    this.#failing = new Set([...still, ...failing.map(({ segment }) => segment)]);
    if (!isUnfinished(report) && this.#failing.size === 0) this.#againAt = undefined;
    else if (this.#againAt === undefined || now >= this.#againAt) this.#againAt = now + AGAIN;
  }

  /** Every destination is told: what has nothing to do finds that out by itself. */
  #deliver(watched: Watched, report: RunReport, all: boolean): void {
    if (this.#context.signal.aborted) return;
    const isNew = report.segments.some(
      ({ mode, reason }) => mode !== 'skipped' && reason !== 'nothing_changed',
    );
    for (const destination of destinationsOf(watched, this.#tier)) {
      const known = this.#deliveries.get(destination);
      const loop = known?.loop ?? new DeliveryLoop(this.#context, this.#tier, destination);
      loop.ring({ all: all || isNew });
      if (known) continue;
      const ended = loop.run().finally(() => this.#deliveries.delete(destination));
      ended.catch(this.#context.fail);
      this.#deliveries.set(destination, { loop, ended });
    }
  }

  /** Until the next look, or until it is woken: but never without a pause, be there ever so much news. */
  async #rest(): Promise<void> {
    const { world, signal } = this.#context;
    const wait = this.#waitMs();
    if (wait > 0) await this.#bell.wait(Math.min(wait, LONGEST_SLEEP_MS));
    const pause = this.#cameRoundAt + PAUSE_MS - world.clock.monotonic();
    if (pause > 0) await world.timers.sleep(pause, signal);
  }

  #termsNow(): Terms {
    const watched = this.#context.watched();
    if (this.#terms?.watched === watched) return this.#terms;
    const { project, selection } = watched;
    const tier = project.tiers.get(this.#tier)!;
    const segments = [...selection.segments]
      .map((name) => project.segments.get(name)!)
      .filter((segment) => segment.tier === this.#tier)
      .map((segment) => prepareSegment(project, segment));
    this.#terms = { watched, segments, pace: new Pace(tier, project.timezone) };
    // What failed may be mended, or gone.
    this.#failing = new Set();
    this.#againAt = undefined;
    return this.#terms;
  }

  /** Until its next look, by the warehouse's clock as far as it is known. */
  #waitMs(): number {
    if (this.#offset === undefined || this.#terms?.watched !== this.#context.watched()) return 0;
    const { clock } = this.#context.world;
    const passed = ofMilliseconds(clock.monotonic());
    const drift = clock.now() - passed - this.#offset.machine;
    // The machine slept, or its clock was set: what the warehouse's shows now has to be asked.
    if (drift > DRIFT || drift < -DRIFT) return 0;
    const now = this.#offset.warehouse + passed;
    const wait = this.#terms.pace.waitFor(now);
    const again = this.#againAt === undefined || this.#againAt > now + wait ? wait : this.#againAt - now;
    return again <= 0n ? 0 : Number(again) / 1000;
  }
}
