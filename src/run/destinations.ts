/** The destinations of a run: each opened once, when a sync first needs it. */
import { loadDestination } from '../adapters.ts';
import { definitionText } from '../config/definition-text.ts';
import type { Destination, Project } from '../config/project.ts';
import { Lane } from '../deliver/rate.ts';
import type { DestinationSession, Manifest } from '../destination/destination.ts';
import type { World } from '../world.ts';

export interface OpenDestination {
  readonly destination: Destination;
  readonly manifest: Manifest;
  readonly session: DestinationSession;
  /** Its budget of requests, shared by all its syncs. */
  readonly lane: Lane;
}

export interface Destinations {
  open(name: string): Promise<OpenDestination>;
  /** What is open and defined in `next` as it is here. */
  handOver(next: Project): readonly (readonly [name: string, opened: Promise<OpenDestination>])[];
  close(): Promise<void>;
}

/** `before`: of an older project. What is defined as it was there stays open, with its budget, and is now closed here. */
export function openDestinations(world: World, project: Project, before?: Destinations): Destinations {
  const opened = new Map<string, Promise<OpenDestination>>(before?.handOver(project));
  const handedOver = new Set<string>();
  const open = async (name: string): Promise<OpenDestination> => {
    const destination = project.destinations.get(name)!;
    const type = (await loadDestination(world, destination.type))!;
    const { options } = destination;
    const session = madeOnce(world, type.open({ world, name, root: project.root, options }));
    const manifest = type.manifestWith?.(options) ?? type.manifest;
    return { destination, manifest, session, lane: new Lane(world, session.limits) };
  };
  return {
    open(name) {
      const known = opened.get(name);
      if (known) return known;
      const opening = open(name);
      opened.set(name, opening);
      // What could not be opened is tried again.
      opening.catch(() => opened.delete(name));
      return opening;
    },
    handOver(next) {
      const same = [...opened].filter(
        ([name]) => textOf(next.destinations.get(name)) === textOf(project.destinations.get(name)),
      );
      for (const [name] of same) handedOver.add(name);
      return same;
    },
    async close() {
      for (const [name, each] of opened) if (!handedOver.has(name)) await (await each).session.close();
      opened.clear();
    },
  };
}

/** All that matters of how it is reached. */
function textOf(destination: Destination | undefined): string | undefined {
  return destination && definitionText([destination.type, destination.options]);
}

/** For so long an audience counts as there: a process that stays has to notice that it was deleted, or made anew. */
const MADE_FOR_MS = 60_000;

/** Two syncs that share an audience must not both make it. */
function madeOnce({ clock }: World, session: DestinationSession): DestinationSession {
  const known = new Map<string, { readonly ref: Promise<string>; readonly at: number }>();
  return {
    ...session,
    ensureAudience(audience) {
      const id = JSON.stringify(audience);
      const made = known.get(id);
      if (made && clock.monotonic() - made.at < MADE_FOR_MS) return made.ref;
      const ref = session.ensureAudience(audience);
      known.set(id, { ref, at: clock.monotonic() });
      // What failed is asked for again.
      ref.catch(() => known.delete(id));
      return ref;
    },
  };
}

/** Whether a run on `target` sends to a destination; elsewhere its syncs are planned, not sent. */
export function sendsOn(destination: Destination, target: string): boolean {
  return destination.targets === undefined || destination.targets.includes(target);
}
