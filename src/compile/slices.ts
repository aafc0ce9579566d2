/** Naming the slices that rows of `membership` lie in, where the warehouse pays by them (`Capabilities.slicedState`). */
import { sliceOf } from '../warehouse/layout.ts';
import { column, type Expression, number } from './expression.ts';
import type { From } from './query.ts';

/** That rows under `as` are in the slices of these segments: nothing, where there are none. */
export function inSlices(membership: From, segments: readonly string[], as: string): Expression[] {
  if (membership.kind !== 'state' || !membership.sliced) return [];
  const slices = [...new Set(segments.map(sliceOf))];
  return [{ kind: 'in', of: column('slice', as), values: slices.map((slice) => number(String(slice))) }];
}
