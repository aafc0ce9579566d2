/** What a look at everyone found that no cursor had announced, a line a segment. */
import type { RunReport } from './results.ts';
import { listed, plural } from './words.ts';

/** `told`: what became of it, `corrected`; in a plan, `to correct`. */
export function driftLines({ segments }: Pick<RunReport, 'segments'>, told: string): string[] {
  return segments.flatMap(({ segment, drift }) => {
    if (!drift || drift.corrected === 0) return [];
    const [one, ...others] = drift.tables;
    const where = others.length === 0 ? `rows of ${one}` : `rows of one of ${listed(drift.tables)}`;
    const members = plural(drift.corrected, 'member');
    return [
      `drift       ${segment}: ${members} ${told}; ${where} were deleted, moved to another key, or shown late (or the state was changed by hand)`,
    ];
  });
}
