/** Why a sync is held, and what ends that, in words. */
import type { SyncResult } from './results.ts';

export interface HeldText {
  readonly code: 'E222' | 'E451' | 'E452';
  readonly why: string;
  /** Lines. */
  readonly ways: readonly string[];
}

/** Of a sync that is held. */
export function heldText({ sync, held }: SyncResult): HeldText {
  const { guard, figure, limit } = held!;
  if (guard === 'empty_source') {
    return {
      code: 'E452',
      why: `a table it reads was full and is empty now (${figure})`,
      ways: [`if that is right, run with \`--allow-removal ${sync}\``],
    };
  }
  if (guard === 'stale_source') {
    return {
      code: 'E222',
      why: `${figure}, expected to be fresh within ${limit}`,
      ways: ['it goes on by itself once rows arrive there, or with `on_stale: warn` in its segment'],
    };
  }
  const [would, option] = guard === 'max_remove' ? ['remove', '--allow-removal'] : ['add', '--allow-add'];
  return {
    code: 'E451',
    why: `it would ${would} ${figure}, the limit is ${limit}`,
    ways: [
      `if that is right, run with \`${option} ${sync}\`,`,
      `or raise \`guards: { ${guard}: ... }\` of the sync or its segment`,
    ],
  };
}
