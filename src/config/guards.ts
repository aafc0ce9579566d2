/** Guards: defaults, and what overrides them. */
import type { Guards } from './project.ts';
import type { GuardsPart } from './schema.ts';

const DEFAULT_GUARDS: Guards = { maxRemove: '30', maxAdd: '50', minGuardedSize: 100 };

/** The guards that hold when `parts` are laid over the defaults, the last one on top. */
export function mergeGuards(...parts: readonly (GuardsPart | undefined)[]): Guards {
  return parts.reduce<Guards>(
    (below, part) => ({
      maxRemove: part?.max_remove ?? below.maxRemove,
      maxAdd: part?.max_add ?? below.maxAdd,
      minGuardedSize: part?.min_guarded_size ?? below.minGuardedSize,
    }),
    DEFAULT_GUARDS,
  );
}
