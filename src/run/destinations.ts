/** The destinations of a run: each opened once, when a sync first needs it. */
import { loadDestination } from '../adapters.ts';
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
  close(): Promise<void>;
}

export function openDestinations(world: World, project: Project): Destinations {
  const opened = new Map<string, Promise<OpenDestination>>();
  const open = async (name: string): Promise<OpenDestination> => {
    const destination = project.destinations.get(name)!;
    const type = (await loadDestination(world, destination.type))!;
    const { options } = destination;
    const session = madeOnce(type.open({ world, name, root: project.root, options }));
    const manifest = type.manifestWith?.(options) ?? type.manifest;
    return { destination, manifest, session, lane: new Lane(world, session.limits) };
  };
  return {
    open(name) {
      const known = opened.get(name) ?? open(name);
      opened.set(name, known);
      return known;
    },
    async close() {
      for (const each of opened.values()) await (await each).session.close();
      opened.clear();
    },
  };
}

/** Two syncs that share an audience must not both make it. */
function madeOnce(session: DestinationSession): DestinationSession {
  const known = new Map<string, Promise<string>>();
  return {
    ...session,
    ensureAudience(audience) {
      const id = JSON.stringify(audience);
      const ref = known.get(id) ?? session.ensureAudience(audience);
      known.set(id, ref);
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
