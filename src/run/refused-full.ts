/** Segments that would look at everyone far too often. */
import type { Project } from '../config/project.ts';
import { type Diagnostic, diagnose } from '../diagnostics/diagnostic.ts';
import { alwaysFull, type Kinds } from '../evaluate/mode.ts';
import type { PreparedSegment } from '../evaluate/prepared.ts';
import { HOUR } from '../instant.ts';

/** E217 for a segment that would be full at every tick of a fast tier, unless it says that it may be. */
export function refusedFull(
  { tiers }: Project,
  prepared: PreparedSegment,
  kinds: Kinds,
): Diagnostic | undefined {
  const { segment, name } = prepared;
  const tier = tiers.get(segment.tier)!;
  if (tier.every >= HOUR || segment.allowFull) return undefined;
  const always = alwaysFull(prepared, kinds);
  return always && diagnose('E217', { segment: name, tier: tier.name, why: always.why }, segment.place);
}
