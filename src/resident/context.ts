/** What the loops of a resident process share: what is watched, and who is told what happens. */
import type { Project } from '../config/project.ts';
import type { Selection } from '../config/select.ts';
import type { RunEvent, RunReport } from '../report/results.ts';
import type { Destinations } from '../run/destinations.ts';
import type { Lines } from '../run/kept.ts';
import type { World } from '../world.ts';

/** What is to be kept in step: a project and what of it is selected. */
export interface Watched {
  readonly project: Project;
  readonly selection: Selection;
}

export interface ResidentOptions {
  readonly target: string;
  readonly watched: Watched;
  /** Only segments and syncs of these tiers. */
  readonly tiers?: ReadonlySet<string>;
  /** How long to wait at first for a warehouse that another process has open. */
  readonly waitMs: number;
  readonly adoptState?: boolean;
  /** Aborted: what is in flight ends well, nothing new begins. */
  readonly signal: AbortSignal;
  readonly observer: Observer;
  /** Runs the pipeline, told of as a trace. */
  readonly traced: <T>(
    of: { readonly project: Project; readonly target: string; readonly tier: string },
    onEvent: (event: RunEvent) => void,
    run: (onEvent: (event: RunEvent) => void) => Promise<T>,
  ) => Promise<T>;
}

/** Who is told what happens. */
export interface Observer {
  readonly onEvent: (event: RunEvent, of: { readonly tier?: string }) => void;
  /** A run of one loop ended. */
  readonly onRun: (report: RunReport, of: { readonly tier: string; readonly destination?: string }) => void;
  /** A loop failed as a whole, and is tried again in `retryMs`. */
  readonly onFailure: (
    error: unknown,
    of: { readonly tier: string; readonly destination?: string; readonly retryMs: number },
  ) => void;
  /** The warehouse is there. */
  readonly onOpen: () => void;
  /** A tier is looked at: whether there is anything to do. */
  readonly onLook: (of: { readonly tier: string; readonly why: Why; readonly found: boolean }) => void;
  /** A tier has come round; it is looked at again in `nextMs`. */
  readonly onTurn: (of: { readonly tier: string; readonly isGood: boolean; readonly nextMs: number }) => void;
  /** The tiers that have loops, at first and whenever the project changed. */
  readonly onTiers: (project: Project, tiers: readonly string[]) => void;
  /** The project's files changed: they are in force from now on, or not valid. */
  readonly onReload: (of: { readonly isValid: boolean }) => void;
}

/** Why a tier is looked at: its slot came, it was time for a look between slots, or the warehouse woke it. */
export type Why = 'slot' | 'look' | 'woken';

/** What the loops share. */
export interface ResidentContext extends Omit<ResidentOptions, 'watched'> {
  readonly world: World;
  readonly lines: Lines;
  /** The newest project that is valid. */
  readonly watched: () => Watched;
  readonly destinations: () => Destinations;
  /** Something that no loop survives. */
  readonly fail: (error: unknown) => void;
}

/** The tiers that have something to do. */
export function tiersOf({ project, selection }: Watched, only?: ReadonlySet<string>): string[] {
  const used = [
    ...[...selection.segments].map((name) => project.segments.get(name)!.tier),
    ...[...selection.syncs].map((name) => project.syncs.get(name)!.tier),
  ];
  return [...new Set(used)].filter((tier) => only?.has(tier) ?? true);
}
