/** A condition as logic: tests of values, joined. What the tests are of is a name here; see `values.ts`. */
import type { Test } from './condition.ts';

export type Proposition =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Proposition[] }
  | { readonly kind: 'not'; readonly of: Proposition }
  | Ask;

/** A test of one value. */
export interface Ask {
  readonly kind: 'ask';
  readonly value: string;
  readonly test: Test;
}

export function all(of: readonly Proposition[]): Proposition {
  return { kind: 'all', of };
}

export function any(of: readonly Proposition[]): Proposition {
  return { kind: 'any', of };
}

export function not(of: Proposition): Proposition {
  return { kind: 'not', of };
}
