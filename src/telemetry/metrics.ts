/** Metrics in the text format of Prometheus, out of what runs tell and what the resident loops do. */
import type { Project } from '../config/project.ts';
import type { Counts, RunEvent, SegmentResult, SyncResult } from '../report/results.ts';
import type { World } from '../world.ts';
import { type Instruments, type Naming, openInstruments } from './instruments.ts';
import { segmentLabels, syncLabels, tiersOf } from './labels.ts';

/** Text and what it is. */
export interface Exposition {
  readonly type: string;
  readonly text: string;
}

type Print = () => Promise<Exposition>;
type Of<E extends RunEvent['event']> = Extract<RunEvent, { event: E }>;

const OPERATIONS = ['add', 'remove', 'update'] as const;
const NOBODY: Counts = { add: 0, remove: 0, update: 0 };

/** Opens the metrics of a project. The library that prints them is loaded only now. */
export async function openMetrics(world: World, project: Project, version: string): Promise<Metrics> {
  const client = await import('prom-client');
  const registry = new client.Registry();
  registry.setDefaultLabels({ project: project.name });
  client.collectDefaultMetrics({ register: registry });
  const build = { name: 'segsync_build_info', help: 'The version that runs', registers: [registry] };
  new client.Gauge({ ...build, labelNames: ['version'] }).set({ version }, 1);
  const print = async (): Promise<Exposition> => ({
    type: registry.contentType,
    // The library writes it otherwise than the format has it.
    text: (await registry.metrics()).replace(/ Nan$/gm, ' NaN'),
  });
  return new Metrics(world, project, (naming) => openInstruments(client, registry, naming), print);
}

export class Metrics {
  readonly #world: World;
  readonly #on: Instruments;
  readonly #print: Print;
  /** Operations of each sync that is delivering, as far as its batches have told them. */
  readonly #told = new Map<string, Counts>();
  #project: Project;
  #tiers: ReadonlySet<string> = new Set();

  constructor(world: World, project: Project, open: (naming: Naming) => Instruments, print: Print) {
    this.#world = world;
    this.#print = print;
    this.#project = project;
    this.#on = open({
      segment: (name) => (this.#project.segments.has(name) ? segmentLabels(this.#project, name) : undefined),
      sync: (name) => (this.#project.syncs.has(name) ? syncLabels(this.#project, name) : undefined),
      tier: (name) => (this.#tiers.has(name) ? { tier: name } : undefined),
      now: () => this.#now(),
    });
    this.describe(project, project.tiers.keys());
  }

  /** The project as it stands after a reload, and the tiers that have loops: what is in neither is no longer shown. */
  describe(project: Project, tiers: Iterable<string>): void {
    this.#project = project;
    this.#tiers = new Set(tiers);
    for (const { name, freshWithin, every } of project.tiers.values()) {
      this.#on.promise.set(name, Number(freshWithin) / 1e6);
      this.#on.every.set(name, Number(every) / 1e6);
    }
  }

  /** Takes what a run tells. */
  onEvent(event: RunEvent): void {
    switch (event.event) {
      case 'segment_evaluated':
        this.#segment(event.result);
        break;
      case 'tick_finished':
        this.#tick(event);
        break;
      case 'request_ended':
        this.#request(event);
        break;
      case 'batch_settled':
        this.#batch(event);
        break;
      case 'sync_finished':
        this.#sync(event.result);
        break;
      case 'run_finished':
        this.#on.runs.inc({ status: event.status });
        break;
      case 'warning':
        this.#on.warnings.inc({ code: event.code });
    }
  }

  /** A turn of a tier's loop is over; `good`: nothing in it failed. */
  turned(tier: string, good: boolean): void {
    this.#on.turns.inc({ tier, status: good ? 'ok' : 'failed' });
    if (!good) return;
    this.#on.turnedAt.set(tier, this.#now());
    this.#on.age.set(tier, this.#now());
  }

  probed(tier: string, changed: boolean): void {
    this.#on.probes.inc({ tier, status: changed ? 'changed' : 'unchanged' });
  }

  /** `reason`: a short word such as `slot`, `look`, `woken`. */
  woke(tier: string, reason: string): void {
    this.#on.wakes.inc({ tier, reason });
  }

  reloaded(ok: boolean): void {
    this.#on.reloads.inc({ status: ok ? 'ok' : 'failed' });
  }

  leaseLost(): void {
    this.#on.leasesLost.inc();
  }

  /** A run, or what comes before one, that threw. */
  failed(code: string): void {
    this.#on.failures.inc({ code });
  }

  /** Everything, as it is now. */
  print(): Promise<Exposition> {
    return this.#print();
  }

  #segment({ segment, members, entered, exited, affected, mode, error }: SegmentResult): void {
    if (error) this.failed(error.code);
    else this.#on.members.set(segment, members);
    if (mode === 'skipped') return;
    const labels = segmentLabels(this.#project, segment);
    this.#on.tickedAt.set(segment, this.#now());
    this.#on.entered.inc(labels, entered);
    this.#on.exited.inc(labels, exited);
    this.#on.affected.inc(labels, affected);
  }

  #tick({ segments, duration_ms }: Of<'tick_finished'>): void {
    for (const tier of tiersOf(this.#project, segments)) this.#on.ticks.observe({ tier }, duration_ms / 1000);
  }

  #request({ sync, op, retried, http_status, duration_ms }: Of<'request_ended'>): void {
    const labels = syncLabels(this.#project, sync);
    this.#on.requests.inc({ ...labels, status: String(http_status ?? 'none') });
    this.#on.requestTimes.observe({ destination: labels.destination! }, duration_ms / 1000);
    if (retried > 0) this.#on.operations.inc({ ...labels, op, status: 'retried' }, retried);
  }

  #batch({ sync, op, delivered, rejected, waiting, freshness }: Of<'batch_settled'>): void {
    const labels = syncLabels(this.#project, sync);
    for (const [status, rows] of Object.entries({ delivered, rejected, waiting }))
      if (rows > 0) this.#on.operations.inc({ ...labels, op, status }, rows);
    const told = this.#told.get(sync) ?? { ...NOBODY };
    told[op] += delivered;
    this.#told.set(sync, told);
    if (!freshness) return;
    this.#on.freshness.add(labels, freshness);
    this.#on.late.inc(labels, freshness.late);
  }

  #sync({ sync, delivered, waiting, held, skipped, error }: SyncResult): void {
    if (error) this.failed(error.code);
    this.#rest(sync, delivered ?? NOBODY);
    if (skipped !== undefined) return;
    // A delivery that did not begin does not know what waits.
    if ((!error && !held) || waiting > 0) this.#on.waiting.set(sync, waiting);
    if (error) return;
    this.#on.held.set(sync, held ? 1 : 0);
    if (!held) this.#on.deliveredAt.set(sync, this.#now());
  }

  /** What took no request, and what jobs of earlier runs have come to, no batch has told. */
  #rest(sync: string, delivered: Counts): void {
    const told = this.#told.get(sync) ?? NOBODY;
    this.#told.delete(sync);
    for (const op of OPERATIONS) {
      const labels = { ...syncLabels(this.#project, sync), op, status: 'delivered' };
      if (delivered[op] > told[op]) this.#on.operations.inc(labels, delivered[op] - told[op]);
    }
  }

  #now(): number {
    return Number(this.#world.clock.now()) / 1e6;
  }
}
