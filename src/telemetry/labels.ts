/** What metrics are labelled with: names out of the project's files, never anything of a person. */
import type { Project } from '../config/project.ts';

export type Labels = Readonly<Record<string, string>>;

export function segmentLabels({ segments }: Project, segment: string): Labels {
  return { segment, tier: segments.get(segment)?.tier ?? '' };
}

export function syncLabels({ syncs }: Project, sync: string): Labels {
  const found = syncs.get(sync);
  return { sync, destination: found?.destination ?? '', tier: found?.tier ?? '' };
}

/** Of the tiers that have segments among these, each once. */
export function tiersOf({ segments }: Project, names: readonly string[]): string[] {
  return [...new Set(names.flatMap((name) => segments.get(name)?.tier ?? []))].sort();
}
