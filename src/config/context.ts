/** What all steps of reading a project share. */
import type { World } from '../world.ts';
import type { Values } from './interpolate.ts';
import type { Problems } from './problems.ts';

export interface Context {
  readonly world: World;
  /** Absolute folder of `segsync.yaml`. */
  readonly root: string;
  readonly problems: Problems;
  /** What references find under the target in use. */
  readonly values: Values;
  /** The target in use. */
  readonly target: string;
  readonly timezone: string;
}
