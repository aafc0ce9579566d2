/** Looking into segments without a tick: their SQL, their members, one key's verdict. */
import type { Project } from '../config/project.ts';
import type { Instant } from '../instant.ts';
import type { World } from '../world.ts';

export interface SqlRequest {
  readonly target: string;
  readonly segments: ReadonlySet<string>;
  /** Another warehouse's name than the target's. */
  readonly dialect?: string;
  readonly full: boolean;
}

/** The SQL of segments, with its reasons as comments. */
export function compileSql(_world: World, _project: Project, _request: SqlRequest): Promise<string> {
  throw new Error('being built');
}

/** The members of the last committed tick, in the order of their keys. */
export function streamMembers(
  _world: World,
  _project: Project,
  _request: { readonly target: string; readonly segment: string },
): AsyncIterable<{ entity_key: string; entered_at: string }> {
  throw new Error('being built');
}

/** Whether the segment holds for one key at `now` (undefined: the warehouse's clock). */
export function evaluateKey(
  _world: World,
  _project: Project,
  _request: {
    readonly target: string;
    readonly segment: string;
    readonly key: string;
    readonly now?: Instant;
  },
): Promise<boolean> {
  throw new Error('being built');
}
