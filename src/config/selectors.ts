/** One selector without commas: what it matches in a project. */
import type { Project } from './project.ts';

export interface Matches {
  readonly segments: Set<string>;
  readonly syncs: Set<string>;
}

export const METHODS: readonly string[] = ['tag:', 'path:', 'dest:', 'tier:', 'state:'];

/** What `state:NAME` stands for, as the state of a target tells. */
export type Standing = Readonly<Record<string, Matches>>;

type Named = {
  readonly matches: Matches /** Selectors of this kind that would match. */;
  readonly known: string[];
};

/**
 * What `atom` (`name*`, `tag:x`, `path:x`, `dest:x`, `tier:x`) matches. `withSegments`: a matched sync brings its
 * segment along, which selecting wants and excluding does not.
 */
export function matchAtom(
  project: Project,
  atom: string,
  withSegments: boolean,
  standing: Standing = {},
): Named {
  const colon = atom.indexOf(':');
  const method = colon < 0 ? '' : atom.slice(0, colon);
  const wanted = atom.slice(colon + 1);
  const named = method === 'state' ? byState(standing, wanted) : BY_METHOD[method]!(project, wanted);
  if (withSegments) {
    for (const sync of named.matches.syncs) named.matches.segments.add(project.syncs.get(sync)!.segment);
  }
  return named;
}

const BY_METHOD: Record<string, (project: Project, wanted: string) => Named> = {
  '': byName,
  tag(project, wanted) {
    const test = pattern(wanted);
    const tags = new Set([...project.segments.values()].flatMap((segment) => segment.tags));
    return {
      matches: segmentsWhere(project, (name) => project.segments.get(name)!.tags.some((tag) => test(tag))),
      known: [...tags].map((tag) => `tag:${tag}`),
    };
  },
  path(project, wanted) {
    const test = pattern(wanted.replace(/^\.\//, '').replace(/\/+$/, ''));
    const files = [...project.segments.values()].map((segment) => segment.file);
    return {
      matches: segmentsWhere(project, (name) => pathAndFolders(project.segments.get(name)!.file).some(test)),
      known: [...new Set(files.flatMap(pathAndFolders))].map((path) => `path:${path}`),
    };
  },
  dest(project, wanted) {
    const test = pattern(wanted);
    return {
      matches: { segments: new Set(), syncs: syncsWhere(project, (sync) => test(sync.destination)) },
      known: [...project.destinations.keys()].map((name) => `dest:${name}`),
    };
  },
  tier(project, wanted) {
    const test = pattern(wanted);
    const segments = [...project.segments.values()].filter((segment) => test(segment.tier));
    return {
      matches: {
        segments: new Set(segments.map((segment) => segment.name)),
        syncs: syncsWhere(project, (sync) => test(sync.tier)),
      },
      known: [...project.tiers.keys()].map((name) => `tier:${name}`),
    };
  },
};

function byState(standing: Standing, wanted: string): Named {
  const { segments, syncs } = standing[wanted] ?? { segments: [], syncs: [] };
  return {
    matches: { segments: new Set(segments), syncs: new Set(syncs) },
    known: Object.keys(standing).map((name) => `state:${name}`),
  };
}

function byName(project: Project, wanted: string): Named {
  const test = pattern(wanted);
  const matches = segmentsWhere(project, test);
  for (const name of syncsWhere(project, (sync) => test(sync.name))) matches.syncs.add(name);
  return { matches, known: [...project.segments.keys(), ...project.syncs.keys()] };
}

export function segmentsWhere(project: Project, test: (name: string) => boolean): Matches {
  const segments = new Set([...project.segments.keys()].filter(test));
  return { segments, syncs: syncsWhere(project, (sync) => segments.has(sync.segment)) };
}

function syncsWhere(
  project: Project,
  test: (sync: { name: string; segment: string; destination: string; tier: string }) => boolean,
): Set<string> {
  return new Set([...project.syncs.values()].filter(test).map((sync) => sync.name));
}

function pattern(wanted: string): (text: string) => boolean {
  const source = wanted
    .split('*')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  const regex = new RegExp(`^${source}$`, 'u');
  return (text) => regex.test(text);
}

/** `segments/a/b.yaml` -> itself, `segments/a`, `segments`. */
function pathAndFolders(file: string): string[] {
  const parts = file.split('/');
  return parts.map((_, i) => parts.slice(0, parts.length - i).join('/'));
}
