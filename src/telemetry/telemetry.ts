/** What a resident run tells of itself over HTTP: one object that its loops report to. */
import type { Project } from '../config/project.ts';
import type { RunEvent } from '../report/results.ts';
import type { ListenAddress, World } from '../world.ts';
import { Health } from './health.ts';
import { type Metrics, openMetrics } from './metrics.ts';
import { openServer } from './server.ts';

/** One tier's loop, as it is told about. */
export interface LoopTelemetry {
  /** A turn begins. `reason`: what woke it, a short word such as `slot`, `look`, `woken`. */
  woke(reason: string): void;
  /** It was asked whether there is anything new. */
  probed(changed: boolean): void;
  /** For `RunOptions.onEvent` of its runs. */
  onEvent(event: RunEvent): void;
  /** The turn is over, due or not; `good`: nothing in it failed. The next one begins in `nextInMs`. */
  turned(good: boolean, nextInMs: number): void;
}

export interface Telemetry {
  /** Where it listens, as it is typed; absent without `--metrics`. */
  readonly address?: string;
  /** The project was loaded, or loaded anew: `tiers` are those that have loops. */
  loaded(project: Project, tiers: Iterable<string>): void;
  /** A reload after a changed file: false when it was invalid and the old project is kept. */
  reloaded(ok: boolean): void;
  warehouseAnswered(): void;
  loop(tier: string): LoopTelemetry;
  leaseLost(): void;
  /** Something threw, by its diagnostic code. */
  failed(code: string): void;
  /** Nothing new is begun: it is no longer ready. */
  ending(): void;
  close(): Promise<void>;
}

/** Listens on `address` before anything else is begun; without one, nothing is loaded, counted or served. Throws E670. */
export async function openTelemetry(
  world: World,
  address: ListenAddress | undefined,
  { project, version }: { readonly project: Project; readonly version: string },
): Promise<Telemetry> {
  if (!address) return SILENT;
  const metrics = await openMetrics(world, project, version);
  const health = new Health(world);
  const server = await openServer(world, address, {
    metrics: () => metrics.print(),
    healthy: () => health.healthy(),
    ready: () => health.ready(),
  });
  return {
    address: server.address,
    loaded(loaded, tiers) {
      metrics.describe(loaded, tiers);
      health.expect(tiers);
      health.projectLoaded();
    },
    reloaded: (ok) => metrics.reloaded(ok),
    warehouseAnswered: () => health.warehouseAnswered(),
    loop: (tier) => loopTelemetry(tier, metrics, health),
    leaseLost: () => metrics.leaseLost(),
    failed: (code) => metrics.failed(code),
    ending: () => health.ending(),
    close: () => server.close(),
  };
}

function loopTelemetry(tier: string, metrics: Metrics, health: Health): LoopTelemetry {
  return {
    woke(reason) {
      metrics.woke(tier, reason);
      health.busy(tier);
    },
    probed(changed) {
      metrics.probed(tier, changed);
      health.busy(tier);
    },
    onEvent(event) {
      metrics.onEvent(event);
      health.busy(tier);
    },
    turned(good, nextInMs) {
      metrics.turned(tier, good);
      health.turned(tier, nextInMs);
    },
  };
}

const nothing = (): void => {};

/** Without `--metrics`. */
const SILENT: Telemetry = {
  loaded: nothing,
  reloaded: nothing,
  warehouseAnswered: nothing,
  loop: () => ({ woke: nothing, probed: nothing, onEvent: nothing, turned: nothing }),
  leaseLost: nothing,
  failed: nothing,
  ending: nothing,
  close: async () => {},
};
